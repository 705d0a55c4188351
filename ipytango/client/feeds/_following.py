"""Those who follow an attribute, and what they are told."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._readings import AttributeFacts, Failure, Reading, reading_of

if TYPE_CHECKING:
    from ._feed import Feed

_LOG = logging.getLogger("ipytango.client")

__all__ = ["FeedStatus", "Following", "Newest", "Noticing", "Sink"]

Sink = Callable[[Reading], object]
"""Takes a reading, in a thread of the feeds; it must be quick."""


@dataclasses.dataclass(frozen=True)
class FeedStatus:
    """How an attribute is being followed at one moment."""

    state: str
    """``connecting``, ``live`` (its server answers, be it with errors), ``away`` (its server does
    not) or ``failed`` (there is no such device or attribute; asked again from time to time)."""

    source: str
    """How readings come: ``change`` or ``periodic`` (events), ``poll``; empty while none can."""

    since_s: float
    """Since when it is in this state, seconds since the epoch."""

    received: int
    """Readings that came from the device, errors included."""

    dropped: int
    """Readings that got lost on the way (Tango's queue was full), came too late, or were passed
    over for a newer one because this follower takes only the newest."""

    errors: int
    """Readings that were an error."""

    facts: AttributeFacts | None
    failure: Failure | None
    """Why it is away or failed, else the last error reading's reason; None if there was none."""


class Newest:
    """What the device has said, made a reading of when somebody wants to see it. Any thread."""

    __slots__ = ("_answer", "_attribute", "_reading", "_received_s", "_source", "failed")

    def __init__(self, answer: Any, attribute: str, source: str, received_s: float) -> None:
        self._answer = answer
        self._attribute = attribute
        self._source = source
        self._received_s = received_s
        self._reading: Reading | None = None
        self.failed = False

    @classmethod
    def of(cls, reading: Reading) -> Newest:
        """Hold a reading that was made already."""
        newest = cls(None, reading.attribute, reading.source, reading.received_s)
        newest._reading, newest.failed = reading, reading.failure is not None
        return newest

    @property
    def reading(self) -> Reading:
        """The reading. Two threads at once make two that are equal."""
        reading = self._reading
        if reading is None:
            reading = self._reading = reading_of(
                self._answer, self._attribute, source=self._source, received_s=self._received_s
            )
        return reading


class Following:
    """One who follows an attribute; made by `Feeds.follow`, and over with `close`."""

    def __init__(
        self,
        attribute: str,
        sink: Callable[..., object],
        period_s: float,
        *,
        every: bool,
        end: Callable[[Following], object],
    ) -> None:
        self.attribute = attribute
        self.period_s = period_s
        self.every = every
        self.passed_over = 0
        self.feed: Feed | None = None
        self._sink: Callable[..., object] | None = sink
        self._end = end

    def __repr__(self) -> str:
        return f"<Following {self.attribute}: {self.status.state if self.open else 'closed'}>"

    @property
    def open(self) -> bool:
        """Whether it still follows."""
        return self._sink is not None

    @property
    def status(self) -> FeedStatus:
        """How the attribute is being followed at this moment."""
        if self.feed is not None:
            return self.feed.status(self)
        return FeedStatus("connecting", "", time.time(), 0, 0, 0, None, None)

    @property
    def latest(self) -> Reading | None:
        """The newest that the device has said: a value or an error; None if nothing yet."""
        return None if self.feed is None else self.feed.latest

    @property
    def facts(self) -> AttributeFacts | None:
        """The attribute's configuration, once it is known."""
        return None if self.feed is None else self.feed.facts

    @property
    def latest_value(self) -> Reading | None:
        """The newest that is no error; None if there was none yet."""
        value = None if self.feed is None else self.feed.latest_value
        return None if value is None else value.reading

    @property
    def told(self) -> Reading | None:
        """What a sink is told last: `latest`, or why the device says nothing."""
        told = None if self.feed is None else self.feed.told
        return None if told is None else told.reading

    def close(self) -> None:
        """Follow no more; the last one's close ends the subscription.

        From any thread, and as often as you like; does not block.
        """
        if self._sink is not None:
            self._sink = None
            self._end(self)

    def tell(self, newest: Newest) -> None:
        """Hand a reading to the sink; one that fails is told nothing more."""
        sink = self._sink
        if sink is None:
            return
        try:
            self._hand(sink, newest)
        except Exception:
            self.close()
            _LOG.exception("what follows %s failed, and gets no more", self.attribute)

    @staticmethod
    def _hand(sink: Callable[..., object], newest: Newest) -> None:
        sink(newest.reading)


class Noticing(Following):
    """One who is only told that there is something to look at; made by `Feeds.notice`."""

    @staticmethod
    def _hand(sink: Callable[..., object], newest: Newest) -> None:
        del newest  # nobody may ever look at it, so no reading is made of it
        sink()
