"""The green mode's status, live: what is pending and queued now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..client import MODES
from ..display import GreenStatus
from .hub import Frame, Look, Panel

if TYPE_CHECKING:
    from .hub import Hub

__all__ = ["GreenPanel"]


class GreenPanel(Panel):
    """What `%tango_green` answers, kept up to date on a page; the notebook keeps what it was."""

    view = "green"
    saves_every_s = 0.0
    looks_every_s = 1.0

    def __init__(self, hub: Hub, shown: GreenStatus, status: Callable[[], GreenStatus]) -> None:
        self._shown = shown
        self._status = status
        self._sent: dict[str, Any] | None = None
        super().__init__(hub)

    def config(self) -> dict[str, Any]:
        """Say which modes there are."""
        return {"modes": list(MODES)}

    def frame(self, look: Look) -> Frame | None:
        """Say the mode and the facts, where they have changed."""
        status = self._status()
        state = {"mode": status.mode, "rows": status.rows()}
        if state == self._sent and not look.first:
            return None
        self._sent = state
        return Frame(state, whole=True)

    def static_html(self) -> str:
        """Give the status as it was asked for."""
        return self._shown._repr_html_()

    def text(self) -> str:
        """Give the same as text."""
        return repr(self._shown)
