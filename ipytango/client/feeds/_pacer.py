"""One thread in which everything is decided that has to do with feeds: what came, what is due."""

from __future__ import annotations

import collections
import heapq
import itertools
import logging
import time
from collections.abc import Callable
from typing import Any

from ...green import allocate_lock, start_new_thread

_LOG = logging.getLogger("ipytango.client")

__all__ = ["Pacer"]

GATHER_S = 5e-3
"""How long what may wait a moment is gathered: to wake a thread costs more than most of it."""


class Pacer:
    """Run callbacks one after the other in a thread of its own: soon, or at a time.

    The callbacks must not block. What they share needs no lock: only this thread touches it.
    """

    def __init__(self) -> None:
        self._posted: collections.deque[tuple[Callable[..., object], tuple[Any, ...]]] = (
            collections.deque()
        )
        self._timed: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._gate = allocate_lock()
        self._gate.acquire()
        self._nap = allocate_lock()
        self._nap.acquire()
        self._in_a_hurry = False
        self._woken = False
        self._running = True
        start_new_thread(self._run, ())

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        return self._running

    def post(self, callback: Callable[..., object], *args: Any) -> None:
        """Have ``callback(*args)`` run soon; from any thread, in order, one wake-up for many."""
        self._in_a_hurry = True
        self.post_at_leisure(callback, *args)

    def post_at_leisure(self, callback: Callable[..., object], *args: Any) -> None:
        """Have it run together with what else comes in the next milliseconds."""
        self._posted.append((callback, args))
        if self._woken:
            return
        try:
            self._woken = True
            self._gate.release()
        except RuntimeError:
            pass  # two at once: the other one has woken it
        except BaseException:  # an interrupt: the next one wakes it
            self._woken = False
            raise

    def at(self, when_s: float, callback: Callable[[], object]) -> None:
        """Have the callback run at a time of `time.monotonic`. Only from the thread itself."""
        heapq.heappush(self._timed, (when_s, next(self._numbers), callback))

    def end(self) -> None:
        """End the thread; what is posted after this never runs. Only from the thread itself."""
        self._running = False

    def _run(self) -> None:
        while self._running:
            self._gate.acquire(True, self._pause_s())
            if self._posted and not self._in_a_hurry:
                self._nap.acquire(True, GATHER_S)
            self._in_a_hurry = False
            # Cleared before the queue is read: what is posted from now on wakes the thread again.
            self._woken = False
            for _ in range(len(self._posted)):
                callback, args = self._posted.popleft()
                self._call(callback, *args)
            now = time.monotonic()
            while self._timed and self._timed[0][0] <= now:
                self._call(heapq.heappop(self._timed)[2])

    def _pause_s(self) -> float:
        if self._posted:
            return 0.0
        return max(0.0, self._timed[0][0] - time.monotonic()) if self._timed else -1

    def _call(self, callback: Callable[..., object], *args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            # The feeds of other attributes go on, whatever has gone wrong with this one.
            _LOG.exception("%r, a step of a feed, failed", callback)
