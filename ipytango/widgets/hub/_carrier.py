"""The hub's work, all in its thread: what pages say, and what is to be done in time."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...errors import IpytangoError
from ._audience import Audience
from ._batches import Batches, sentence_of
from ._openings import Openings
from ._pages import Page
from ._panel import Panel
from ._protocol import VERSION, json_safe
from ._saving import Saving
from ._seats import Seat

if TYPE_CHECKING:
    from ._wire import Wire

_LOG = logging.getLogger("ipytango.widgets")

__all__ = ["Carrier"]

HEARTBEAT_S = 1.0
SLEEP_AFTER_S = 5.0
"""A panel that no page has mounted sleeps after so long: an output may only be moving."""
UNSEEN_AFTER_S = 5.0
"""A panel that no page has any more that is there is told so late: a page may be reloaded."""


class Carrier:
    """Carries frames from panels to pages, and messages back."""

    def __init__(self, seats: dict[str, Seat], wire: Wire, cell_runs: Callable[[], bool]) -> None:
        self._seats = seats
        self._wire = wire
        self._audience = Audience(cell_runs)
        self._openings = Openings(seats, self._send)
        self._saving = Saving(wire, cell_runs)
        self._batches = Batches(seats, self._audience, self._openings, self._send, cell_runs)
        self._upkeep_s = 0.0
        self.closed = False

    def census(self) -> dict[str, int]:
        """Count awake panels, live pages, batches and bytes."""
        return {
            "awake": sum(seat.awake is not None for seat in self._seats.copy().values()),
            "pages": len(self._audience.live),
            "batches": self._batches.number,
            "bytes": self._batches.bytes,
        }

    # --- panels -----------------------------------------------------------------------------------

    def shown(self, panel: Panel) -> None:
        """Expect the panel on a page, and have it follow from now on."""
        seat = self._seats.get(panel.id)
        if seat is None:
            return  # closed meanwhile
        self._audience.expected[panel.id] = time.monotonic()
        seat.saved = seat.saved or {}  # it stands in the notebook, whether or not a page comes
        self._waken(panel, seat)
        self._openings.open([panel.id])

    def describe(self, name: str) -> None:
        """Send a panel's config again: soon, and before the next frame of it."""
        self._openings.again(name)

    def cell_begins(self) -> None:
        """Note that a cell runs from now on."""
        self._saving.cell_begins()

    def save(self, panel: Panel) -> None:
        """Renew the snapshot in the notebook, if it is another one."""
        seat = self._seats.get(panel.id)
        if seat is not None:
            self._saving.save(panel, seat)

    def drop(self, panel: Panel, seat: Seat) -> None:
        """Let go of a panel that closes, and tell the pages."""
        self._audience.expected.pop(panel.id, None)
        self._openings.forget(panel.id)
        try:
            self._saving.save(panel, seat)
        except Exception as error:
            self._batches.failed(panel, seat, error)  # it ends all the same
        self._put_to_sleep(seat)
        self._send({"k": "x", "p": [panel.id]})
        self._wire.close_widgets(panel.id)

    def close(self) -> None:
        """End the work; tell the pages."""
        self._send({"k": "x"})
        self.closed = True

    def _panel(self, name: str) -> Panel | None:
        seat = self._seats.get(name)
        return None if seat is None else seat.panel()

    def _waken(self, panel: Panel, seat: Seat) -> None:
        seat.unwanted_s = None
        if seat.awake is None:
            seat.awake, seat.dirty, seat.fresh = panel, True, True
            seat.saved_s = time.monotonic()
            try:
                panel.waken()
            except Exception as error:
                self._batches.failed(panel, seat, error)

    def _put_to_sleep(self, seat: Seat) -> None:
        panel, seat.awake = seat.awake, None
        if panel is not None:
            try:
                panel.sleep()
            except Exception:
                _LOG.exception("%r failed to sleep", panel)

    # --- pages ------------------------------------------------------------------------------------

    def receive(self, message: dict[str, Any], *, beside_main: bool) -> None:
        """Do what a page's message says; what is no message of ours is passed over."""
        name, kind, now_s = message.get("c"), message.get("k"), time.monotonic()
        if not isinstance(name, str) or not name:
            return
        page = self._audience.named(name)
        if page is None:
            if kind != "hello":
                self._send({"k": "w"})  # it is known no more, or its hello is still on the way
                return
            page = self._audience.add(name, now_s)
        if not page.live and kind not in {"hello", "bye"}:
            self._send({"k": "w"})  # it was taken to be gone, and what it shows is forgotten
        page.heard(now_s, beside_main=beside_main)
        self._audience.unheard.blind_bytes = 0
        handler = _HANDLERS.get(str(kind))
        if handler is not None:
            handler(self, page, message)

    def _hello(self, page: Page, message: dict[str, Any]) -> None:
        page.restart()
        if message.get("v") != VERSION:
            _LOG.warning("a page speaks version %r, this kernel %r", message.get("v"), VERSION)
        self._send({"k": "h"})

    def _bye(self, page: Page, _: dict[str, Any]) -> None:
        page.lose(time.monotonic())

    def _vis(self, page: Page, message: dict[str, Any]) -> None:
        mounted = frozenset(map(str, message.get("m", ())))
        new, page.mounted = mounted - page.mounted, mounted
        page.visible = {str(name): int(px) for name, px in dict(message.get("p", {})).items()}
        for name in new:
            self._audience.expected.pop(name, None)
        for name in mounted:
            seat, panel = self._seats.get(name), self._panel(name)
            if seat is not None and panel is not None:
                self._waken(panel, seat)
        for name in message.get("n", ()):
            if (seat := self._seats.get(str(name))) is not None:
                seat.fresh = seat.dirty = True

    def _ask(self, _: Page, message: dict[str, Any]) -> None:
        self._openings.open(map(str, message.get("u", ())))

    def _ack(self, page: Page, message: dict[str, Any]) -> None:
        page.confirmed(int(message.get("s", 0)))

    def _cmd(self, page: Page, message: dict[str, Any]) -> None:
        number = int(message.get("n", 0))
        if not page.is_new(number):
            return
        answer: dict[str, Any] = {"k": "r", "c": page.name, "n": number}
        panel = self._panel(str(message.get("p")))
        if panel is None:
            self._send({**answer, "e": "This panel is closed: run its cell again."})
            return
        try:
            do = panel.command if panel.id in page.mounted else panel.command_unseen
            value = do(str(message.get("op")), message.get("a"))
            self._openings.again(panel.id)
            self._openings.open_before(time.monotonic(), [panel.id])  # before the answer
            self._send({**answer, "v": json_safe(value)})
        except Exception as error:
            if not isinstance(error, IpytangoError):
                _LOG.exception("%r failed at %r", panel, message.get("op"))
            self._send({**answer, "e": json_safe(sentence_of(error))})

    # --- time -------------------------------------------------------------------------------------

    def work(self, now_s: float) -> float | None:
        """Do what is due; returns after how many seconds there is more, None for not by itself."""
        if now_s >= self._upkeep_s + HEARTBEAT_S:
            self._upkeep_s = now_s
            self._audience.lose_silent(now_s)
            self._tell_unseen(now_s)
            self._put_unwanted_to_sleep(now_s)
            self._save_changed(now_s)
            self._look_again(now_s)
            self._beat(now_s)
        batch_s = self._batches.send_due(now_s)
        again_s = self._openings.open_due(now_s)
        waits = [due_s for due_s in (batch_s, again_s) if due_s is not None]
        if self._has_upkeep():
            waits.append(self._upkeep_s + HEARTBEAT_S)
        return max(0.0, min(waits) - time.monotonic()) if waits else None

    def _has_upkeep(self) -> bool:
        if self._audience.expected or self._audience.live:
            return True
        return any(seat.awake is not None for seat in self._seats.copy().values())

    def _tell_unseen(self, now_s: float) -> None:
        seen = self._audience.seen
        for name, seat in self._seats.copy().items():
            panel = seat.awake
            if panel is None or name in seen:
                seat.unseen_s = None
            elif seat.unseen_s is None:
                seat.unseen_s = now_s
            elif now_s > seat.unseen_s + UNSEEN_AFTER_S:
                seat.unseen_s = math.inf
                try:
                    panel.unseen()
                except Exception as error:
                    self._batches.failed(panel, seat, error)

    def _put_unwanted_to_sleep(self, now_s: float) -> None:
        wanted = self._audience.wanted
        for name, seat in self._seats.copy().items():
            if seat.awake is None or name in wanted:
                seat.unwanted_s = None
            elif seat.unwanted_s is None:
                seat.unwanted_s = now_s
            elif now_s > seat.unwanted_s + SLEEP_AFTER_S:
                self._put_to_sleep(seat)

    def _save_changed(self, now_s: float) -> None:
        """Renew snapshots while there is a page to keep them."""
        for name, seat in self._seats.copy().items():
            panel = seat.awake
            if panel is None or not seat.changed_since_saved or not panel.saves_every_s:
                continue
            if now_s < seat.saved_s + panel.saves_every_s:
                continue
            if self._audience.keeps(name):
                try:
                    self.save(panel)
                except Exception as error:
                    self._batches.failed(panel, seat, error)

    def _look_again(self, now_s: float) -> None:
        """Ask panels that show what tells nobody of its changes."""
        for seat in self._seats.copy().values():
            panel = seat.awake
            if panel is not None and 0 < panel.looks_every_s <= now_s - seat.sent_s:
                seat.dirty = True

    def _beat(self, now_s: float) -> None:
        live = self._audience.live
        for page in live:
            page.spoken_to(now_s)
        if live:
            self._send({"k": "h"})

    def _send(self, content: dict[str, Any], buffers: Iterable[bytes] = ()) -> None:
        self._wire.send({**content, "t": time.time()}, list(buffers))


_HANDLERS: dict[str, Callable[[Carrier, Page, dict[str, Any]], None]] = {
    "hello": Carrier._hello,
    "bye": Carrier._bye,
    "vis": Carrier._vis,
    "ask": Carrier._ask,
    "ack": Carrier._ack,
    "cmd": Carrier._cmd,
}
