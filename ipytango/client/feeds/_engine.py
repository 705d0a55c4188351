"""What runs while anything is followed: a thread that decides, workers that ask the devices."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import Any

import tango

from ...green import allocate_lock
from .._attribute_names import AttributeName
from ..calls import Call, CallPool, Limits, patience_s
from ._feed import Feed
from ._followed_device import EVENTS_LANE, FollowedDevice
from ._following import Following
from ._pacer import Pacer

__all__ = ["FeedEngine"]

_LIMITS = Limits(workers=1000, per_device=1, per_server=1000)
"""One call at a time in each lane. No bound for a server: devices that have not answered yet would
share one, and the dead would keep the living waiting."""

END_S = 1.0
"""Subscriptions are given back in milliseconds; only a server that hangs can make it longer."""


class FeedEngine:
    """Everything that feeds need to run: made for the first that is followed, ended after the last.

    Its methods run in the pacer's thread, but for those that say something else.
    """

    def __init__(self, when_idle: Callable[[FeedEngine], object]) -> None:
        self.pacer = Pacer()
        self.expected = 0
        """How many were told to `follow`; the one who tells counts."""
        self._arrived = 0
        self._devices: dict[str, FollowedDevice] = {}
        self._ending = 0
        self._when_idle = when_idle
        self._pool = CallPool(_LIMITS, thread_scope=tango.EnsureOmniThread)
        self._retired = False
        self._over = allocate_lock()
        self._over.acquire()
        # Before the pool's turn, as it was made later: an event that comes when the interpreter
        # has gone aborts the process, and so does a read that comes back.
        atexit.register(self._end_at_exit)

    # --- from any thread --------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it is not over yet."""
        return self.pacer.running

    @property
    def threads(self) -> int:
        """How many threads it has."""
        return self._pool.snapshot().threads + self.pacer.running

    @property
    def devices(self) -> tuple[FollowedDevice, ...]:
        """The devices that are followed."""
        return tuple(self._devices.values())

    @property
    def subscriptions(self) -> int:
        """How many subscriptions Tango holds for it."""
        return self._ending + sum(len(device.subscriptions) for device in self.devices)

    @property
    def idle(self) -> bool:
        """Whether nothing is followed, and nobody has asked for it."""
        return not self._devices and self._arrived == self.expected

    def end(self, timeout_s: float = END_S) -> bool:
        """End everything; waits a moment for the subscriptions to end, and says whether they have.

        What takes longer goes on in the background.
        """
        self.pacer.post(self.retire)
        if self._over.acquire(True, timeout_s):
            self._over.release()
            return True
        return False

    def _end_at_exit(self) -> None:
        if not self.end(patience_s()):
            self.pacer.post(self.pacer.end)  # nothing more can be asked of a pool that closes

    # --- who follows what -------------------------------------------------------------------------

    def follow(self, name: AttributeName, following: Following) -> None:
        """Have one more follow an attribute."""
        self._arrived += 1
        if not following.open or self._retired:
            self._rest_if_idle()
            return
        device_key, attribute_key = name.key
        device = self._devices.get(device_key)
        if device is None:
            device = self._devices[device_key] = FollowedDevice(name.device, self)
        feed = device.feeds.get(attribute_key) or Feed(name, device)
        following.feed = feed
        feed.followers.append(following)
        if len(feed.followers) == 1:
            device.add(feed)
        else:
            feed.greet(following)
            device.reads.hurry(feed)
            device.wake()

    def leave(self, following: Following) -> None:
        """Have one less follow."""
        feed = following.feed
        if feed is not None and following in feed.followers:
            feed.followers.remove(following)
            feed.device.reads.regroup()  # its period may be longer now
            if not feed.followers:
                feed.device.remove(feed)
            if not feed.device.feeds:
                self._close_device(feed.device)
        self._rest_if_idle()

    def retire(self) -> None:
        """End everything, in the background."""
        if self._retired:
            return
        self._retired = True
        for device in self.devices:
            self._close_device(device)
        self._end_when_unsubscribed()

    def _close_device(self, device: FollowedDevice) -> None:
        device.close()
        self._devices = {key: one for key, one in self._devices.items() if one is not device}

    def _rest_if_idle(self) -> None:
        if self.idle and not self._retired:
            self._when_idle(self)

    def _end_when_unsubscribed(self) -> None:
        # What is under way in that lane ends before this does.
        self.run(EVENTS_LANE, _nothing, self._end_if_unsubscribed)

    def _end_if_unsubscribed(self, _: Call) -> None:
        if self._ending and not self._pool.closed:
            self._end_when_unsubscribed()
            return
        self._pool.close()
        self.pacer.end()
        atexit.unregister(self._end_at_exit)
        self._over.release()

    # --- for devices ------------------------------------------------------------------------------

    def run(self, lane: str, function: Callable[[], Any], then: Callable[[Call], object]) -> None:
        """Call `function` on a worker, one at a time in each lane; then ``then(call)`` here."""
        call = self._pool.submit(lane, function, (), {})
        call.when_done(lambda done: self.pacer.post(then, done))

    def count_ending(self, number: int) -> None:
        """Count subscriptions that are being ended; those that have been, with a minus."""
        self._ending += number


def _nothing() -> None:
    """Take a turn in a lane."""
