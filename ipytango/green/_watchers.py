"""The kinds of gevent's watchers (`gevent._interfaces.ILoop`) on an asyncio event loop."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from ._hub_descriptors import READ, WRITE
from ._hub_watcher import Watcher

if TYPE_CHECKING:
    from ._hub_loop import AsyncioLoop

__all__ = [
    "Async",
    "Check",
    "Child",
    "Fork",
    "Idle",
    "Io",
    "Prepare",
    "Signal",
    "Stat",
    "Timer",
]

_SIGNALS_END = 65
_IO_EVENTS = {READ: "READ", WRITE: "WRITE"}
_LIBEV_IOFDSET = 0x80  # libev's note to itself in an event mask; gevent's sockets never set it


class Timer(Watcher):
    """Fires `after` seconds from its start, then every `repeat` seconds unless that is 0."""

    def __init__(
        self,
        loop: AsyncioLoop,
        after: float,
        repeat: float = 0.0,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        if repeat < 0.0:
            raise ValueError(f"repeat must be positive or zero: {repeat!r}")
        super().__init__(loop, ref, priority)
        self._after = after
        self._repeat = repeat
        self.at = 0.0
        """When it is due next, in seconds of `loop.now()`."""

    def start(
        self,
        callback: Callable[..., Any],
        *args: Any,
        update: bool | None = None,  # noqa: ARG002 - the clock is always read
    ) -> None:
        """Call `callback(*args)` when due. No start is early: the clock is read here."""
        super().start(callback, *args)

    def again(
        self,
        callback: Callable[..., Any],
        *args: Any,
        update: bool | None = None,  # noqa: ARG002 - the clock is always read
    ) -> None:
        """Start with `repeat` seconds to go, also when it is active already."""
        self._prepare_call(callback, args)
        if not self._repeat:
            self._deactivate()
            return
        if not self._active:
            self._activate()
        self._set(self.loop.read_clock() + self._repeat)

    def feed_due(self, when: float, now: float) -> None:
        """Note that the time `when` has come."""
        if self._repeat:
            self._set(max(when + self._repeat, now))
        else:
            self._active = False
            if self._ref:
                self.loop.unref()
        self._feed()

    def _set(self, when: float) -> None:
        self.at = when
        self.loop.timers.add(self, when)
        self.loop.set_alarm()

    def _arm(self) -> None:
        self._set(self.loop.read_clock() + self._after)

    def _disarm(self) -> None:
        self.loop.timers.discard(self)

    def _format(self) -> str:
        return f" after={self._after} repeat={self._repeat}"


class Io(Watcher):
    """Fires while the descriptor `fd` is ready for one of `events` (1 to read, 2 to write)."""

    def __init__(
        self,
        loop: AsyncioLoop,
        fd: int,
        events: int,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        super().__init__(loop, ref, priority)
        self._fd = _checked_descriptor(fd)
        self._events = _checked_events(events)
        self._happened = 0
        self._passes_events = False

    @property
    def fd(self) -> int:
        """The descriptor."""
        return self._fd

    @fd.setter
    def fd(self, fd: int) -> None:
        self._refuse_while_active("fd")
        self._fd = _checked_descriptor(fd)

    @property
    def events(self) -> int:
        """What is waited for: 1 to read, 2 to write, 3 for both."""
        return self._events

    @events.setter
    def events(self, events: int) -> None:
        self._refuse_while_active("events")
        self._events = _checked_events(events)

    @property
    def events_str(self) -> str:
        """The events by name."""
        return "|".join(name for bit, name in _IO_EVENTS.items() if self._events & bit)

    def start(
        self,
        callback: Callable[..., Any],
        *args: Any,
        pass_events: bool = False,
    ) -> None:
        """Call `callback(*args)` when ready, with what happened in front if `pass_events`."""
        self._passes_events = pass_events
        super().start(callback, *args)

    def stop(self) -> None:
        """Forget the callback and notice no more events."""
        self._happened = 0
        super().stop()

    def feed_events(self, events: int) -> None:
        """Note that `events` happened."""
        self._happened |= events
        self._feed()

    def _call_args(self) -> tuple[Any, ...]:
        happened, self._happened = self._happened, 0
        args = self._args or ()
        return (happened, *args) if self._passes_events else args

    def _after_error(self) -> None:
        # The descriptor is still ready: the same callback would fail for ever.
        self.stop()

    def _arm(self) -> None:
        self.loop.watch_descriptor(self)

    def _disarm(self) -> None:
        self.loop.descriptors.unwatch(self)

    def _format(self) -> str:
        return f" fd={self._fd} events={self.events_str}"


class Signal(Watcher):
    """Fires at each signal `signum`; in the main thread only."""

    def __init__(
        self,
        loop: AsyncioLoop,
        signum: int,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        if not 1 <= signum < _SIGNALS_END:
            raise ValueError(f"illegal signal number: {signum!r}")
        super().__init__(loop, ref, priority)
        self.signum = int(signum)

    def feed_signal(self) -> None:
        """Note that the signal came."""
        self._feed()

    def _arm(self) -> None:
        self.loop.signals.watch(self)

    def _disarm(self) -> None:
        self.loop.signals.unwatch(self)

    def _format(self) -> str:
        return f" signum={self.signum}"


class Child(Watcher):
    """Fires when the child process `pid` (0: any child) ends."""

    def __init__(
        self,
        loop: AsyncioLoop,
        pid: int,
        trace: int = 0,  # noqa: ARG002 - stopped and traced children are not watched
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
    ) -> None:
        super().__init__(loop, ref)
        self.pid = pid
        self.rpid = 0
        """The child that ended."""
        self.rstatus = 0
        """Its status, as of `os.waitpid`."""

    def feed_exit(self, pid: int, status: int) -> None:
        """Note that the child `pid` ended with the wait status `status`."""
        self.rpid, self.rstatus = pid, status
        self._feed()

    def _arm(self) -> None:
        self.loop.children.watch(self)

    def _disarm(self) -> None:
        self.loop.children.unwatch(self)

    def _format(self) -> str:
        return f" pid={self.pid} rstatus={self.rstatus}"


class Stat(Watcher):
    """Fires when what `os.stat(path)` says has changed; looks every `interval` seconds."""

    DEFAULT_INTERVAL_S: ClassVar[float] = 1.0
    SHORTEST_INTERVAL_S: ClassVar[float] = 0.1

    def __init__(
        self,
        loop: AsyncioLoop,
        path: str | bytes,
        interval: float = 0.0,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        super().__init__(loop, ref, priority)
        self.path = path
        self._paths = os.fsencode(path)
        self.interval = interval
        self._timer = Timer(loop, 0.0, ref=False)
        self.attr: os.stat_result | None = None
        """What was found last; None without a file."""
        self.prev: os.stat_result | None = None
        """What was found before the last change."""

    def _look(self) -> None:
        found = self._stat()
        if _changed(self.attr, found):
            self.prev, self.attr = self.attr, found
            self._feed()
            self.loop.wake_soon()

    def _stat(self) -> os.stat_result | None:
        try:
            return os.stat(self._paths)  # noqa: PTH116 - a path in bytes
        except OSError:
            return None

    def _arm(self) -> None:
        if self.interval <= 0:
            self.interval = self.DEFAULT_INTERVAL_S
        self.interval = max(self.interval, self.SHORTEST_INTERVAL_S)
        self.attr = self.prev = self._stat()
        self._timer = Timer(self.loop, self.interval, self.interval, ref=False)
        self._timer.start(self._look)

    def _disarm(self) -> None:
        self._timer.stop()

    def _format(self) -> str:
        return f" path={self.path!r} interval={self.interval}"


class Async(Watcher):
    """Fires when `send` is called, from any thread."""

    def __init__(
        self,
        loop: AsyncioLoop,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        super().__init__(loop, ref, priority)
        self._sent = False

    @property
    def pending(self) -> bool:
        """Whether it was sent and the callback has still to begin."""
        return self._sent or self._pending

    def send(self) -> None:
        """Fire soon; many sends before that are one event. Works from any thread."""
        if not self._sent:
            self._sent = True
            self.loop.send(self)

    def send_ignoring_arg(self, _ignored: Any) -> None:
        """Send; for use as a link."""
        self.send()

    def feed_sent(self) -> None:
        """Note that it was sent."""
        self._sent = False
        if self._active:
            self._feed()

    def _arm(self) -> None:
        pass

    def _disarm(self) -> None:
        pass


class _InTurn(Watcher):
    """A watcher that fires at a place in each turn of the loop, or of its process."""

    def feed_turn(self) -> None:
        """Note that the turn has come to the watcher's place."""
        self._feed()

    def _arm(self) -> None:
        self.loop.in_turn[type(self)].append(self)
        # What waits for the next turn must not wait for something else to cause it.
        self.loop.wake_soon()

    def _disarm(self) -> None:
        watchers = self.loop.in_turn[type(self)]
        if self in watchers:
            watchers.remove(self)


class Idle(_InTurn):
    """Fires in turns where nothing else is to do; while it is active, turn follows turn."""


class Prepare(_InTurn):
    """Fires at the end of each turn."""


class Check(_InTurn):
    """Fires at the beginning of each turn."""


class Fork(_InTurn):
    """Fires in a child process after a fork."""


def _checked_descriptor(fd: int) -> int:
    if fd < 0:
        raise ValueError(f"fd must be non-negative: {fd!r}")
    os.fstat(fd)  # OSError EBADF for one that is not open
    return fd


def _checked_events(events: int) -> int:
    if events & ~(READ | WRITE | _LIBEV_IOFDSET):
        raise ValueError(f"illegal event mask: {events!r}")
    return events & (READ | WRITE)


def _changed(before: os.stat_result | None, after: os.stat_result | None) -> bool:
    if before is None or after is None:
        return before is not after
    fields = ("st_dev", "st_ino", "st_mode", "st_nlink", "st_uid", "st_gid", "st_size",
              "st_mtime_ns", "st_ctime_ns")  # fmt: skip
    return any(getattr(before, field) != getattr(after, field) for field in fields)
