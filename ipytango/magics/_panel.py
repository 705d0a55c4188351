"""``%tango_panel``."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..errors import DeviceNameError
from ..widgets import DevicePanel, panel_in_terminal
from ._live import LiveMagics
from ._parsing import parsed

__all__ = ["PanelMagics"]


@magics_class
class PanelMagics(LiveMagics):
    """Look at a device and drive it."""

    @magic_arguments()
    @argument("device", metavar="DEVICE", help="sys/tg_test/1, or an alias")
    @line_magic
    def tango_panel(self, line: str) -> DevicePanel | None:
        """Show one device live: state, attributes, commands, properties and settings.

        It changes nothing before it is unlocked. ``p = %tango_panel sys/tg_test/1`` keeps it:
        `p.unlock()`, `p.lock()`, `p.history`, `p.close()`. In a terminal it is text that goes on
        until Ctrl-C.
        """
        given = parsed(self.tango_panel, line)
        try:
            panel = DevicePanel(self._owner.hub, given.device)
        except DeviceNameError as error:
            raise UsageError(f"%tango_panel: {error}") from None
        if self._in_notebook:
            return panel
        panel_in_terminal(panel)
        return None
