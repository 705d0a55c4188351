"""Readings of attributes, recorded in the order in which they come."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from ...green import allocate_lock, gate_here
from .._attribute_names import AttributeName
from .._readings import AttributeFacts, Reading
from ._feeds import Feeds
from ._following import FeedStatus, Following

__all__ = ["RECORDS_KEPT", "Record", "Recorder"]

RECORDS_KEPT = 10_000
"""Of more the oldest are dropped."""


@dataclasses.dataclass(frozen=True)
class Record:
    """A reading with its number."""

    number: int
    """0 is the first that was ever recorded here."""

    reading: Reading
    facts: AttributeFacts | None


class Recorder:
    """Follows attributes and keeps their readings. From any thread."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._lock = allocate_lock()
        self._followings: dict[tuple[str, str], Following] = {}
        self._facts: dict[str, AttributeFacts] = {}
        self._last: dict[str, Reading] = {}
        self._kept: collections.deque[tuple[int, Reading]] = collections.deque(maxlen=RECORDS_KEPT)
        self._count = 0
        self._dropped = 0
        # A dictionary as a set: single steps on it need no lock.
        self._interested: dict[Callable[[], object], None] = {}
        self._waiting: list[tuple[str, Callable[[], object]]] = []

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that are followed, as they were named."""
        return tuple(following.attribute for following in tuple(self._followings.values()))

    @property
    def dropped(self) -> int:
        """How many readings are no longer kept, as there came more than are kept."""
        return self._dropped

    def tell(self, changed: Callable[[], object]) -> None:
        """Call `changed`, in any thread, when there is a new reading or another attribute."""
        self._interested[changed] = None

    def tell_no_more(self, changed: Callable[[], object]) -> None:
        """Call it no more; that it is not called is fine."""
        self._interested.pop(changed, None)

    def _tell(self) -> None:
        for changed in tuple(self._interested):
            changed()

    def follows(self, attribute: str) -> bool:
        """Say whether an attribute is followed. Raises `AttributeNameError`."""
        return AttributeName.parse(attribute).key in self._followings

    def add(self, attribute: str) -> None:
        """Follow an attribute; does not block. Raises `AttributeNameError`, `StreamClosed`."""
        name = AttributeName.parse(attribute)
        if name.key not in self._followings:
            self._last.pop(name.full, None)
            self._followings[name.key] = self._feeds.follow(attribute, self._take)
            self._tell()

    def remove(self, attribute: str) -> bool:
        """Follow it no more; returns whether it was. Raises `AttributeNameError`."""
        following = self._followings.pop(AttributeName.parse(attribute).key, None)
        if following is None:
            return False
        self._note_facts(following)
        following.close()
        self._tell()
        return True

    def forget(self, attribute: str) -> None:
        """Follow it no more, and keep nothing of it. Raises `AttributeNameError`."""
        name = AttributeName.parse(attribute)
        self.remove(attribute)
        with self._lock:
            kept = [entry for entry in self._kept if entry[1].attribute != name.full]
            self._kept = collections.deque(kept, maxlen=RECORDS_KEPT)
        self._tell()

    def close(self) -> None:
        """Follow nothing more; what has been recorded stays."""
        for attribute in self.attributes:
            self.remove(attribute)

    def records(self) -> tuple[Record, ...]:
        """Return what is kept, the oldest first."""
        for following in tuple(self._followings.values()):
            self._note_facts(following)
        with self._lock:
            kept = tuple(self._kept)
        return tuple(
            Record(number, reading, self._facts.get(reading.attribute)) for number, reading in kept
        )

    def wait_for_first(self, attribute: str, timeout_s: float) -> FeedStatus | None:
        """Wait until it is known how an attribute does: a reading, or why there is none.

        Parks where that is possible. Returns None for one that is not followed.
        """
        following = self._followings.get(AttributeName.parse(attribute).key)
        if following is None:
            return None
        gate = gate_here()
        with self._told(following.attribute, gate.open):
            if following.latest is None and following.status.state == "connecting":
                gate.wait(timeout_s)
        return following.status

    @contextlib.contextmanager
    def _told(self, attribute: str, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called at each reading of an attribute, in a thread of the feeds."""
        entry = attribute, callback
        self._waiting.append(entry)
        try:
            yield
        finally:
            self._waiting.remove(entry)

    def _note_facts(self, following: Following) -> None:
        facts = following.status.facts
        if facts is not None:
            self._facts[following.attribute] = facts

    def _take(self, reading: Reading) -> None:
        """Record a reading, in a thread of the feeds; what is only told again is not new."""
        with self._lock:
            last = self._last.get(reading.attribute)
            told_again = last is reading or (
                last is not None
                and reading.failure is not None
                and not reading.source
                and last.failure == reading.failure
            )
            if not told_again:
                self._last[reading.attribute] = reading
                self._dropped += len(self._kept) == RECORDS_KEPT
                self._kept.append((self._count, reading))
                self._count += 1
        if not told_again:
            self._tell()
        for attribute, callback in tuple(self._waiting):
            if attribute == reading.attribute:
                callback()
