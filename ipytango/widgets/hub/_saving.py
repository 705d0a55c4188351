"""The snapshots of panels that the notebook keeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ._panel import Panel
from ._seats import Seat

if TYPE_CHECKING:
    from ._wire import Wire

__all__ = ["Saving"]


class Saving:
    """Renews snapshots where they have changed. In the hub's thread."""

    def __init__(self, wire: Wire, cell_runs: Callable[[], bool]) -> None:
        self._wire = wire
        self._cell_runs = cell_runs
        self._between_cells: dict[str, dict[str, str]] = {}

    def save(self, panel: Panel, seat: Seat) -> None:
        """Renew a panel's snapshot, if it is another one and stands in the notebook."""
        if seat.awake is None and seat.saved is None:
            return  # nobody has seen it
        bundle = panel.bundle()
        seat.saved_s, seat.changed_since_saved = time.monotonic(), False
        if bundle != seat.saved:
            self._wire.update_display(panel.id, bundle)
            seat.saved = bundle
            if not self._cell_runs():
                self._between_cells[panel.id] = bundle

    def cell_begins(self) -> None:
        """Send again what was saved since the last cell ended.

        Programs that execute notebooks (nbclient, and so papermill and nbconvert) do not listen
        between two cells.
        """
        saved, self._between_cells = self._between_cells, {}
        for name, bundle in saved.items():
            self._wire.update_display(name, bundle)
