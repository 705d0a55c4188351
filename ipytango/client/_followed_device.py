"""A device of which attributes are followed: whether it is there, and what is asked of it when."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import tango

from . import _subscriptions as ask
from ._calls import Call
from ._feed import Feed
from ._readings import Failure, FailureLevel, failure_of

if TYPE_CHECKING:
    from ._feed_engine import FeedEngine

__all__ = ["EVENTS_LANE", "FollowedDevice"]

QUIET_S = 1.5
"""A device that has said nothing for so long is asked whether it is there."""

ANSWER_S = 1.0
"""One that has not answered that for so long is taken to be away, until it does."""

AWAY_PERIOD_S = 1.1
"""How often a device that is away is asked; Tango refuses to connect anew within 1 s."""

FAILED_PERIOD_S = 5.0
"""How often it is asked again for a device or an attribute that does not exist."""

SETTLED_S = 1.0
"""Events that are sent right after a subscription may get lost: one more reading after so long."""

RESUBSCRIBE_S = 3.0
"""When something stood in the way of a subscription it is tried again after so long."""

SILENT_PERIOD_S = 30.0
"""A subscription that brings nothing, not even Tango's heartbeat, is tried again after so long."""

FACTS_PERIOD_S = 30.0
"""How often it is looked whether the configuration of the attributes has changed."""

SLOW_S = 1.0
"""A read that takes longer than this is a burden to its device, and to what is read with it."""

SLOW_SHARE = 0.2
"""A slow attribute is read that seldom that the device is busy with it for this share of time."""

_UNKNOWN = {
    "API_DeviceNotDefined",
    "API_WrongDeviceNameSyntax",
    "API_WrongAttributeNameSyntax",
    "DB_AliasNotDefined",
    "DB_DeviceNotDefined",
}
EVENTS_LANE = "the subscriptions of feeds"
"""All subscriptions go one after the other: at the same time Tango would let some of them fail."""


class FollowedDevice:
    """One device, as long as somebody follows an attribute of it.

    Every method runs in the pacer's thread; what blocks is handed to workers. A call belongs to an
    *acquaintance*, which ends when the device goes away: what an earlier one brings is no news.
    """

    def __init__(self, name: str, engine: FeedEngine) -> None:
        self.name = name
        self.state = "connecting"
        self.since_s = time.time()
        self.failure: Failure | None = None
        self.heard_s = 0.0
        self.feeds: dict[str, Feed] = {}
        self.subscriptions: dict[Feed, ask.Subscription] = {}
        self.post = engine.pacer.post
        self._engine = engine
        self._again_lane = f"{name} (again)"
        self._proxy: Any = None
        self._acquaintance = 0
        self._closed = False
        self._asked_s: float | None = None
        self._retry_s = 0.0
        self._wake_s = float("inf")
        self._reading: set[str] = set()
        self._facts_due_s = float("inf")
        self._again: dict[Feed, float] = {}
        self._settling: set[Feed] = set()
        self._unsubscribed: dict[Feed, float] = {}

    # --- who follows ------------------------------------------------------------------------------

    def add(self, feed: Feed) -> None:
        """Follow one attribute more."""
        self.feeds[feed.name.lower()] = feed
        if self.state == "live":
            self._introduce([feed])
        self.wake()

    def remove(self, feed: Feed) -> None:
        """Follow an attribute no more."""
        self.feeds.pop(feed.name.lower(), None)
        self._again.pop(feed, None)
        self._settling.discard(feed)
        self._unsubscribed.pop(feed, None)
        self._unsubscribe([feed])

    def close(self) -> None:
        """Follow nothing more."""
        self._closed = True
        self._acquaintance += 1
        self._unsubscribe(tuple(self.subscriptions))
        self.feeds.clear()

    # --- time -------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Do what is due, and come back when the next thing is."""
        if self._closed:
            return
        now = time.monotonic()
        self._wake_s = float("inf")
        self._look_after(now)
        if self.state == "live":
            self._read_due(now)
            self._subscribe_due(now)
            self._refresh_facts(now)
        self._wake_by(min(self._moments()))

    def _wake_by(self, when_s: float) -> None:
        if when_s < self._wake_s:
            self._wake_s = when_s
            self._engine.pacer.at(when_s, functools.partial(self._wake_if_due, when_s))

    def _wake_if_due(self, when_s: float) -> None:
        if when_s == self._wake_s:
            self.wake()

    def _moments(self) -> Iterable[float]:
        if self._asked_s is not None:
            # Overdue already: the answer itself will wake us.
            yield self._asked_s + ANSWER_S if self.state in ("live", "connecting") else float("inf")
        elif self.state == "live":
            yield self.heard_s + QUIET_S
        else:
            yield self._retry_s
        if self.state == "live":
            yield self._facts_due_s
            yield from self._unsubscribed.values()
            if self._again_lane not in self._reading:
                yield from self._again.values()
            yield from (
                feed.poll_due_s
                for feed in self.feeds.values()
                if feed.source == "poll" and self._lane_of(feed) not in self._reading
            )

    # --- whether it is there ----------------------------------------------------------------------

    def _look_after(self, now: float) -> None:
        if self._asked_s is not None:
            if now - self._asked_s >= ANSWER_S and self.state in ("live", "connecting"):
                self._lose("away", _no_answer(self.name))
        elif now >= (self.heard_s + QUIET_S if self.state == "live" else self._retry_s):
            self._ask(now)

    def _ask(self, now: float) -> None:
        """Ask whether it is there, unless that is asked already."""
        if self._asked_s is not None:
            return
        self._asked_s = now
        question = functools.partial(ask.connect, self.name)
        if self._proxy is not None:
            question = functools.partial(ask.reach, self._proxy)
        self._on_worker(f"{self.name} (is it there)", question, self._answered)

    def _answered(self, call: Call) -> None:
        self._asked_s = None
        if self._closed:
            return
        now = time.monotonic()
        try:
            self._proxy = call.outcome()
        except tango.DevFailed as error:
            failure = failure_of(error)
            unknown = any(level.reason in _UNKNOWN for level in failure.levels)
            self._retry_s = now + (FAILED_PERIOD_S if unknown else AWAY_PERIOD_S)
            self._lose("failed" if unknown else "away", failure)
        else:
            self.heard_s = now
            if self.state != "live":
                self._welcome(now)
        self.wake()

    def _lose(self, state: str, failure: Failure) -> None:
        self._acquaintance += 1
        self._reading.clear()
        # At once: Tango would try to reach the dead server, and keep all subscriptions waiting.
        self._unsubscribe(tuple(self.subscriptions))
        self._again.clear()
        self._settling.clear()
        self._unsubscribed.clear()
        for feed in self.feeds.values():
            feed.source = ""
        if state == self.state:
            return  # what began it says more than what Tango says of further tries
        self.failure = failure
        self.state, self.since_s = state, time.time()
        for feed in self.feeds.values():
            feed.announce()

    def _welcome(self, now: float) -> None:
        self.failure = None
        self.state, self.since_s = "live", time.time()
        self._acquaintance += 1
        self._facts_due_s = now + FACTS_PERIOD_S
        for feed in self.feeds.values():
            feed.start_again()
        self._introduce(list(self.feeds.values()))

    # --- getting to know attributes ---------------------------------------------------------------

    def _introduce(self, feeds: list[Feed]) -> None:
        """Learn what the attributes are; then read them, and subscribe at the same time."""
        self._learn(feeds, self._introduced)

    def _introduced(self, feeds: list[Feed]) -> None:
        now = time.monotonic()
        for feed in feeds:
            if self.feeds.get(feed.name.lower()) is feed:
                feed.source = "poll"
                feed.poll_due_s = now
                if feed.missing is None:
                    self._unsubscribed[feed] = now
        self.wake()

    def _learn(self, feeds: list[Feed], then: Callable[[list[Feed]], object]) -> None:
        if not feeds:
            return
        names = [feed.name for feed in feeds]
        learn = functools.partial(ask.facts_by_name, self._proxy, names)
        self._on_worker(f"{self.name} (facts)", learn, self._now(self._learnt, feeds, then))

    def _learnt(self, feeds: list[Feed], then: Callable[[list[Feed]], object], call: Call) -> None:
        try:
            facts = call.outcome()
        except tango.DevFailed:
            self._doubt()
            facts = {}
        for feed in feeds:
            if feed.name in facts:
                feed.learn(facts[feed.name])
        then(feeds)

    def _refresh_facts(self, now: float) -> None:
        if now >= self._facts_due_s:
            self._facts_due_s = now + FACTS_PERIOD_S
            self._learn([feed for feed in self.feeds.values() if not feed.missing], _nothing_more)

    # --- subscribing ------------------------------------------------------------------------------

    def _subscribe_due(self, now: float) -> None:
        feeds = [feed for feed, due_s in self._unsubscribed.items() if due_s <= now]
        if not feeds:
            return
        for feed in feeds:
            del self._unsubscribed[feed]
        acquaintance = self._acquaintance

        def tell(answer: ask.Answer) -> None:
            self.post(self._subscribed, acquaintance, answer)

        subscribe = functools.partial(ask.subscribe, self._proxy, feeds, tell)
        self._on_worker(EVENTS_LANE, subscribe, self._now(self._tried_to_subscribe))

    def _subscribed(self, acquaintance: int, answer: ask.Answer) -> None:
        feed, subscription = answer.feed, answer.subscription
        now = time.monotonic()
        if subscription is not None:
            self.subscriptions[feed] = subscription
        if acquaintance != self._acquaintance or self.feeds.get(feed.name.lower()) is not feed:
            self._unsubscribe([feed])
        elif subscription is not None:
            feed.source = subscription.source
            self._again[feed] = now
            self._settling.add(feed)
            self._wake_by(now)
        elif answer.ask_again:
            self._unsubscribed[feed] = now + RESUBSCRIBE_S
            self._wake_by(now + RESUBSCRIBE_S)

    def _tried_to_subscribe(self, call: Call) -> None:
        if call.error is not None:
            self._doubt()

    def _unsubscribe(self, feeds: Iterable[Feed]) -> None:
        ending = []
        for feed in feeds:
            subscription = self.subscriptions.pop(feed, None)
            if subscription is not None:
                subscription.mute()
                ending.append(subscription)
        if ending:
            self._engine.count_ending(len(ending))
            end = functools.partial(_end, ending)
            self._on_worker(EVENTS_LANE, end, lambda _: self._engine.count_ending(-len(ending)))

    def event_silence(self, feed: Feed) -> None:
        """Tango finds that a server which was subscribed to does not send even its heartbeat."""
        if feed not in self.subscriptions:
            return
        # If the server is there, its events do not get through (a firewall?): polling does.
        now = time.monotonic()
        self._unsubscribe([feed])
        feed.source = "poll"
        feed.poll_due_s = now
        self._unsubscribed[feed] = now + SILENT_PERIOD_S
        self._ask(now)
        self.wake()

    # --- reading ----------------------------------------------------------------------------------

    def read_again(self, feed: Feed) -> None:
        """Read an attribute that sends events: one may have been missed."""
        if feed in self.subscriptions:
            due_s = time.monotonic() + min(feed.period_s, SETTLED_S)
            self._again.setdefault(feed, due_s)
            self._wake_by(due_s)

    def _lane_of(self, feed: Feed) -> str:
        return f"{self.name} ({feed.name})" if feed.alone else self.name

    def _read_due(self, now: float) -> None:
        lanes: dict[str, list[Feed]] = {}
        for feed in self.feeds.values():
            # A little early is better than a call for each of those who come at almost one time.
            if feed.source == "poll" and feed.poll_due_s - 0.1 * feed.period_s <= now:
                lanes.setdefault(self._lane_of(feed), []).append(feed)
        again = [feed for feed, due_s in self._again.items() if due_s <= now]
        if again:
            lanes[self._again_lane] = again
        for lane, feeds in lanes.items():
            if lane not in self._reading:
                self._read(lane, feeds, now)

    def _read(self, lane: str, feeds: list[Feed], now: float) -> None:
        self._reading.add(lane)
        for feed in feeds:
            feed.poll_due_s = now + max(feed.period_s, FAILED_PERIOD_S if feed.missing else 0.0)
            if self._again.pop(feed, None) is not None and feed in self._settling:
                self._settling.discard(feed)
                self._again[feed] = now + SETTLED_S
        read = functools.partial(ask.answers_of, self._proxy, [feed.name for feed in feeds])
        self._on_worker(lane, read, self._now(self._read_done, lane, feeds, now))

    def _read_done(self, lane: str, feeds: list[Feed], asked_s: float, call: Call) -> None:
        now = time.monotonic()
        self._reading.discard(lane)
        took_s = now - asked_s
        try:
            answers = call.outcome()
        except tango.DevFailed as error:
            self._read_failed(feeds, error)
        else:
            self.heard_s = now
            received_s = time.time()
            for feed, answer in zip(feeds, answers, strict=True):
                feed.take(answer, received_s, "poll" if feed.source == "poll" else "read")
            self._introduce([feed for feed in feeds if feed.missing and feed.answers])
        self._weigh(feeds, took_s, now)
        self.wake()

    def _read_failed(self, feeds: list[Feed], error: tango.DevFailed) -> None:
        failure = failure_of(error)
        timed_out = any(level.reason == "API_DeviceTimedOut" for level in failure.levels)
        if isinstance(error, ask.UNREACHABLE) and not timed_out:
            self._doubt()
        elif timed_out and len(feeds) > 1:
            for feed in feeds:  # one of them is to blame, and is found when each is read alone
                feed.poll_due_s = 0.0
        else:
            for feed in feeds:
                feed.take_failure(failure)

    @staticmethod
    def _weigh(feeds: list[Feed], took_s: float, now: float) -> None:
        """Set apart what takes long, so that it keeps nothing else waiting."""
        for feed in feeds:
            feed.alone = took_s > SLOW_S
        if len(feeds) == 1 and feeds[0].alone:
            rest_s = took_s * (1 / SLOW_SHARE - 1)
            feeds[0].poll_due_s = max(feeds[0].poll_due_s, now + rest_s)

    # --- workers ----------------------------------------------------------------------------------

    def _doubt(self) -> None:
        """Find out whether it is still there: a call has failed as if it were not."""
        self._ask(time.monotonic())
        self.wake()

    def _on_worker(
        self, lane: str, function: Callable[[], Any], then: Callable[[Call], object]
    ) -> None:
        self._engine.run(lane, function, then)

    def _now(self, then: Callable[..., object], *args: Any) -> Callable[[Call], None]:
        """Have a call's outcome looked at only if the device has not been away meanwhile."""
        acquaintance = self._acquaintance

        def look(call: Call) -> None:
            if acquaintance == self._acquaintance:
                then(*args, call)

        return look


def _no_answer(device: str) -> Failure:
    level = FailureLevel(
        "IPYTANGO_NoAnswer",
        f"{device} has not answered for {QUIET_S + ANSWER_S:.1f} s; it is asked again and again",
        "ipytango",
        "ERR",
    )
    return Failure("NoAnswer", (level,))


def _nothing_more(_: list[Feed]) -> None:
    """Leave it at what has been learnt."""


def _end(subscriptions: list[ask.Subscription]) -> None:
    for subscription in subscriptions:
        with contextlib.suppress(tango.DevFailed):  # Tango has forgotten it already
            subscription.end()
