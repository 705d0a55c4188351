"""Readings as they come, for code: `async for` on any loop, `for` in a cell or in a thread."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Literal

from ...errors import AttributeNameError, BlocksTheLoop, OptionError
from ...green import LoopGate, ThreadGate, allocate_lock, await_, can_wait
from .._attribute_names import AttributeName
from .._attribute_patterns import attribute_names
from .._readings import Reading
from ._feeds import Feeds
from ._following import FeedStatus, Following

__all__ = ["Keep", "Stream"]

Keep = Literal["newest", "all"]

READINGS_KEPT = 10_000
"""How many readings wait when all are to be kept; beyond that the oldest are dropped."""

LOOP_TURN_S = 10e-3
"""How long a consumer that always finds a reading may keep its loop from everything else."""

_ON_THE_LOOP = (
    "`for reading in {stream!r}` would stop the event loop that runs this code, and no reading "
    "would ever come. Write `async for reading in ...`."
)


class Stream:
    """The readings of some attributes, one after the other, without end.

        async for reading in ipytango.stream("sys/tg_test/1/ampli"):
            print(reading.value)

    In a cell, and in a plain thread, ``for`` does the same; in a cell everything else goes on
    meanwhile. Errors of the device are readings with a `failure`. A stream ends what it has
    started when it is closed, left as a context, or no longer referred to.
    """

    def __init__(
        self, feeds: Feeds, attributes: Iterable[object], *, period_s: float, keep: Keep
    ) -> None:
        if keep not in ("newest", "all"):
            raise OptionError(f"keep is 'newest' or 'all', not {keep!r}.")
        # All names are looked at before anything starts.
        names = [AttributeName.parse(name).full for name in attribute_names(attributes)]
        if not names:
            raise AttributeNameError("A stream needs an attribute: stream('sys/tg_test/1/ampli').")
        self._inlet = _Inlet(every=keep == "all")
        self._followings: list[Following] = []
        self._finalizer = weakref.finalize(self, _close, self._followings)
        self._turned_s = 0.0
        for name in dict.fromkeys(names):
            self._followings.append(
                feeds.follow(name, self._inlet.put, period_s=period_s, every=keep == "all")
            )

    def __repr__(self) -> str:
        names = ", ".join(self.attributes)
        return f"<Stream of {names}: {'closed' if self.closed else f'{self.dropped} dropped'}>"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The full names of the attributes."""
        return tuple(following.attribute for following in self._followings)

    @property
    def status(self) -> dict[str, FeedStatus]:
        """How each attribute is being followed."""
        return {following.attribute: following.status for following in self._followings}

    @property
    def dropped(self) -> int:
        """How many readings did not get here, or were not taken in time."""
        return self._inlet.dropped + sum(status.dropped for status in self.status.values())

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self._inlet.closed

    def close(self) -> None:
        """Follow nothing more: who waits for a reading leaves the loop. From any thread."""
        self._finalizer()
        self._inlet.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> Reading:
        reading = await self._next()
        if reading is None:
            raise StopAsyncIteration
        return reading

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Reading:
        reading = self._wait()
        if reading is None:
            raise StopIteration
        return reading

    def _wait(self) -> Reading | None:
        """Return the next reading, None at the end: parks where that is possible, or blocks."""
        if can_wait():
            return await_(self._next())
        if asyncio._get_running_loop() is not None:
            raise BlocksTheLoop(_ON_THE_LOOP.format(stream=self))
        while True:
            reading = self._inlet.take()
            if reading is not None or self.closed:
                return reading
            gate = ThreadGate()
            with self._inlet.watched(gate.open):
                gate.wait()

    async def _next(self) -> Reading | None:
        while True:
            reading = self._inlet.take()
            if reading is not None or self.closed:
                await self._let_others_run()
                return reading
            gate = LoopGate()
            with self._inlet.watched(gate.open):
                await gate.opened()
            self._turned_s = time.monotonic()

    async def _let_others_run(self) -> None:
        if time.monotonic() - self._turned_s > LOOP_TURN_S:
            await asyncio.sleep(0)
            self._turned_s = time.monotonic()


class _Inlet:
    """Where readings wait to be taken: put in by the feeds' thread, taken by any."""

    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._lock = allocate_lock()
        self._waiting: collections.deque[Reading] = collections.deque(maxlen=READINGS_KEPT)
        self._newest: dict[str, Reading] = {}
        self._watchers: list[Callable[[], object]] = []
        self.dropped = 0
        self.closed = False

    def put(self, reading: Reading) -> None:
        """Add a reading, and tell those who wait."""
        with self._lock:
            if self._every:
                self.dropped += len(self._waiting) == READINGS_KEPT
                self._waiting.append(reading)
            else:
                self.dropped += reading.attribute in self._newest
                self._newest[reading.attribute] = reading
            watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher()

    def take(self) -> Reading | None:
        """Return the next reading, if there is one."""
        with self._lock:
            if self.closed:
                return None
            if self._every:
                return self._waiting.popleft() if self._waiting else None
            return self._newest.pop(next(iter(self._newest))) if self._newest else None

    def close(self) -> None:
        """Give nothing more."""
        with self._lock:
            self.closed = True
            self._waiting.clear()
            self._newest.clear()
            watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher()

    @contextlib.contextmanager
    def watched(self, watcher: Callable[[], object]) -> Iterator[None]:
        """Call `watcher` once in the block, when there is something to take, or the end."""
        with self._lock:
            ready = self.closed or self._waiting or self._newest
            if not ready:
                self._watchers.append(watcher)
        if ready:
            watcher()
        try:
            yield
        finally:
            with self._lock, contextlib.suppress(ValueError):
                self._watchers.remove(watcher)


def _close(followings: list[Following]) -> None:
    # Nothing on this way takes a lock: a garbage collection may come here at any moment.
    for following in followings:
        following.close()
