"""``%tango_explore``."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..errors import CatalogueError, OptionError
from ..explore import WAYS, Explorer
from ._arguments import Arguments
from ._live import LiveMagics
from ._parsing import parsed

__all__ = ["EXPLORE_ARGUMENTS", "ExploreMagics"]


@magics_class
class ExploreMagics(LiveMagics):
    """Explore the devices of a Tango database."""

    @magic_arguments()
    @argument("path", nargs="?", default="", help="where to open the tree: sys, or sys/tg_test")
    @argument("--by", choices=tuple(WAYS), default="device", help="how the tree is arranged")
    @argument("--search", default="", metavar="TEXT", help="a part of devices' names, or a pattern")
    @argument("--db", default="", metavar="HOST:PORT", help="another database than the current one")
    @line_magic
    def tango_explore(self, line: str) -> Explorer:
        """Show the devices of a Tango database as a tree that opens level by level.

        ``e = %tango_explore`` keeps it: `e.open("sys/tg_test")`, `e.search("tg_test")`,
        `e.panel("sys/tg_test/1")`, `e.selected`, `e.close()`. In a terminal it is text.
        """
        given = parsed(self.tango_explore, line)
        catalogues = self._owner.hub.client.catalogues
        try:
            catalogue = catalogues.of(given.db) if given.db else catalogues.current
            return Explorer(
                self._owner.hub, catalogue, by=given.by, path=given.path, search=given.search
            )
        except (CatalogueError, OptionError) as error:
            raise UsageError(f"%tango_explore: {error}") from None


EXPLORE_ARGUMENTS = Arguments(
    "device",
    options=("--by", "--db", "--search"),
    values={"--by": tuple(WAYS), "--db": "database", "--search": ()},
)
