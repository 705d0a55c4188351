"""The samples of one trend: bounded in number and in age."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAILED", "KEPT_POINTS", "KEPT_S", "QUALITIES", "Samples"]

KEPT_POINTS = 100_000
"""Samples of one attribute; 1.7 MB."""

KEPT_S = 86_400.0
"""What is older than the newest sample by more than this is let go."""

QUALITIES = ("VALID", "WARNING", "ALARM", "CHANGING", "INVALID")
FAILED = len(QUALITIES)
"""In place of a quality: there was no reading."""

FIRST_CAPACITY = 256
AFTER_S = 1e-6
"""How much later than the one before a sample is taken to be that claims to be earlier."""

LATE_S = 1.0
"""What is older than the newest sample by more than this was too long on its way to be shown."""

SET_BACK_AFTER_S = 10.0
"""Late ones that go on for so long, by their own times: the device's clock was set back."""

Columns = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]


class Samples:
    """Times (seconds since the epoch, ascending), values (NaN is a gap) and qualities.

    Samples are numbered as they come, from 0; `first` and `end` bound those that are kept.
    """

    def __init__(self) -> None:
        self._columns = _columns(FIRST_CAPACITY)
        self._from = 0
        self._to = 0
        self._late_from_s: float | None = None
        self.first = 0

    def __len__(self) -> int:
        return self._to - self._from

    @property
    def end(self) -> int:
        """The number that the next sample will have."""
        return self.first + len(self)

    def since(self, number: int) -> Columns:
        """Return the samples from that number on, without copying them."""
        start = self._from + max(number - self.first, 0)
        times, values, qualities = self._columns
        return times[start : self._to], values[start : self._to], qualities[start : self._to]

    @property
    def all(self) -> Columns:
        """All that are kept, without copying them."""
        return self.since(self.first)

    def append(self, time_s: float, value: float, quality: int) -> bool:
        """Take one more; returns whether it says anything new.

        When the clock was set back, what was later by the old one goes: then `end` is no larger.
        """
        times, values, qualities = self._columns
        if len(self):
            last = self._to - 1
            if math.isnan(value) and np.isnan(values[last]) and qualities[last] == quality:
                return False  # a gap that goes on
            same = values[last] == value and qualities[last] == quality
            if time_s <= times[last] and same:
                return False  # told twice
            if time_s <= times[last]:
                # Of two sources the order is not known to the microsecond, and a gap is put where
                # it was noticed. What is much older is an answer that was long on its way.
                if times[last] - time_s <= LATE_S or np.isnan(values[last]):
                    time_s = float(times[last]) + AFTER_S
                elif self._was_set_back(time_s):
                    self._to = self._from + int(np.searchsorted(self.all[0], time_s))
                else:
                    return False
        self._late_from_s = None
        if self._to == len(times):
            self._make_room()
            times, values, qualities = self._columns
        times[self._to], values[self._to], qualities[self._to] = time_s, value, quality
        self._to += 1
        self._let_go(time_s)
        return True

    def _was_set_back(self, time_s: float) -> bool:
        if self._late_from_s is None:
            self._late_from_s = time_s
        return time_s - self._late_from_s >= SET_BACK_AFTER_S

    def prepend(self, columns: Columns) -> bool:
        """Put older ones before; returns whether there were any. All are numbered anew from 0."""
        times, values, qualities = columns
        mine = self.all
        older = times < mine[0][0] if len(self) else np.ones(len(times), dtype=bool)
        if not older.any():
            return False
        all_times = np.concatenate([times[older], mine[0]])[-KEPT_POINTS:]
        all_values = np.concatenate([values[older], mine[1]])[-KEPT_POINTS:]
        all_qualities = np.concatenate([qualities[older], mine[2]])[-KEPT_POINTS:]
        self._columns = all_times, all_values, all_qualities
        self._from, self._to, self.first = 0, len(all_times), 0
        self._let_go(float(all_times[-1]))
        return True

    def _let_go(self, newest_s: float) -> None:
        times = self._columns[0]
        drop = max(len(self) - KEPT_POINTS, 0)
        while drop < len(self) - 1 and times[self._from + drop] < newest_s - KEPT_S:
            drop += 1
        self._from += drop
        self.first += drop

    def _make_room(self) -> None:
        """Move to the front of arrays that have room for as many again, within the bound."""
        fresh = _columns(min(max(2 * len(self), FIRST_CAPACITY), KEPT_POINTS + KEPT_POINTS // 4))
        count = len(self)
        for column in range(len(fresh)):
            fresh[column][:count] = self.all[column]
        self._columns, self._from, self._to = fresh, 0, count


def _columns(capacity: int) -> Columns:
    return np.empty(capacity), np.empty(capacity), np.empty(capacity, dtype=np.uint8)
