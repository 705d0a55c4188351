"""The stream under everything live: one subscription per attribute, however many look at it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from ...errors import OptionError, StreamClosed
from ...green import allocate_lock
from .._attribute_names import AttributeName
from ._engine import FeedEngine
from ._following import Following, Noticing, Sink

__all__ = ["FeedCensus", "Feeds"]


@dataclasses.dataclass(frozen=True)
class FeedCensus:
    """What exists for the sake of feeds at one moment."""

    devices: int
    attributes: int
    followings: int
    subscriptions: int
    """Those that Tango holds, also if they are just being ended."""
    threads: int


class Feeds:
    """Follow attributes of any number of devices. Nothing runs while nothing is followed.

    Readings come from change events, else from periodic events, else from polling: one call per
    device and period. While events are silent the device is pinged; a server that is gone is
    found out within 3 s, and subscribed to anew as soon as it is back.
    """

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._engine: FeedEngine | None = None
        self._engines: list[FeedEngine] = []
        self._closed = False

    def follow(
        self, attribute: str, sink: Sink, *, period_s: float = 1.0, every: bool = True
    ) -> Following:
        """Have ``sink(reading)`` called for the readings of an attribute; does not block.

        Args:
            attribute: its full name: ``domain/family/member/name``, ``alias/name``, or with its
                database ``tango://host:port/...``.
            sink: is called in a thread of the feeds, and must be quick: all feeds share it. It
                also gets an error reading when the device goes away, and the latest again when
                the attribute's facts have changed.
            period_s: how often the attribute is read, in seconds, where there are no events. The
                shortest that anybody asks for is taken.
            every: hand on every reading; else, when they come faster than they are taken, only
                the newest, and what is passed over is counted.

        Raises:
            AttributeNameError: that is no attribute's full name.
            OptionError: `period_s` is no number above 0.
            StreamClosed: these feeds have been closed.
        """
        return self._follow(Following, attribute, sink, period_s, every=every)

    def notice(
        self, attribute: str, noticed: Callable[[], object], *, period_s: float = 1.0
    ) -> Following:
        """Have ``noticed()`` called whenever there is something new to look at; else as `follow`.

        To look is for the caller to do, by `Following.told` and `Following.status`, as often as it
        cares to: what nobody looks at costs less than half.
        """
        return self._follow(Noticing, attribute, noticed, period_s, every=False)

    def _follow(
        self,
        kind: type[Following],
        attribute: str,
        sink: Callable[..., object],
        period_s: float,
        *,
        every: bool,
    ) -> Following:
        name = AttributeName.parse(attribute)
        is_number = isinstance(period_s, int | float)
        if not (is_number and math.isfinite(period_s) and period_s > 0):
            raise OptionError(f"period takes a number of seconds above 0, not {period_s!r}.")
        with self._lock:
            if self._closed:
                raise StreamClosed(
                    f"{attribute} cannot be followed: these feeds were closed, as ipytango was "
                    "unloaded. Load it again: %load_ext ipytango."
                )
            if self._engine is None:
                self._engine = FeedEngine(self._retire_idle)
                self._engines = [one for one in self._engines if one.running] + [self._engine]
            engine = self._engine
            following = kind(
                name.full,
                sink,
                period_s,
                every=every,
                # No lock on this way: a garbage collection may come here at any moment.
                end=lambda ended: engine.pacer.post(engine.leave, ended),
            )
            engine.expected += 1
            engine.pacer.post(engine.follow, name, following)
        return following

    def census(self) -> FeedCensus:
        """Count what there is."""
        engines = [engine for engine in self._engines if engine.running or engine.threads]
        devices = [device for engine in engines for device in engine.devices]
        feeds = [feed for device in devices for feed in tuple(device.feeds.values())]
        return FeedCensus(
            devices=len(devices),
            attributes=len(feeds),
            followings=sum(len(feed.followers) for feed in feeds),
            subscriptions=sum(engine.subscriptions for engine in engines),
            threads=sum(engine.threads for engine in engines),
        )

    def close(self) -> None:
        """Follow nothing more; waits a moment for the subscriptions to end."""
        with self._lock:
            self._closed = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.end()

    def _retire_idle(self, engine: FeedEngine) -> None:
        with self._lock:
            if engine.idle and self._engine is engine:
                self._engine = None
                engine.retire()
