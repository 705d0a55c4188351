"""``%tango_db``."""

from __future__ import annotations

from typing import Any, Protocol

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..client import Catalogues, Client
from ..display import DatabaseStatus
from ..errors import CatalogueError
from ._parsing import parsed

__all__ = ["ClientOwner", "DbMagics", "database_status"]


class ClientOwner(Protocol):
    """What these magics need of the extension."""

    @property
    def client(self) -> Client:
        """PyTango in this shell."""


@magics_class
class DbMagics(Magics):
    """Show and choose the Tango database."""

    def __init__(self, shell: Any, owner: ClientOwner) -> None:
        super().__init__(shell)
        self._owner = owner

    @magic_arguments()
    @argument(
        "host",
        nargs="?",
        metavar="HOST:PORT",
        help="the database from now on; several of one facility with commas, as in TANGO_HOST",
    )
    @line_magic
    def tango_db(self, line: str) -> DatabaseStatus:
        """Show the current Tango database, or choose another.

        ``%tango_db tango-db:10000`` asks that database whether it is there, and sets
        ``TANGO_HOST``: proxies and groups that are made from now on belong to it, and so do names
        in magics and processes that are started from here. What exists stays with its database.
        """
        given = parsed(self.tango_db, line)
        catalogues = self._owner.client.catalogues
        try:
            if given.host is None:
                return database_status(catalogues)
            before = catalogues.current_host
            catalogues.change_to(given.host)
            return database_status(catalogues, before=before)
        except CatalogueError as error:
            raise UsageError(f"%tango_db: {error}") from None


def database_status(catalogues: Catalogues, before: str | None = None) -> DatabaseStatus:
    """Ask the current database about itself."""
    catalogue = catalogues.current
    facts: tuple[tuple[str, str], ...] = ()
    error = ""
    try:
        facts = catalogue.report()
    except CatalogueError as failure:
        error = str(failure)
    others = tuple(other.host for other in catalogues.known if other is not catalogue)
    return DatabaseStatus(catalogue.host, catalogue.address, facts, error, others, before)
