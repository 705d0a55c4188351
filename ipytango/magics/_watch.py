"""``%tango_watch``."""

from __future__ import annotations

from IPython.core.magic import line_magic, magics_class
from IPython.core.magic_arguments import magic_arguments

from ..widgets import Watch, watch_in_terminal
from ._arguments import Arguments
from ._live import LiveMagics, errors_of_use, following
from ._parsing import parsed

__all__ = ["WATCH_ARGUMENTS", "WatchMagics"]


@magics_class
class WatchMagics(LiveMagics):
    """Watch attributes in a live table."""

    @magic_arguments()
    @following("sys/tg_test/1/ampli, an alias, or sys/tg_test/1/* for all attributes of a device")
    @line_magic
    def tango_watch(self, line: str) -> Watch | None:
        """Show attributes of any number of devices in a live table.

        ``w = %tango_watch sys/tg_test/1/*`` keeps it: `w.readings`, `w.to_pandas()`, `w.add(...)`,
        `w.close()`. In a terminal the table goes on until Ctrl-C.
        """
        given = parsed(self.tango_watch, line)
        with errors_of_use("tango_watch"):
            attributes = self._named(given.attributes)
            watch = Watch(self._owner.hub, attributes, period_s=given.period)
        if self._in_notebook:
            return watch
        watch_in_terminal(watch)
        return None


WATCH_ARGUMENTS = Arguments("attribute", options=("--period",), values={"--period": ()})
