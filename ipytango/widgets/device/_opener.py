"""The display of a proxy, with a button that opens the device's panel beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...client import DeviceSnapshot
from ...display import escape, line_of
from ..hub import Frame, Look, Panel
from ._panel import DevicePanel

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["DeviceOpener"]


class DeviceOpener(Panel):
    """What a page adds to the display of a `DeviceProxy`: asks nobody until it is pressed."""

    view = "device_opener"
    saves_every_s = 0.0

    def __init__(self, hub: Hub, snapshot: DeviceSnapshot) -> None:
        self._origin = snapshot.origin
        self._line = line_of(snapshot)
        self._panel: DevicePanel | None = None
        super().__init__(hub)

    def wrapped(self, html: str) -> str:
        """Return the static display as the page's hub finds it, and expect it there."""
        self.hub.show(self)
        return f'<div data-ipytango="{self.id}">{html}</div>'

    def config(self) -> dict[str, Any]:
        """Say what stands where there is no static display."""
        return {"text": self._line}

    def frame(self, look: Look) -> Frame | None:
        """Say which panel is open."""
        del look
        return Frame({"panel": None if self._panel is None else self._panel.id}, whole=True)

    def command(self, op: str, argument: Any) -> Any:
        """Open the panel, or close it."""
        if op not in ("open", "close"):
            return super().command(op, argument)
        panel, self._panel = self._panel, None
        if op == "close" and panel is not None:
            panel.close()
        elif op == "open":
            self._panel = panel or DevicePanel(self.hub, self._origin, patience_s=0.0)
            self.hub.show(self._panel)
        self.changed()
        return None

    def close(self) -> None:
        """Close the panel with it."""
        if self._panel is not None:
            self._panel.close()
        super().close()

    def static_html(self) -> str:
        """Give the device in a line: its display stands in the notebook."""
        return f"<div>{escape(self._line)}</div>"

    def text(self) -> str:
        """Give the device in a line."""
        return self._line
