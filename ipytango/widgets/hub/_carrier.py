"""The hub's work, all in its thread: what pages say, what panels give, what is sent when.

A batch holds the newest frame of each panel that has changed and is in view somewhere. A page
confirms what it has drawn; the slowest page that answers sets the pace.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...errors import IpytangoError
from ._openings import Openings
from ._pages import BLIND_BYTES, LOST_AFTER_S, MAX_RATE_HZ, SMALL_BATCH_BYTES, Pace, Page
from ._panel import Look, Panel
from ._protocol import VERSION, json_safe, pack
from ._saving import Saving
from ._seats import Seat

if TYPE_CHECKING:
    from ._wire import Wire

_LOG = logging.getLogger("ipytango.widgets")

__all__ = ["Carrier"]

HEARTBEAT_S = 1.0
SLEEP_AFTER_S = 5.0
"""A panel that no page has mounted sleeps after so long: an output may only be moving."""
EXPECTED_S = 30.0
"""A panel that was shown is expected on a page for so long."""
REOPENED_S = 60.0
"""What a page had mounted that is gone is wanted for so long after another page has come."""
BLIND_EVERY_S = 1.0
DEFAULT_PX = 800


class Carrier:
    """Carries frames from panels to pages, and messages back."""

    def __init__(self, seats: dict[str, Seat], wire: Wire, cell_runs: Callable[[], bool]) -> None:
        self._seats = seats
        self._wire = wire
        self._cell_runs = cell_runs
        self._openings = Openings(seats, self._send)
        self._saving = Saving(wire, cell_runs)
        self._pages: dict[str, Page] = {}
        # What was shown and is on no page yet, and since when. The page cannot be heard while a
        # cell blocks an old kernel.
        self._expected: dict[str, float] = {}
        self._unheard = Page("", time.monotonic())
        self._newest_page_s = 0.0
        self._number = 0
        self._bytes = 0
        self._batch_s = 0.0
        self._upkeep_s = 0.0
        self.closed = False

    def census(self) -> dict[str, int]:
        """Count awake panels, live pages, batches and bytes."""
        return {
            "awake": sum(seat.awake is not None for seat in self._seats.copy().values()),
            "pages": sum(page.live for page in self._pages.copy().values()),
            "batches": self._number,
            "bytes": self._bytes,
        }

    # --- panels -----------------------------------------------------------------------------------

    def shown(self, panel: Panel) -> None:
        """Expect the panel on a page, and have it follow from now on."""
        seat = self._seats.get(panel.id)
        if seat is None:
            return  # closed meanwhile
        self._expected[panel.id] = time.monotonic()
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
        self._expected.pop(panel.id, None)
        self._openings.forget(panel.id)
        try:
            self._saving.save(panel, seat)
        except Exception as error:
            self._failed(panel, seat, error)  # it ends all the same
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
                self._failed(panel, seat, error)

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
        page = self._pages.get(name)
        if page is None:
            if kind != "hello":
                self._send({"k": "w"})  # it is known no more, or its hello is still on the way
                return
            page = self._pages[name] = Page(name, now_s)
            self._newest_page_s = now_s
        if not page.live and kind not in {"hello", "bye"}:
            self._send({"k": "w"})  # it was taken to be gone, and what it shows is forgotten
        page.heard(now_s, beside_main=beside_main)
        self._unheard.blind_bytes = 0
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
            self._expected.pop(name, None)
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
            value = panel.command(str(message.get("op")), message.get("a"))
            self._openings.again(panel.id)
            self._openings.open_before(time.monotonic(), [panel.id])  # before the answer
            self._send({**answer, "v": json_safe(value)})
        except Exception as error:
            if not isinstance(error, IpytangoError):
                _LOG.exception("%r failed at %r", panel, message.get("op"))
            self._send({**answer, "e": json_safe(_sentence(error))})

    # --- time -------------------------------------------------------------------------------------

    def work(self, now_s: float) -> float | None:
        """Do what is due; returns after how many seconds there is more, None for not by itself."""
        if now_s >= self._upkeep_s + HEARTBEAT_S:
            self._upkeep_s = now_s
            self._lose_silent_pages(now_s)
            self._put_unwanted_to_sleep(now_s)
            self._save_changed(now_s)
            self._look_again(now_s)
            self._beat(now_s)
        batch_s = self._batch_if_due(now_s)
        again_s = self._openings.open_due(now_s)
        waits = [due_s for due_s in (batch_s, again_s) if due_s is not None]
        if self._has_upkeep():
            waits.append(self._upkeep_s + HEARTBEAT_S)
        return max(0.0, min(waits) - time.monotonic()) if waits else None

    def _has_upkeep(self) -> bool:
        if self._expected or any(page.live for page in self._pages.values()):
            return True
        return any(seat.awake is not None for seat in self._seats.copy().values())

    def _lose_silent_pages(self, now_s: float) -> None:
        excused = self._cell_runs()
        for page in list(self._pages.values()):
            if page.lost_s is None:
                if excused and not page.beside_main and page.blind_bytes < BLIND_BYTES:
                    page.heard_s = now_s  # it may speak, and nobody hears it
                elif page.owes_s and now_s - page.heard_s > LOST_AFTER_S:
                    page.lose(now_s)
            elif not page.mounted or page.lost_s < self._newest_page_s < now_s - REOPENED_S:
                del self._pages[page.name]
        for name, since_s in list(self._expected.items()):
            if now_s > since_s + EXPECTED_S and not excused:
                del self._expected[name]

    def _put_unwanted_to_sleep(self, now_s: float) -> None:
        wanted = set(self._expected).union(*(page.mounted for page in self._pages.values()))
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
            if any(page.live and name in page.mounted for page in self._pages.values()):
                try:
                    self.save(panel)
                except Exception as error:
                    self._failed(panel, seat, error)

    def _look_again(self, now_s: float) -> None:
        """Ask panels that show what tells nobody of its changes."""
        for seat in self._seats.copy().values():
            panel = seat.awake
            if panel is not None and 0 < panel.looks_every_s <= now_s - seat.sent_s:
                seat.dirty = True

    def _beat(self, now_s: float) -> None:
        live = [page for page in self._pages.values() if page.live]
        for page in live:
            page.spoken_to(now_s)
        if live:
            self._send({"k": "h"})

    # --- batches ----------------------------------------------------------------------------------

    def _batch_if_due(self, now_s: float) -> float | None:
        """Send what is due to those who can take it; returns when to look again."""
        watching = [page for page in self._pages.values() if page.live and page.visible]
        in_view = self._in_view(watching)
        seats = [(name, seat) for name, seat in in_view if seat.dirty]
        if not seats and not self._expected:
            return None
        rate_hz = min(MAX_RATE_HZ, sum(1 / seat.period_s for _, seat in in_view) or 1.0)
        paces = [page.pace(now_s, rate_hz) for page in watching]
        if Pace.FULL in paces:
            return None  # its confirmation wakes this thread
        if Pace.FREE not in paces:
            return self._batch_blindly(now_s, watching)
        due_s = min((seat.due_s(self._batch_s) for _, seat in seats), default=None)
        if due_s is None or now_s < due_s:
            return due_s
        going = [(name, seat) for name, seat in seats if seat.may_go(now_s)]
        able = [page for page, pace in zip(watching, paces, strict=True) if pace is Pace.FREE]
        self._batch(now_s, going, able)
        return min((seat.due_s(self._batch_s) for _, seat in seats if seat.dirty), default=None)

    def _in_view(self, watching: list[Page]) -> list[tuple[str, Seat]]:
        names = set().union(*(page.visible for page in watching))
        found = ((name, self._seats.get(name)) for name in names)
        return [(name, seat) for name, seat in found if seat and seat.awake]

    def _batch_blindly(self, now_s: float, watching: list[Page]) -> float | None:
        """Send little, seldom and not for ever to pages that a running cell keeps unheard."""
        deaf = [page for page in (*watching, self._unheard) if not page.beside_main]
        deaf = [page for page in deaf if page.blind_bytes < BLIND_BYTES]
        if not deaf or not self._cell_runs():
            return None  # the upkeep looks again
        if now_s < self._batch_s + BLIND_EVERY_S:
            return self._batch_s + BLIND_EVERY_S
        names = set(self._expected).union(*(page.visible for page in deaf))
        going = []
        for name in names:
            seat = self._seats.get(name)
            if seat and seat.awake and seat.dirty:
                seat.fresh = True  # nobody knows what the page has got
                going.append((name, seat))
        if self._expected:
            self._unheard.blind_bytes += self._openings.open(self._expected)
        self._batch(now_s, going, deaf, limit=SMALL_BATCH_BYTES)
        return self._batch_s + BLIND_EVERY_S

    def _batch(
        self,
        now_s: float,
        going: list[tuple[str, Seat]],
        pages: list[Page],
        limit: int | None = None,
    ) -> None:
        self._openings.open_before(now_s, [name for name, _ in going])
        entries: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        size = 0
        for name, seat in going:
            entry, own = self._entry(name, seat, now_s)
            own_size = sum(map(len, own))
            if entry is None:
                continue
            if limit is not None and size + own_size > limit:
                seat.dirty = seat.fresh = True
                continue
            entries.append(entry)
            buffers += own
            size += own_size
        self._batch_s = now_s
        if not entries:
            return
        self._number += 1
        self._bytes += size
        for page in pages:
            if limit is None:
                page.sent(self._number, size, now_s)
            else:
                page.blind_bytes += size + len(str(entries))
        self._send({"k": "b", "s": self._number, "p": entries}, buffers)

    def _entry(self, name: str, seat: Seat, now_s: float) -> tuple[Any, list[bytes]]:
        panel = seat.awake
        if panel is None:
            return None, []
        px = max((page.visible.get(name, 0) for page in self._pages.values()), default=0)
        # Before the panel is asked: what changes from now on is for the next frame.
        first, seat.fresh, seat.dirty = seat.fresh, False, False
        seat.sends(now_s)
        try:
            frame = panel.frame(Look(px or DEFAULT_PX, first))
            if frame is None:
                return None, []
            entry, buffers = pack(frame)
        except Exception as error:
            self._failed(panel, seat, error)
            return {"p": name, "e": json_safe(_sentence(error))}, []
        seat.failed = False
        seat.changed_since_saved = True
        if first or frame.whole:
            entry["f"] = 1
        return {"p": name, **entry}, buffers

    def _failed(self, panel: Panel, seat: Seat, error: Exception) -> None:
        """Log the first of a row of errors; the view shows each."""
        if not seat.failed:
            seat.failed = True
            _LOG.error("%r failed: %s", panel, _sentence(error), exc_info=error)

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


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip().rstrip(":")
