"""The one hub of a kernel: panels on this side, pages of browsers on the other.

What is here may be called in any thread, and is only handed on to the hub's own thread, where a
`Carrier` asks the panels for frames and sends them; so what is live goes on while a cell blocks.
See ``docs/decisions/0006-one-hub-per-kernel.md``.
"""

from __future__ import annotations

import collections
import functools
import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...errors import NotLoaded
from ...green import allocate_lock, get_ident
from ._carrier import Carrier
from ._panel import Panel
from ._seats import Seat
from ._thread import Bell, HubThread

if TYPE_CHECKING:
    from ...client import Client
    from ._wire import PanelWidget, Wire

_LOG = logging.getLogger("ipytango.widgets")

__all__ = ["Hub"]

JOIN_TIMEOUT_S = 5.0


class Hub:
    """Carries the panels of a kernel to the pages that show them.

    Without a `kernel` (a terminal) panels are text: no thread, no import of anywidget.
    `cell_runs` says whether the kernel may be deaf to pages because of a cell.
    """

    def __init__(
        self, client: Client, kernel: Any = None, cell_runs: Callable[[], bool] = lambda: False
    ) -> None:
        self.client = client
        self._kernel = kernel
        self._cell_runs = cell_runs
        self._seats: dict[str, Seat] = {}
        self._inbox: collections.deque[Callable[[Carrier], object]] = collections.deque()
        self._bell = Bell()
        self._lock = allocate_lock()
        self._wire: Wire | None = None
        self._carrier: Carrier | None = None
        self._thread: HubThread | None = None
        self._closed = False

    # --- for panels, any thread -------------------------------------------------------------------

    def add(self, panel: Panel) -> None:
        """Know a panel, without keeping it alive."""
        name, seats = panel.id, self._seats
        seats[name] = Seat(weakref.ref(panel, lambda _: seats.pop(name, None)))

    def changed(self, panel: Panel) -> None:
        """Have the panel asked for a frame."""
        seat = self._seats.get(panel.id)
        if seat is not None and not seat.dirty:
            seat.dirty = True
            self._bell.ring()

    def configured(self, panel: Panel) -> None:
        """Send the panel's config again."""
        seat = self._seats.get(panel.id)
        if seat is not None and seat.described and self._thread is not None:
            seat.described = False
            self._post(lambda carrier: carrier.describe(panel.id))

    def refresh(self, panel: Panel) -> None:
        """Renew the panel's snapshot in the notebook."""
        self._post(lambda carrier: carrier.save(panel))

    def drop(self, panel: Panel) -> None:
        """Forget a panel that closes."""
        seat = self._seats.pop(panel.id, None)
        if seat is not None:
            self._post(lambda carrier: carrier.drop(panel, seat))

    def cell_begins(self, *_: object) -> None:
        """Note that a cell runs from now on."""
        self._post(lambda carrier: carrier.cell_begins())

    # --- showing ----------------------------------------------------------------------------------

    def show(self, panel: Panel) -> bool:
        """Expect the panel on a page; returns whether there can be one."""
        if self._kernel is None or self._closed or panel.closed:
            return False
        self._start()
        self._post(lambda carrier: carrier.shown(panel))
        return True

    def display(self, panel: Panel) -> None:
        """Show the panel under the current cell."""
        if self._kernel is None:
            print(panel.text())
            return
        from IPython.display import publish_display_data

        # In this order: what the panel renews from now on renews what stands there already.
        publish_display_data(panel.bundle(), transient={"display_id": panel.id})
        self.show(panel)

    def widget_of(self, panel: Panel) -> PanelWidget:
        """Make an ipywidgets widget that shows the panel. Raises `NotLoaded`."""
        if self._kernel is None or self._closed:
            raise NotLoaded(
                f"{panel!r} can be no widget: "
                + ("ipytango was unloaded." if self._closed else "this shell has no notebook.")
            )
        widget = self._start().widget(panel.id)
        widget.shown = panel
        self.show(panel)
        return widget

    # --- the whole --------------------------------------------------------------------------------

    def census(self) -> dict[str, int]:
        """Count what there is: panels, those awake, pages, batches and bytes sent."""
        counts = {"panels": len(self._seats), "awake": 0, "pages": 0, "batches": 0, "bytes": 0}
        carrier = self._carrier
        return counts if carrier is None else counts | carrier.census()

    def close(self) -> None:
        """Close every panel, the thread and the comms."""
        with self._lock:
            self._closed = True
            thread, wire = self._thread, self._wire
        for seat in list(self._seats.values()):
            panel = seat.panel()
            if panel is not None:
                panel.close()
        if thread is not None and wire is not None:
            self._post(lambda carrier: carrier.close())
            self._thread = None  # nobody would do what is still posted
            if not thread.join(JOIN_TIMEOUT_S):
                _LOG.warning("the hub's thread is still busy after %g s", JOIN_TIMEOUT_S)
            wire.close()

    def _start(self) -> Wire:
        with self._lock:
            if self._wire is None:
                from ._wire import Wire

                self._wire = Wire(self._kernel, self._received)
                self._carrier = Carrier(self._seats, self._wire, self._cell_runs)
                self._thread = HubThread(functools.partial(self._run, self._carrier))
            return self._wire

    def _received(self, message: dict[str, Any]) -> None:
        """Take a message from a page: any thread, perhaps with a loop that is not ours."""
        beside_main = get_ident() != threading.main_thread().ident
        self._post(lambda carrier: carrier.receive(message, beside_main=beside_main))

    def _post(self, work: Callable[[Carrier], object]) -> None:
        if self._thread is not None:
            self._inbox.append(work)
            self._bell.ring()

    def _run(self, carrier: Carrier) -> None:
        while not carrier.closed:
            wait_s: float | None = 1.0
            try:
                while self._inbox:
                    self._inbox.popleft()(carrier)
                wait_s = carrier.work(time.monotonic())
            except BaseException:  # what displays a value may raise anything, even `SystemExit`
                _LOG.exception("the hub goes on after an error of its own")
            if not carrier.closed:
                self._bell.wait(wait_s)
