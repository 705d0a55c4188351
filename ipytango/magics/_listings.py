"""``%tango_ls`` and ``%tango_info``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..client import KINDS, LISTED, list_from, matcher_of_glob
from ..display import Info, ListingTable
from ..errors import CatalogueError, OptionError, TangoNameError
from ._arguments import Arguments
from ._db import ClientOwner
from ._parsing import parsed

__all__ = ["INFO_ARGUMENTS", "LS_ARGUMENTS", "ListingMagics", "errors_of_asking"]


@contextlib.contextmanager
def errors_of_asking(magic: str) -> Iterator[None]:
    """Say in a line what was wrong with what a database was asked for."""
    try:
        yield
    except (CatalogueError, OptionError, TangoNameError) as error:
        raise UsageError(f"%{magic}: {error}") from None


@magics_class
class ListingMagics(Magics):
    """List what a Tango database has, and tell all that is known of one thing."""

    def __init__(self, shell: Any, owner: ClientOwner) -> None:
        super().__init__(shell)
        self._owner = owner

    @magic_arguments()
    @argument(
        "pattern",
        nargs="?",
        default="",
        help="*, ? and [...] as in file names, in any case; without them: what contains this",
    )
    @argument(
        "--classes",
        action="store_const",
        dest="what",
        const="classes",
        help="classes instead of devices",
    )
    @argument(
        "--servers",
        action="store_const",
        dest="what",
        const="servers",
        help="servers instead of devices",
    )
    @argument(
        "--hosts", action="store_const", dest="what", const="hosts", help="hosts instead of devices"
    )
    @argument(
        "--aliases",
        action="store_const",
        dest="what",
        const="aliases",
        help="aliases instead of devices",
    )
    @line_magic
    def tango_ls(self, line: str) -> ListingTable:
        """List the devices of the Tango database, or its classes, servers, hosts or aliases.

        ``found = %tango_ls sys/*`` keeps the rows: `found.names`, `found[0].server`,
        `found.to_pandas()`. Devices are found by their aliases too.
        """
        given = parsed(self.tango_ls, line)
        with errors_of_asking("tango_ls"):
            catalogue = self._owner.client.catalogues.current
            fits = matcher_of_glob(given.pattern)
            return ListingTable(list_from(catalogue, given.what or LISTED[0], given.pattern, fits))

    @magic_arguments()
    @argument(
        "name",
        help="sys/tg_test/1, an alias, sys/tg_test/1/ampli, TangoTest, TangoTest/test, a host",
    )
    @argument("--kind", choices=KINDS, default="", help="where a name could mean several things")
    @line_magic
    def tango_info(self, line: str) -> Info:
        """Show all that Tango knows of a device, attribute, command, class, server or host.

        ``i = %tango_info sys/tg_test/1`` keeps it: `i.facts`, `i.parts`, `i.failures`,
        `i.to_pandas("attributes")`. What could not be found out stands there, with the reason.
        """
        given = parsed(self.tango_info, line)
        with errors_of_asking("tango_info"):
            return Info(self._owner.client.inventory.about(given.name, given.kind))


LS_ARGUMENTS = Arguments(
    "device",
    options=("--aliases", "--classes", "--hosts", "--servers"),
    instead={"--aliases": "alias", "--classes": "class", "--hosts": "host", "--servers": "server"},
)
INFO_ARGUMENTS = Arguments("any", options=("--kind",), values={"--kind": KINDS})
