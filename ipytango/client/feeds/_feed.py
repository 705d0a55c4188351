"""What is followed of one attribute, by however many: its readings in order, its counts."""

from __future__ import annotations

import collections
import time
from typing import TYPE_CHECKING, Any

from .._attribute_names import AttributeName
from .._readings import AttributeFacts, Failure, Reading, failure_of, time_of
from ._following import FeedStatus, Following, Newest

if TYPE_CHECKING:
    from ._followed_device import FollowedDevice

__all__ = ["Feed"]

SCALARS_KEPT = 10_000
ARRAYS_KEPT = 16
"""How many events of an attribute may wait to be taken; a flood beyond that drops the oldest."""

TAKEN_AT_ONCE = 500
"""How many of them are taken before other feeds have their turn."""

LATE_IN_A_ROW = 5
LATE_FOR_S = 10.0
"""So many readings in a row, over so long, that are older than the newest: the device's clock was
set back. (A read can overtake events by seconds, when a flood has filled Tango's queues.)"""


class Feed:
    """The readings of one attribute.

    `hear` is called in Tango's threads; all else belongs to the pacer's thread, but that anybody
    may look at the counts.
    """

    def __init__(self, name: AttributeName, device: FollowedDevice) -> None:
        self.full_name = name.full
        self.name = name.name
        self.device = device
        self.followers: list[Following] = []
        self.source = ""
        self.facts: AttributeFacts | None = None
        self.newest: Newest | None = None
        """The newest that the device has said, be it an error."""
        self.latest_value: Newest | None = None
        """The newest that is no error."""
        self.failure: Failure | None = None
        self.missing: Failure | None = None
        """Why there is no such attribute, if there is none."""
        self.missing_since_s = 0.0
        self.received = 0
        self.dropped = 0
        self.errors = 0
        self.heard_s = 0.0
        """When the last event came, by `time.monotonic`."""
        self.poll_due_s = 0.0
        self.slow = False
        """Whether to read it takes so long that it would keep others waiting."""
        self._newest_s = 0.0
        self._newest_came_s = 0.0
        self._late = 0
        self._heard: collections.deque[tuple[Any, str, float]] = collections.deque(
            maxlen=ARRAYS_KEPT
        )
        self._called = False
        self._silent: Newest | None = None

    @property
    def latest(self) -> Reading | None:
        """The newest that the device has said."""
        return None if self.newest is None else self.newest.reading

    @property
    def told(self) -> Newest | None:
        """What followers were told last: `newest`, or why the device says nothing. Any thread."""
        failure = self.device.failure or self.missing
        if failure is None:
            return self.newest
        silent = self._silent
        if silent is None or silent.reading.failure is not failure:
            silent = self._silent = self._failed(failure, "", time.time())
        return silent

    @property
    def period_s(self) -> float:
        """How often it is to be polled: the shortest period that is asked for."""
        return min((follower.period_s for follower in self.followers), default=1.0)

    def status(self, follower: Following) -> FeedStatus:
        """Say how the attribute is being followed, as one follower sees it."""
        device, missing = self.device, self.missing
        state = device.state
        if state == "live" and missing is not None:
            state = "failed"
        elif state == "live" and not self.source:
            state = "connecting"
        return FeedStatus(
            state=state,
            source=self.source if state == "live" else "",
            since_s=self.missing_since_s if missing and state == "failed" else device.since_s,
            received=self.received,
            dropped=self.dropped + follower.passed_over,
            errors=self.errors,
            facts=self.facts,
            failure=(missing or self.failure) if device.failure is None else device.failure,
        )

    @property
    def answers(self) -> bool:
        """Whether the latest that the device has said is a value."""
        return self.newest is not None and not self.newest.failed

    # --- from the device --------------------------------------------------------------------------

    def hear(self, event: Any, source: str) -> None:
        """Take an event, in Tango's thread: it is not looked at here, as the next one waits."""
        heard = self._heard
        if len(heard) == heard.maxlen:
            self.dropped += 1
        heard.append((event, source, time.time()))
        self.received += 1
        if not event.err:
            self.heard_s = self.device.heard_s = time.monotonic()
        if not self._called:
            self._called = True
            self.device.post_at_leisure(self._take_heard)

    def take(self, answer: Any, received_s: float) -> None:
        """Take what a read gave."""
        polled = self.source == "poll"
        if not polled and not answer.has_failed and time_of(answer.time) <= self._newest_s:
            return  # it was to show what events may have missed, and they have missed nothing
        self.received += 1
        self._accept(answer, "poll" if polled else "read", received_s, newest=True)

    def take_failure(self, failure: Failure) -> None:
        """Take the error that a read ended with."""
        if self.source != "poll" and self.newest is not None:
            return  # its events will tell
        self.received += 1
        self._take_error(failure, "poll" if self.source == "poll" else "read", time.time())

    def learn(self, facts: AttributeFacts | Failure) -> None:
        """Take what the device says of the attribute, or why it says nothing."""
        before = self.facts, self.missing
        if isinstance(facts, AttributeFacts):
            self.facts, self.missing = facts, None
            room = SCALARS_KEPT if facts.data_format == "SCALAR" else ARRAYS_KEPT
            if self._heard.maxlen != room:
                self._heard = collections.deque(self._heard, maxlen=room)
        elif any(level.reason == "API_AttrNotFound" for level in facts.levels):
            if self.missing is None:
                self.missing_since_s = time.time()
            self.missing = self.missing or facts
        if before != (self.facts, self.missing):
            self.announce()

    def _take_heard(self) -> None:
        self._called = False
        waiting = self._heard
        every = any(follower.every for follower in self.followers)
        for left in range(min(len(waiting), TAKEN_AT_ONCE) - 1, -1, -1):
            event, source, received_s = waiting.popleft()
            if event.err:
                self._take_error_event(event, source, received_s)
            elif every or not left:
                self._accept(event.attr_value, source, received_s, newest=not left)
            else:
                self._pass_over()
        if waiting and not self._called:
            self._called = True
            self.device.post(self._take_heard)  # other feeds first

    def _take_error_event(self, event: Any, source: str, received_s: float) -> None:
        reason = event.errors[0].reason if event.errors else ""
        if reason == "API_MissedEvents":
            self.received -= 1
            self.dropped += 1
            self.device.events_missed(self)
        elif reason == "API_EventTimeout":
            self.received -= 1
            self.device.event_silence(self)
        else:
            self._take_error(failure_of(event.errors), source, received_s)

    def _accept(self, answer: Any, source: str, received_s: float, *, newest: bool) -> None:
        stack = answer.get_err_stack() if answer.has_failed else None
        if stack:
            self._take_error(failure_of(stack), source, received_s)
            return
        time_s = time_of(answer.time)
        if time_s < self._newest_s and not self._clock_was_set_back(received_s):
            self._late += 1
            self.dropped += 1
            return
        self._late = 0
        self._newest_s = time_s
        self._newest_came_s = received_s
        told = self.latest_value = Newest(answer, self.full_name, source, received_s)
        self._deliver(told, newest=newest)

    def _clock_was_set_back(self, now_s: float) -> bool:
        return self._late >= LATE_IN_A_ROW and now_s - self._newest_came_s >= LATE_FOR_S

    def _take_error(self, failure: Failure, source: str, received_s: float) -> None:
        self.errors += 1
        self.failure = failure
        self._deliver(self._failed(failure, source, received_s), newest=True)

    def _failed(self, failure: Failure, source: str, received_s: float) -> Newest:
        facts = self.facts
        reading = Reading(
            attribute=self.full_name,
            value=None,
            set_value=None,
            quality="INVALID",
            time_s=received_s,
            received_s=received_s,
            data_type=facts.data_type if facts else "",
            data_format=facts.data_format if facts else "",
            failure=failure,
            source=source,
        )
        return Newest.of(reading)

    # --- to the followers -------------------------------------------------------------------------

    def _deliver(self, told: Newest, *, newest: bool) -> None:
        self.newest = told
        for follower in tuple(self.followers):
            if newest or follower.every:
                follower.tell(told)
            else:
                follower.passed_over += 1

    def _pass_over(self) -> None:
        for follower in self.followers:
            follower.passed_over += 1

    def announce(self) -> None:
        """Tell that the state has changed: why there are no readings, or the latest again."""
        for follower in tuple(self.followers):
            self.greet(follower)

    def greet(self, following: Following) -> None:
        """Tell one who has just come what there is."""
        told = self.told
        if told is not None:
            following.tell(told)

    def start_again(self) -> None:
        """Begin to order by time anew: a server that has come back may have another clock."""
        self._newest_s = 0.0
        self._late = 0
