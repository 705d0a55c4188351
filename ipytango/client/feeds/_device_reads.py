"""When the attributes of one device are read: all that are due with one call, slow ones apart."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import tango

from ..calls import Call
from ._feed import Feed
from ._questions import Answers, read_each, read_together

if TYPE_CHECKING:
    from ._followed_device import FollowedDevice

__all__ = ["DeviceReads"]

EARLY = 0.1
"""An attribute is read up to this share of its period early if another one is due: one call for
both, and all that have the same period come to be read together."""

SETTLED_S = 1.0
"""Events that are sent right after a subscription may get lost: one more reading after so long."""

CALM_S = 0.3
"""An attribute that sends events is only read when none has come for so long: what is read would
overtake events that are still on their way."""

MISSING_PERIOD_S = 5.0
"""How often an attribute is asked for that does not exist."""

SLOW_S = 1.0
"""A read that takes longer than this keeps waiting what is read with it."""

SLOW_SHARE = 0.2
"""A slow attribute is read that seldom that the device is busy with it for this share of time."""


class _Round:
    """The attributes that are polled together: those with one period, or a slow one by itself."""

    __slots__ = ("due_s", "feeds", "lane", "period_s")

    def __init__(self, lane: str, period_s: float) -> None:
        self.lane = lane
        self.period_s = period_s
        self.feeds: list[Feed] = []
        self.due_s = float("inf")

    def join(self, feed: Feed) -> None:
        """Take an attribute in; the round is due when the first of them is."""
        self.feeds.append(feed)
        self.due_s = min(self.due_s, feed.poll_due_s)

    def begin(self, now: float) -> None:
        """Begin anew: it is due again a period from now."""
        self.due_s = now + self.period_s
        for feed in self.feeds:
            feed.poll_due_s = self.due_s


class DeviceReads:
    """The reads of one device. Every method runs in the pacer's thread.

    Attributes are read together. When that takes long, each is read by itself the next time, one
    after the other, to find those that are slow; they are then read apart, in calls of their own.
    """

    def __init__(self, device: FollowedDevice) -> None:
        self._device = device
        self._under_way: set[str] = set()
        self._again: dict[Feed, float] = {}
        self._settling: set[Feed] = set()
        self._on_trial = False
        self._known_rounds: list[_Round] | None = None

    def start(self, feed: Feed) -> None:
        """Poll an attribute from now on."""
        feed.source = "poll"
        feed.poll_due_s = time.monotonic()
        self.regroup()

    def hurry(self, feed: Feed) -> None:
        """Keep to a period that may be shorter than it was."""
        if not feed.slow:
            feed.poll_due_s = min(feed.poll_due_s, time.monotonic() + feed.period_s)
        self.regroup()

    def regroup(self) -> None:
        """Note that some attribute is to be read in another round, or in none."""
        self._known_rounds = None

    def settle(self, feed: Feed) -> None:
        """Read an attribute that has just been subscribed to: now, and a moment later."""
        self._again[feed] = time.monotonic()
        self._settling.add(feed)
        self.regroup()

    def again(self, feed: Feed) -> None:
        """Read an attribute that sends events, soon: some have been missed."""
        self._again.setdefault(feed, time.monotonic() + min(feed.period_s, SETTLED_S))

    def forget(self, feed: Feed) -> None:
        """Read an attribute no more."""
        self._again.pop(feed, None)
        self._settling.discard(feed)
        self.regroup()

    def reset(self) -> None:
        """Forget what is under way: the device has gone."""
        self._under_way.clear()
        self._again.clear()
        self._settling.clear()
        self.regroup()

    def moments(self) -> Iterator[float]:
        """Give the times at which something is due that can be read then."""
        if self._again and self._lane_again not in self._under_way:
            yield min(self._again.values())
        for one in self._rounds():
            if one.lane not in self._under_way:
                yield one.due_s

    def read_due(self, now: float) -> None:
        """Start the reads that are due."""
        lanes: dict[str, list[Feed]] = {}
        for one in self._rounds():
            due = one.due_s - EARLY * one.period_s <= now
            if due and one.lane not in self._under_way:
                one.begin(now)
                lanes.setdefault(one.lane, []).extend(one.feeds)
        if self._again and self._lane_again not in self._under_way:
            for feed in self._again:
                self._again[feed] = max(self._again[feed], feed.heard_s + CALM_S)
            again = [feed for feed, due_s in self._again.items() if due_s <= now]
            if again:
                lanes[self._lane_again] = again
        for lane, feeds in lanes.items():
            self._start(lane, feeds, now)

    def _rounds(self) -> list[_Round]:
        """Group what is polled: seldom anew, as all feeds have to be looked at."""
        if self._known_rounds is None:
            rounds: dict[Feed | float, _Round] = {}
            for feed in self._device.feeds.values():
                if feed.source == "poll":
                    period_s = max(feed.period_s, MISSING_PERIOD_S if feed.missing else 0.0)
                    key = feed if feed.slow else period_s
                    if key not in rounds:
                        rounds[key] = _Round(self._lane_of(feed), period_s)
                    rounds[key].join(feed)
            self._known_rounds = list(rounds.values())
        return self._known_rounds

    @property
    def _lane_again(self) -> str:
        return f"{self._device.name} (again)"

    def _lane_of(self, feed: Feed) -> str:
        return f"{self._device.name} ({feed.name})" if feed.slow else self._device.name

    def _start(self, lane: str, feeds: list[Feed], now: float) -> None:
        for feed in feeds if self._again else ():
            if self._again.pop(feed, None) is not None and feed in self._settling:
                self._settling.discard(feed)
                self._again[feed] = now + SETTLED_S
        # While a slow one is being read all others may have to wait: no time to judge them.
        fair = self._under_way <= {self._device.name, self._lane_again}
        read = read_together
        if self._on_trial and lane == self._device.name and fair:
            self._on_trial = False
            read = read_each
        self._under_way.add(lane)
        tell = self._device.teller(functools.partial(self._taken, fair=fair))
        self._device.ask(
            lane,
            functools.partial(read, self._device.proxy, feeds, tell),
            functools.partial(self._ended, lane),
        )

    def _taken(self, answers: Answers, *, fair: bool) -> None:
        """Take what one call gave."""
        now = time.monotonic()
        slow = answers.took_s > SLOW_S
        if answers.failure is None:
            self._device.heard_s = now
        if len(answers.feeds) > 1:
            self._on_trial = self._on_trial or (slow and fair)
        elif answers.feeds[0].source == "poll" and (fair or not slow):
            self._judge(answers.feeds[0], answers.took_s, now)
        if answers.failure is None:
            for feed, value in zip(answers.feeds, answers.values, strict=True):
                feed.take(value, answers.received_s)
            found = [feed for feed in answers.feeds if feed.missing and feed.answers]
            self._device.introduce(found)
        elif len(answers.feeds) > 1 and answers.timed_out:
            for feed in answers.feeds:  # those that are not to blame get their turn in the trial
                feed.poll_due_s = now
            self.regroup()
        else:
            for feed in answers.feeds:
                feed.take_failure(answers.failure)

    def _judge(self, feed: Feed, took_s: float, now: float) -> None:
        was_slow, feed.slow = feed.slow, took_s > SLOW_S
        if feed.slow or was_slow:
            self.regroup()
        if feed.slow:
            feed.poll_due_s = max(feed.poll_due_s, now + took_s * (1 / SLOW_SHARE - 1))

    def _ended(self, lane: str, call: Call) -> None:
        self._under_way.discard(lane)
        try:
            call.outcome()
        except tango.DevFailed:
            self._device.doubt()
        self._device.wake()
