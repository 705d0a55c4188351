"""The browser pages on a hub: what each shows, and how far behind it is."""

from __future__ import annotations

import collections
import enum

__all__ = [
    "BIG_FRAME_BYTES",
    "LOST_AFTER_S",
    "MAX_RATE_HZ",
    "SMALL_BATCH_BYTES",
    "STALLED_AFTER_S",
    "Pace",
    "Page",
]

MAX_RATE_HZ = 30.0
WINDOW_S = 2.0
"""A page may be this much of batches behind (it confirms them twice a second at most)."""
WINDOW_BATCHES = 8
WINDOW_BYTES = 4_000_000
BIG_FRAME_BYTES = 1_000_000
"""Of batches above this one is in flight."""
SMALL_BATCH_BYTES = 64_000
"""What may go to a page that cannot be heard."""
BLIND_BYTES = 8_000_000
"""What may go to it altogether: it may be closed, and the server keep all for it."""
STALLED_AFTER_S = 5.0
"""A page that owes its answer for longer does not hold back the others; it confirms heartbeats
every 3 s."""
LOST_AFTER_S = 30.0
"""A page that has said nothing for so long, though it was spoken to, is taken to be gone."""
COMMANDS_KEPT = 256


class Pace(enum.Enum):
    """What may be sent to a page now."""

    FREE = enum.auto()
    FULL = enum.auto()
    """It has as much as it may have: wait."""
    STALLED = enum.auto()
    """It has had that for too long."""


class Page:
    """One page of a browser; times are seconds of `time.monotonic`."""

    def __init__(self, name: str, now_s: float) -> None:
        self.name = name
        self.mounted: frozenset[str] = frozenset()
        self.visible: dict[str, int] = {}
        """Panels in view, and the width in pixels of their widest view there."""
        self.heard_s = now_s
        self.owes_s = 0.0
        """Since when it owes an answer; 0 if it owes none."""
        self.beside_main = False
        """Whether it is heard on another thread than the main one, so also while a cell blocks."""
        self.lost_s: float | None = None
        self.blind_bytes = 0
        self._in_flight: collections.deque[tuple[int, int]] = collections.deque()
        self._bytes = 0
        self._commands: collections.deque[int] = collections.deque(maxlen=COMMANDS_KEPT)

    @property
    def live(self) -> bool:
        """Whether it is taken to be there."""
        return self.lost_s is None

    def heard(self, now_s: float, *, beside_main: bool) -> None:
        """Note that it has said something."""
        self.heard_s, self.owes_s, self.blind_bytes = now_s, 0.0, 0
        self.beside_main = beside_main
        self.lost_s = None

    def lose(self, now_s: float) -> None:
        """Take it to be gone; what it had mounted stays wanted."""
        self.lost_s = now_s
        self.visible = {}
        self._forget_batches()

    def spoken_to(self, now_s: float) -> None:
        """Note that something was sent that it answers."""
        self.owes_s = self.owes_s or now_s

    def sent(self, number: int, size: int, now_s: float) -> None:
        """Note a batch."""
        self._in_flight.append((number, size))
        self._bytes += size
        self.spoken_to(now_s)

    def confirmed(self, number: int) -> None:
        """Note that it has drawn the batch of that number, and so those before."""
        while self._in_flight and self._in_flight[0][0] <= number:
            self._bytes -= self._in_flight.popleft()[1]

    def restart(self) -> None:
        """Forget what is in flight: the page begins anew."""
        self._forget_batches()

    def is_new(self, command: int) -> bool:
        """Say whether a command of that number has not come yet."""
        if command in self._commands:
            return False
        self._commands.append(command)
        return True

    def pace(self, now_s: float, rate_hz: float) -> Pace:
        """Say what may be sent to it now, at `rate_hz` batches per second."""
        if self.owes_s and now_s - self.owes_s > STALLED_AFTER_S:
            return Pace.STALLED
        if any(size >= BIG_FRAME_BYTES for _, size in self._in_flight):
            return Pace.FULL
        full = len(self._in_flight) >= max(WINDOW_BATCHES, WINDOW_S * rate_hz)
        return Pace.FULL if full or self._bytes >= WINDOW_BYTES else Pace.FREE

    def _forget_batches(self) -> None:
        self._in_flight.clear()
        self._bytes = 0
