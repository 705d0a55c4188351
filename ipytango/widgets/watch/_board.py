"""The attributes of a watch: followed, kept in order, and what has changed of them since."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...client import AttributePattern, Call, attribute_list, attribute_names, failure_of
from ...errors import AttributeNameError, IpytangoError
from ...green import allocate_lock
from ..hub import Frame, Settling
from ._rows import Row

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["UNSEEN_PERIOD_S", "Board"]

UNSEEN_PERIOD_S = 1.0
"""Rows that are scrolled out of sight are told of so often: they are sorted and counted by it."""

VIEWS = 8
"""Of more views than these it is forgotten what can be seen in them."""


class Board:
    """Follows attributes for a watch, and knows nothing of who looks at it.

    `changed` is called in any thread when there is news. The methods may be called in any thread,
    but for `frame`, which belongs to one.
    """

    def __init__(self, client: Client, period_s: float, changed: Callable[[], object]) -> None:
        self._client = client
        self._period_s = period_s
        self._changed = changed
        self._lock = allocate_lock()
        self._rows: dict[str, Row] = {}
        self._patterns: dict[Row, AttributePattern] = {}
        self._asked: set[Row] = set()
        """Patterns whose device is being asked for its attributes."""
        self._next_key = 0
        self._awake = True
        self._closed = False
        # Dictionaries as sets in order: single steps on them need no lock.
        self._dirty: dict[Row, None] = {}
        self._gone: dict[int, None] = {}
        self._seen: dict[str, frozenset[int]] = {}
        """The keys of the rows that can be seen, by view; none while no view has said it."""
        self._unseen_due_s = 0.0
        self.settling = Settling()

    # --- which attributes -------------------------------------------------------------------------

    def add(self, things: Iterable[object]) -> None:
        """Follow more; what is followed already stays. Raises `AttributeNameError`, adding none."""
        names = list(attribute_names(things))
        if not names:
            raise AttributeNameError(
                "No attribute to watch: name at least one, such as 'sys/tg_test/1/ampli'."
            )
        added: list[Row] = []
        try:
            for name in names:
                added += self._add(name)
        except BaseException:
            self._take_out(added)
            raise

    def _add(self, name: str, place: float | None = None) -> list[Row]:
        with self._lock:
            if name.lower() in self._rows or self._closed:
                return []
            key, self._next_key = self._next_key, self._next_key + 1
            row = Row(key, key if place is None else place, name, self._touched)
            pattern = AttributePattern.of(name)
            self._rows[name.lower()] = row
            if pattern is not None:
                self._patterns[row] = pattern
            self.settling.expect([row])
            try:
                self._follow(row)
            except BaseException:
                self._forget(row)
                raise
        self._make_up_for(row)
        self._dirty[row] = None
        self._changed()
        return [row]

    def _follow(self, row: Row) -> None:
        """Follow the row's attribute; of a pattern its device's state, to see when it answers."""
        pattern = self._patterns.get(row)
        name = row.name if pattern is None else pattern.name_of("State")
        if self._awake and row.following is None:
            row.following = self._client.feeds.notice(name, row.notice, period_s=self._period_s)

    def _make_up_for(self, row: Row) -> None:
        """Take note of what came before the row held its following: other threads are quick."""
        following = row.following
        if following is not None and following.told is not None:
            self._touched(row)

    def remove(self, things: Iterable[object]) -> None:
        """Follow these no more. Raises `AttributeNameError` for one that is not there."""
        found = []
        for name in attribute_names(things):
            row = self._rows.get(name.lower())
            if row is None:
                raise AttributeNameError(f"{name!r} is not watched here.")
            found.append(row)
        self._take_out(found)

    def remove_key(self, key: int) -> None:
        """Follow the row with this key no more; none is fine, as browsers may be late."""
        self._take_out([row for row in self.rows() if row.key == key])

    def _take_out(self, rows: Iterable[Row]) -> None:
        for row in rows:
            with self._lock:
                self._forget(row)
                row.rest()
            self._gone[row.key] = None
        self._changed()

    def _forget(self, row: Row) -> None:
        row.out = True
        self._rows.pop(row.name.lower(), None)
        self._patterns.pop(row, None)
        self.settling.settle(row)

    def rows(self) -> list[Row]:
        """Return the rows in order."""
        return sorted(self._rows.values(), key=lambda row: (row.place, row.key))

    @property
    def asleep(self) -> bool:
        """Whether nothing is followed at the moment."""
        return not self._awake

    # --- readings ---------------------------------------------------------------------------------

    def _touched(self, row: Row) -> None:
        """Take note that there is news, in a thread of the feeds."""
        known = row in self._dirty
        self._dirty[row] = None
        if self._patterns and row in self._patterns:
            reading = row.reading
            if reading is not None and reading.failure is None:
                self._ask_for_names(row)
                return
        self.settling.settle(row)
        if not known:
            self._changed()

    def _ask_for_names(self, row: Row) -> None:
        """Have a worker ask the pattern's device for its attributes."""
        if row in self._asked or self._closed:
            return
        self._asked.add(row)
        call = self._client.submit(attribute_list, self._patterns[row].device)
        call.when_done(functools.partial(self._take_names, row))

    def _take_names(self, row: Row, call: Call) -> None:
        """Put the pattern's attributes in its place, in a worker's thread."""
        self._asked.discard(row)
        pattern = self._patterns.get(row)
        if pattern is None or call.cancelled:
            return
        error = call.error
        names = () if error else pattern.choose(call.result)
        try:
            for number, name in enumerate(names):
                self._add(name, row.place + number / len(names))
        except IpytangoError as refused:  # the device has a name that is none, or all is closed
            error = refused
        if names and error is None:
            self._take_out([row])
            return
        row.fail(failure_of(error or _no_match(pattern, len(call.result))))
        self.settling.settle(row)
        self._dirty[row] = None
        self._changed()

    # --- sleep and end ----------------------------------------------------------------------------

    def follow(self) -> None:
        """Follow the attributes, if that is not so already."""
        with self._lock:
            if self._awake or self._closed:
                return
            self._awake = True
            rows = self.rows()
            self.settling.expect(rows)
            for row in rows:
                self._follow(row)
        for row in rows:
            self._make_up_for(row)

    def rest(self) -> None:
        """Stop following; what is known stays."""
        self._stop("asleep")

    def close(self) -> None:
        """Stop following for good."""
        self._closed = True
        self._stop("closed")

    def _stop(self, state: str) -> None:
        with self._lock:
            if self._closed and state != "closed":
                return
            self._awake = False
            for row in self.rows():
                row.rest(state)
                self._dirty[row] = None

    # --- for browsers -----------------------------------------------------------------------------

    def frame(self, *, whole: bool, fresh: bool = True) -> Frame | None:
        """Return what is new since the last frame, or all; None for nothing.

        All as it was told last, where it is not to be `fresh`. What is out of sight is told of
        once a second.
        """
        gone = self._popped(self._gone)
        dirty = self._due(whole=whole) if fresh else []
        if not (dirty or gone or whole):
            return None
        known = [row for row in dirty if not row.out]
        rows = {row.key: news for row in known if (news := self._news(row))}
        if whole:
            known = self.rows()
            rows = {row.key: row.everything() for row in known}
        times = np.array([(row.time_s, row.received_s) for row in known], dtype=np.float64)
        keys = np.array([row.key for row in known], dtype=np.uint32)
        data: dict[str, Any] = {"now": time.time(), "values": [row.text for row in known]}
        data |= {"rows": rows, "gone": gone, "whole": whole}
        return Frame(data, (keys, times.ravel()))

    def see(self, view: str, keys: Iterable[int]) -> None:
        """Note which rows can be seen in a view."""
        self._seen.pop(view, None)
        self._seen[view] = frozenset(keys)
        while len(self._seen) > VIEWS:
            del self._seen[next(iter(self._seen))]

    def _due(self, *, whole: bool) -> list[Row]:
        """Take the rows that are to be told of now."""
        now = time.monotonic()
        if whole or not self._seen or now >= self._unseen_due_s:
            self._unseen_due_s = now + UNSEEN_PERIOD_S
            dirty = self._popped(self._dirty)
            return self.rows() if whole else dirty
        seen = frozenset().union(*self._seen.values())
        due = [row for row in tuple(self._dirty) if row.key in seen]
        for row in due:
            self._dirty.pop(row, None)
        return due

    @staticmethod
    def _news(row: Row) -> dict[str, Any]:
        first = not row.told
        news = row.news()
        return row.everything() if first else news

    @staticmethod
    def _popped(waiting: dict[Any, None]) -> list[Any]:
        popped = []
        while waiting:
            popped.append(waiting.popitem()[0])
        return popped


def _no_match(pattern: AttributePattern, attributes: int) -> AttributeNameError:
    return AttributeNameError(
        f"{pattern.device} has {attributes} attributes, none of which matches "
        f"{pattern.attribute!r}."
    )
