"""The batches: frames of all panels that have changed and are in view, sent as pages keep up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ._audience import Audience
from ._openings import Openings
from ._pages import BLIND_BYTES, MAX_RATE_HZ, SMALL_BATCH_BYTES, Pace, Page
from ._panel import Look, Panel
from ._protocol import json_safe, pack
from ._seats import Seat

_LOG = logging.getLogger("ipytango.widgets")

__all__ = ["Batches", "sentence_of"]

BLIND_EVERY_S = 1.0
DEFAULT_PX = 800


class Batches:
    """Sends what has changed to those who look. In the hub's thread.

    A page confirms what it has drawn; the slowest page that answers sets the pace.
    """

    def __init__(
        self,
        seats: dict[str, Seat],
        audience: Audience,
        openings: Openings,
        send: Callable[[dict[str, Any], list[bytes]], object],
        cell_runs: Callable[[], bool],
    ) -> None:
        self._seats = seats
        self._audience = audience
        self._openings = openings
        self._send = send
        self._cell_runs = cell_runs
        self.number = 0
        """How many there have been."""
        self.bytes = 0
        """How many bytes of buffers they had."""
        self._batch_s = 0.0

    def send_due(self, now_s: float) -> float | None:
        """Send what is due to those who can take it; returns when to look again."""
        watching = self._audience.watching
        in_view = self._in_view(watching)
        seats = [(name, seat) for name, seat in in_view if seat.dirty]
        if not seats and not self._audience.expected:
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
        deaf = [page for page in (*watching, self._audience.unheard) if not page.beside_main]
        deaf = [page for page in deaf if page.blind_bytes < BLIND_BYTES]
        if not deaf or not self._cell_runs():
            return None  # the upkeep looks again
        if now_s < self._batch_s + BLIND_EVERY_S:
            return self._batch_s + BLIND_EVERY_S
        names = set(self._audience.expected).union(*(page.visible for page in deaf))
        going = []
        for name in names:
            seat = self._seats.get(name)
            if seat and seat.awake and seat.dirty:
                seat.fresh = True  # nobody knows what the page has got
                going.append((name, seat))
        if self._audience.expected:
            size = self._openings.open(self._audience.expected)
            self._audience.unheard.blind_bytes += size
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
        self.number += 1
        self.bytes += size
        for page in pages:
            if limit is None:
                page.sent(self.number, size, now_s)
            else:
                page.blind_bytes += size + len(str(entries))
        self._send({"k": "b", "s": self.number, "p": entries}, buffers)

    def _entry(self, name: str, seat: Seat, now_s: float) -> tuple[Any, list[bytes]]:
        panel = seat.awake
        if panel is None:
            return None, []
        # Before the panel is asked: what changes from now on is for the next frame.
        first, seat.fresh, seat.dirty = seat.fresh, False, False
        seat.sends(now_s)
        try:
            frame = panel.frame(Look(self._audience.px_of(name) or DEFAULT_PX, first))
            if frame is None:
                return None, []
            entry, buffers = pack(frame)
        except Exception as error:  # noqa: BLE001 - the view shows it, the first is logged
            self.failed(panel, seat, error)
            return {"p": name, "e": json_safe(sentence_of(error))}, []
        seat.failed = False
        seat.changed_since_saved = True
        if first or frame.whole:
            entry["f"] = 1
        return {"p": name, **entry}, buffers

    def failed(self, panel: Panel, seat: Seat, error: Exception) -> None:
        """Log the first of a row of errors; the view shows each."""
        if not seat.failed:
            seat.failed = True
            _LOG.error("%r failed: %s", panel, sentence_of(error), exc_info=error)


def sentence_of(error: BaseException) -> str:
    """Return an error as one line."""
    return f"{type(error).__name__}: {error}".rstrip().rstrip(":")
