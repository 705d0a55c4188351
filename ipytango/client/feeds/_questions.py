"""What is asked of devices for feeds: each function blocks, and is called on a worker thread.

They raise `tango.DevFailed` when the device cannot be reached; any other error is an answer.

A subscription is made synchronously and without its first read, on a thread of our own. Tango
makes one subscription at a time in the whole process, in whatever mode; one that is asked of a
server that hangs holds up all others for 9 s, and lets them fail. So a device is only asked that
has just answered.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tango
from tango import EventSubMode, EventType, GreenMode

from .._readings import AttributeFacts, Failure, facts_of, failure_of
from ..snapshots import forget_origins
from ._feed import Feed

__all__ = [
    "Answers",
    "Proxies",
    "Subscribed",
    "Subscription",
    "connect",
    "connect_again",
    "facts_by_name",
    "look",
    "read_each",
    "read_together",
    "subscribe",
]

_EVENTS = (("change", EventType.CHANGE_EVENT), ("periodic", EventType.PERIODIC_EVENT))

UNREACHABLE = (tango.ConnectionFailed, tango.CommunicationFailed)
"""What Tango raises when it did not get an answer: the device is away, hangs, or takes too long."""

_NO_EVENTS = {"API_AttributePollingNotStarted", "API_EventPropertiesNotSet"}
"""Why there are no events of an attribute; anything else stands in the way of a subscription."""


class Subscription:
    """The subscription to one attribute's events."""

    def __init__(self, feed: Feed, proxy: Any, source: str) -> None:
        self._feed: Feed | None = feed
        self._name = feed.name
        self._proxy = proxy
        self._id: int | None = None
        self.source = source

    def start(self, event_type: EventType) -> None:
        """Ask the device for its events. Raises `tango.DevFailed`."""
        self._id = self._proxy.subscribe_event(
            self._name,
            event_type,
            self._hear,
            EventSubMode.Sync,
            green_mode=GreenMode.Synchronous,
        )
        _shorten(self._proxy, self._id, self._hear)

    def mute(self) -> None:
        """Hear nothing more, from this moment on. Does not block."""
        self._feed = None

    def end(self) -> None:
        """Give the subscription back to Tango."""
        self.mute()
        if self._id is not None:
            event_id, self._id = self._id, None
            self._proxy.unsubscribe_event(event_id)

    def _hear(self, event: Any) -> None:
        feed = self._feed
        if feed is not None:
            feed.hear(event, self.source)


def _shorten(proxy: Any, event_id: int, hear: Callable[[Any], object]) -> None:
    """Have Tango call `hear` itself.

    PyTango wraps what it was given, and inspects it at each event, for longer than all else takes.
    A version that keeps its callbacks elsewhere goes the long way.
    """
    kept = vars(proxy).get("_subscribed_events", {}).get(event_id)
    if kept is not None and hasattr(kept[0], "push_event"):
        kept[0].push_event = hear


@dataclasses.dataclass(frozen=True)
class Subscribed:
    """What came of the wish to subscribe to one attribute."""

    feed: Feed
    subscription: Subscription | None = None
    in_the_way: str = ""
    """The reason why there is none, unless the attribute has no events."""


@dataclasses.dataclass(frozen=True)
class Proxies:
    """What a device is asked through.

    Tango renews a broken connection at the call after the one that has found it broken. A look that
    came second would see nothing of a restart, and so of subscriptions that are dead: so looks
    have a connection to themselves.
    """

    calls: Any
    looks: Any


def connect(device: str) -> Proxies:
    """Make the proxies of a device that answers. Raises `tango.DevFailed`."""
    proxies = Proxies(_proxy_of(device), _proxy_of(device))
    proxies.looks.ping()
    return proxies


def _proxy_of(device: str) -> Any:
    proxy = tango.DeviceProxy(device, green_mode=GreenMode.Synchronous)
    proxy.set_transparency_reconnection(False)  # it would hide a restart as well
    forget_origins(proxy)
    return proxy


def look(proxies: Proxies) -> Proxies:
    """Look whether a device is there. Raises `tango.DevFailed`, also when it was restarted."""
    proxies.looks.ping()
    return proxies


def connect_again(proxies: Proxies) -> Proxies:
    """Look whether a device is there again, and renew its connections. Raises `tango.DevFailed`."""
    proxies.looks.ping()
    with contextlib.suppress(*UNREACHABLE):  # that finds the connection broken
        proxies.calls.ping()
    proxies.calls.ping()
    return proxies


def subscribe(proxy: Any, feeds: Iterable[Feed], tell: Callable[[Subscribed], object]) -> None:
    """Subscribe to change events, else to periodic ones; tells of each attribute's outcome.

    Raises `tango.DevFailed` when the device has gone meanwhile.
    """
    for feed in feeds:
        tell(_subscribe_one(proxy, feed))


def _subscribe_one(proxy: Any, feed: Feed) -> Subscribed:
    reasons = set()
    for source, event_type in _EVENTS:
        subscription = Subscription(feed, proxy, source)
        try:
            subscription.start(event_type)
        except UNREACHABLE:
            raise
        except tango.DevFailed as error:
            reasons.add(error.args[0].reason)
        else:
            return Subscribed(feed, subscription)
    return Subscribed(feed, in_the_way=min(reasons - _NO_EVENTS, default=""))


def facts_by_name(proxy: Any, names: Sequence[str]) -> dict[str, AttributeFacts | Failure]:
    """Ask for the configuration of attributes, with one call if all of them exist.

    Raises `tango.DevFailed` when the device is gone.
    """
    try:
        configs = proxy.get_attribute_config_ex(list(names))
    except UNREACHABLE:
        raise
    except tango.DevFailed as error:
        if len(names) == 1:
            return {names[0]: failure_of(error)}
        return {name: fact for one in names for name, fact in facts_by_name(proxy, [one]).items()}
    return {name: facts_of(config) for name, config in zip(names, configs, strict=True)}


@dataclasses.dataclass(frozen=True)
class Answers:
    """What one call to read attributes gave."""

    feeds: Sequence[Feed]
    values: Sequence[Any]
    """For each a value or an error."""

    took_s: float
    received_s: float
    failure: Failure | None = None
    """Why there are no values at all."""

    timed_out: bool = False


def read_together(proxy: Any, feeds: Sequence[Feed], tell: Callable[[Answers], object]) -> None:
    """Read attributes with one call."""
    start = time.monotonic()
    failure, timed_out, values = None, False, ()
    try:
        values = proxy.read_attributes([feed.name for feed in feeds])
    except tango.DevFailed as error:
        failure = failure_of(error)
        timed_out = any(level.reason == "API_DeviceTimedOut" for level in failure.levels)
        if isinstance(error, UNREACHABLE) and not timed_out:
            raise
    took_s = time.monotonic() - start
    tell(Answers(feeds, values, took_s, time.time(), failure, timed_out))


def read_each(proxy: Any, feeds: Sequence[Feed], tell: Callable[[Answers], object]) -> None:
    """Read attributes one after the other, so that each can be seen to be slow or not."""
    for feed in feeds:
        read_together(proxy, [feed], tell)
