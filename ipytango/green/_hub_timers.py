"""The due times of the hub's timers: a heap that forgets stopped timers lazily."""

from __future__ import annotations

import heapq
import itertools
from typing import Any

__all__ = ["TimerQueue"]

_FEW_ENTRIES = 64  # below this many, stopped timers may stay in the heap until their time


class TimerQueue:
    """Timers by the time they are due, in seconds of the event loop's clock."""

    def __init__(self) -> None:
        self._heap: list[list[Any]] = []  # [when, order of arrival, timer or None when stopped]
        self._entries: dict[Any, list[Any]] = {}
        self._order = itertools.count()

    def add(self, timer: Any, when: float) -> None:
        """Let `timer` be due at `when`; replaces an earlier time of the same timer."""
        self.discard(timer)
        entry = self._entries[timer] = [when, next(self._order), timer]
        heapq.heappush(self._heap, entry)

    def discard(self, timer: Any) -> None:
        """Forget `timer`, if it is here."""
        entry = self._entries.pop(timer, None)
        if entry is None:
            return
        entry[2] = None
        if len(self._heap) > _FEW_ENTRIES and len(self._heap) > 2 * len(self._entries):
            self._heap = [entry for entry in self._heap if entry[2] is not None]
            heapq.heapify(self._heap)

    def pop_due(self, now: float) -> list[tuple[float, Any]]:
        """Take out what is due at `now`: (due time, timer), the earliest first."""
        due = []
        heap = self._heap
        while heap and heap[0][0] <= now:
            when, _, timer = heapq.heappop(heap)
            if timer is not None:
                del self._entries[timer]
                due.append((when, timer))
        return due

    def next_due(self) -> float | None:
        """Say when the next timer is due; None without timers."""
        heap = self._heap
        while heap and heap[0][2] is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def clear(self) -> None:
        """Forget all timers."""
        self._heap.clear()
        self._entries.clear()
