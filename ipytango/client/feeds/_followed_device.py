"""A device of which attributes are followed: whether it is there, and what is asked of it when."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import tango

from .._readings import Failure, FailureLevel, failure_of
from ..calls import Call
from ._device_reads import DeviceReads
from ._feed import Feed
from ._questions import (
    Proxies,
    Subscribed,
    Subscription,
    connect,
    connect_again,
    facts_by_name,
    look,
    subscribe,
)

if TYPE_CHECKING:
    from ._engine import FeedEngine

__all__ = ["EVENTS_LANE", "FollowedDevice"]

QUIET_S = 1.5
"""A device that has said nothing for so long is asked whether it is there."""

ANSWER_S = 1.0
"""One that has not answered that for so long is taken to be away, until it does."""

AWAY_PERIOD_S = 1.1
"""How often a device that is away is asked; Tango refuses to connect anew within 1 s."""

FAILED_PERIOD_S = 5.0
"""How often it is asked again for a device or an attribute that does not exist."""

RESUBSCRIBE_S = 3.0
"""When another subscription or the database stood in the way, it is tried again after so long."""

SHARE_OF_FAILURES = 0.2
"""Subscriptions that fail take this share of time at most."""

SILENT_PERIOD_S = 30.0
"""A subscription that fails otherwise, or that brings nothing, not even Tango's heartbeat, is tried
again after so long."""

FACTS_PERIOD_S = 30.0
"""How often it is looked whether the configuration of the attributes has changed."""

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
        self.subscriptions: dict[Feed, Subscription] = {}
        self.post = engine.pacer.post
        self.post_at_leisure = engine.pacer.post_at_leisure
        self._engine = engine
        self._proxies: Proxies | None = None
        self.reads = DeviceReads(self)
        self._acquaintance = 0
        self._closed = False
        self._asked_s: float | None = None
        self._retry_s = 0.0
        self._wake_s = float("inf")
        self._facts_due_s = float("inf")
        self._unsubscribed: dict[Feed, float] = {}

    @property
    def proxy(self) -> Any:
        """What a device that has answered is asked through."""
        return self._proxies and self._proxies.calls

    # --- who follows ------------------------------------------------------------------------------

    def add(self, feed: Feed) -> None:
        """Follow one attribute more."""
        self.feeds[feed.name.lower()] = feed
        if self.state == "live":
            self.introduce([feed])
        self.wake()

    def remove(self, feed: Feed) -> None:
        """Follow an attribute no more."""
        self.feeds.pop(feed.name.lower(), None)
        self.reads.forget(feed)
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
            self.reads.read_due(now)
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
            yield from self.reads.moments()

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
        question = functools.partial(connect, self.name)
        if self._proxies is not None:
            question = functools.partial(
                look if self.state == "live" else connect_again, self._proxies
            )
        self._engine.run(f"{self.name} (is it there)", question, self._answered)

    def _answered(self, call: Call) -> None:
        self._asked_s = None
        if self._closed:
            return
        now = time.monotonic()
        try:
            self._proxies = call.outcome()
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
        # At once: Tango would try to reach the dead server, and keep all subscriptions waiting.
        self._unsubscribe(tuple(self.subscriptions))
        self._unsubscribed.clear()
        self.reads.reset()
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
        self.introduce(list(self.feeds.values()))

    # --- getting to know attributes ---------------------------------------------------------------

    def introduce(self, feeds: list[Feed]) -> None:
        """Learn what the attributes are; then read them, and subscribe at the same time."""
        self._learn(feeds, self._introduced)

    def _introduced(self, feeds: list[Feed]) -> None:
        now = time.monotonic()
        for feed in feeds:
            if self.feeds.get(feed.name.lower()) is feed:
                self.reads.start(feed)
                if feed.missing is None:
                    self._unsubscribed[feed] = now
        self.wake()

    def _learn(self, feeds: list[Feed], then: Callable[[list[Feed]], object]) -> None:
        if not feeds:
            return
        names = [feed.name for feed in feeds]
        learn = functools.partial(facts_by_name, self.proxy, names)
        self.ask(f"{self.name} (facts)", learn, functools.partial(self._learnt, feeds, then))

    def _learnt(self, feeds: list[Feed], then: Callable[[list[Feed]], object], call: Call) -> None:
        try:
            facts = call.outcome()
        except tango.DevFailed:
            self.doubt()
            facts = {}
        for feed in feeds:
            if feed.name in facts:
                feed.learn(facts[feed.name])
        self.reads.regroup()
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

        def tell(answer: Subscribed) -> None:
            self.post(self._subscribed, acquaintance, answer)

        self.ask(
            EVENTS_LANE,
            functools.partial(subscribe, self.proxy, feeds, tell),
            functools.partial(self._tried_to_subscribe, feeds),
        )

    def _subscribed(self, acquaintance: int, answer: Subscribed) -> None:
        feed, subscription = answer.feed, answer.subscription
        now = time.monotonic()
        if subscription is not None:
            self.subscriptions[feed] = subscription
        if acquaintance != self._acquaintance or self.feeds.get(feed.name.lower()) is not feed:
            self._unsubscribe([feed])
        elif subscription is not None:
            feed.source = subscription.source
            self.reads.settle(feed)
            self._wake_by(now)
        elif answer.in_the_way:
            soon = answer.in_the_way == "API_CommandTimedOut"  # it was somebody else's subscription
            self._unsubscribed[feed] = now + (RESUBSCRIBE_S if soon else SILENT_PERIOD_S)
            self._wake_by(self._unsubscribed[feed])

    def _tried_to_subscribe(self, feeds: list[Feed], call: Call) -> None:
        if call.error is None:
            return
        # The device itself, or the database. What hangs is left alone for longer: others wait.
        now = time.monotonic()
        again_s = now + RESUBSCRIBE_S + (now - call.asked_at) / SHARE_OF_FAILURES
        for feed in feeds:
            if feed not in self.subscriptions and self.feeds.get(feed.name.lower()) is feed:
                self._unsubscribed.setdefault(feed, again_s)
        self.doubt()

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
            self._engine.run(EVENTS_LANE, end, lambda _: self._engine.count_ending(-len(ending)))

    def events_missed(self, feed: Feed) -> None:
        """Events have got lost; the newest may be among them."""
        if feed in self.subscriptions:
            self.reads.again(feed)
            self.wake()

    def event_silence(self, feed: Feed) -> None:
        """Tango finds that a server which was subscribed to does not send even its heartbeat."""
        if feed not in self.subscriptions:
            return
        # If the server is there, its events do not get through (a firewall?): polling does.
        now = time.monotonic()
        self._unsubscribe([feed])
        self.reads.start(feed)
        self._unsubscribed[feed] = now + SILENT_PERIOD_S
        self._ask(now)
        self.wake()

    # --- workers ----------------------------------------------------------------------------------

    def doubt(self) -> None:
        """Find out whether it is still there: a call has failed as if it were not."""
        self._ask(time.monotonic())
        self.wake()

    def ask(self, lane: str, function: Callable[[], Any], then: Callable[[Call], object]) -> None:
        """Call `function` on a worker, then ``then(call)`` unless the device has gone meanwhile."""
        self._engine.run(lane, function, self._unless_gone(then))

    def teller(self, then: Callable[..., object]) -> Callable[..., None]:
        """Return what has ``then(...)`` called here from a worker, unless the device has gone."""
        return functools.partial(self.post_at_leisure, self._unless_gone(then))

    def _unless_gone(self, then: Callable[..., object]) -> Callable[..., None]:
        acquaintance = self._acquaintance

        def call(*args: Any) -> None:
            if acquaintance == self._acquaintance:
                then(*args)

        return call


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


def _end(subscriptions: list[Subscription]) -> None:
    for subscription in subscriptions:
        with contextlib.suppress(tango.DevFailed):  # Tango has forgotten it already
            subscription.end()
