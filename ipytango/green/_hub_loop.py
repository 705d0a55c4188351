"""gevent's event loop interface (`gevent._interfaces.ILoop`) on a running asyncio loop.

The asyncio loop polls and keeps the time; this loop keeps gevent's callbacks and watchers. It
works in *turns*, each entered from a callback of the asyncio loop: what is due or was fed is
called, for one switch interval at most, then asyncio goes on. Between turns stands at most one
timer of asyncio's, set to the next due time: without work there is no wake-up at all.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, ClassVar

import gevent
from gevent._interfaces import ILoop
from zope.interface import implementer  # type: ignore[import-untyped]  # it ships no types

from ..errors import HubError
from . import _watchers
from ._hub_descriptors import Descriptors
from ._hub_processes import Children, Signals
from ._hub_timers import TimerQueue
from ._hub_watcher import Callback, Watcher, lend_context
from ._native import get_ident

__all__ = ["AsyncioLoop"]


@implementer(ILoop)
class AsyncioLoop:
    """The `loop` of a hub that lives on the asyncio loop `aio`; belongs to one thread.

    `enter` gives control to the hub, whose part is to call `turn` and to come back.
    """

    MINPRI: ClassVar[int] = -2
    MAXPRI: ClassVar[int] = 2
    backend: ClassVar[str] = "asyncio"
    approx_timer_resolution: ClassVar[float] = 0.001  # seconds: what epoll waits for at least
    WatcherType = Watcher

    def __init__(self, aio: asyncio.AbstractEventLoop, enter: Callable[[], None]) -> None:
        self.aio = aio
        self.error_handler: Any = None
        self.iteration = 0
        self.closed = False
        self.turning = False
        """Whether the hub is in a turn, so that nobody needs to wake it."""
        self.timers = TimerQueue()
        self.descriptors = Descriptors(aio, self.wake_soon)
        self.signals = Signals(aio, self.wake_soon)
        self.children = Children(aio, self.signals, self.wake_soon)
        self.in_turn: dict[type[Watcher], list[Any]] = {
            kind: []
            for kind in (_watchers.Check, _watchers.Fork, _watchers.Idle, _watchers.Prepare)
        }
        self._enter = enter
        self._thread = get_ident()
        self._now = aio.time()
        self._callbacks: deque[Callback] = deque()
        self._pending: list[Watcher] = []
        self._sent: deque[_watchers.Async] = deque()
        self._refs = 0
        self._when_inactive: list[Callable[[], None]] = []
        self._soon: asyncio.Handle | None = None
        self._soon_wanted = False
        self._waking = False
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0
        self._alarm_rang = False
        self._idling: asyncio.Handle | None = None

    # What gevent asks for: callbacks and watchers.

    def run_callback(self, func: Callable[..., Any], *args: Any) -> Callback:
        """Call `func(*args)` in the hub in this turn or the next, in the caller's context."""
        self.refuse_when_closed()
        callback = Callback(func, args)
        lend_context(func, callback.context)
        self._callbacks.append(callback)
        if not self.turning and self._soon is None:
            self.wake_soon()
        return callback

    def run_callback_threadsafe(self, func: Callable[..., Any], *args: Any) -> Callback:
        """Call `func(*args)` in the hub soon; from any thread."""
        self.refuse_when_closed()
        callback = Callback(func, args)
        self._callbacks.append(callback)
        self._wake_from_thread()
        return callback

    def send(self, watcher: _watchers.Async) -> None:
        """Feed `watcher` soon; from any thread. After the end it is nobody's any more."""
        if not self._ended():
            self._sent.append(watcher)
            self._wake_from_thread()

    # gevent hands most of the following on by position: (…, ref, priority).

    def io(self, fd: int, events: int, *args: Any, **options: Any) -> _watchers.Io:
        """Make a watcher of the descriptor `fd`. Raises OSError when it is not open."""
        return _watchers.Io(self, fd, events, *args, **options)

    def timer(self, after: float, *args: Any, **options: Any) -> _watchers.Timer:
        """Make a timer of `after` seconds."""
        return _watchers.Timer(self, after, *args, **options)

    def signal(self, signum: int, *args: Any, **options: Any) -> _watchers.Signal:
        """Make a watcher of a signal."""
        return _watchers.Signal(self, signum, *args, **options)

    def child(self, pid: int, *args: Any, **options: Any) -> _watchers.Child:
        """Make a watcher of a child process."""
        return _watchers.Child(self, pid, *args, **options)

    def stat(self, path: str | bytes, *args: Any, **options: Any) -> _watchers.Stat:
        """Make a watcher of a file's status."""
        return _watchers.Stat(self, path, *args, **options)

    def async_(self, *args: Any, **options: Any) -> _watchers.Async:
        """Make a watcher that other threads may fire."""
        return _watchers.Async(self, *args, **options)

    def idle(self, *args: Any, **options: Any) -> _watchers.Idle:
        """Make a watcher of turns without work."""
        return _watchers.Idle(self, *args, **options)

    def prepare(self, *args: Any, **options: Any) -> _watchers.Prepare:
        """Make a watcher of the ends of turns."""
        return _watchers.Prepare(self, *args, **options)

    def check(self, *args: Any, **options: Any) -> _watchers.Check:
        """Make a watcher of the beginnings of turns."""
        return _watchers.Check(self, *args, **options)

    def fork(self, *args: Any, **options: Any) -> _watchers.Fork:
        """Make a watcher of forks, which fires in the child."""
        return _watchers.Fork(self, *args, **options)

    locals()["async"] = async_

    # What gevent asks for: the state.

    @property
    def default(self) -> bool:
        """Whether it is the main thread's."""
        return bool(self._thread == threading.main_thread().ident)

    @property
    def ptr(self) -> bool:
        """Whether it still works."""
        return not self.closed

    @property
    def activecnt(self) -> int:
        """How much it has to do: active watchers that count, and callbacks."""
        return self._refs + len(self._callbacks)

    @property
    def pendingcnt(self) -> int:
        """How many watchers wait for their callback to be called."""
        return len(self._pending)

    @property
    def depth(self) -> int:
        """Whether it is in a turn, as a number."""
        return int(self.turning)

    def now(self) -> float:
        """Say the time of this turn, in seconds of asyncio's clock."""
        return self._now

    def update_now(self) -> None:
        """Take the time anew."""
        self._now = self.aio.time()

    update = update_now

    def read_clock(self) -> float:
        """Take the time anew and say it."""
        self.update_now()
        return self._now

    def ref(self) -> None:
        """Count one more thing to do."""
        self._refs += 1

    def unref(self) -> None:
        """Count one thing less to do."""
        self._refs -= 1
        if self._refs == 0 and self._when_inactive and not self.turning:
            self.wake_soon()

    def closing_fd(self, fd: int) -> bool:
        """Fire the watchers of `fd`, which is about to be closed; says whether there are any."""
        watchers = self.descriptors.watchers_of(fd)
        for watcher in watchers:
            watcher.feed_events(watcher.events)
        if watchers:
            self.wake_soon()
        return bool(watchers)

    def reinit(self) -> None:
        """Let a native hub take over: this is a forked child, the event loop its parent's."""
        self.error_handler.continue_in_child()

    def abandon(self) -> list[Watcher]:
        """Forget everything without a word to the asyncio loop; returns the fork watchers.

        In a forked child, what is unregistered from the loop's selector would be gone from the
        parent's too: both look at the same one.
        """
        self.closed = True
        self.descriptors.abandon()
        self.signals.close()
        self.children.abandon()
        self.timers.clear()
        self._callbacks.clear()
        self._pending.clear()
        return list(self.in_turn[_watchers.Fork])

    def install_sigchld(self) -> None:
        """Do nothing: children are watched without a handler of SIGCHLD."""

    def reset_sigchld(self) -> None:
        """Do nothing: children are watched without a handler of SIGCHLD."""

    def verify(self) -> None:
        """Do nothing: there is no memory of our own to check."""

    def fileno(self) -> None:
        """Say that there is no descriptor of its own."""

    def run(self, nowait: bool = False, once: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Refuse: the asyncio loop runs it."""
        raise HubError(
            "loop.run() was called on a loop that the running asyncio loop runs. "
            "Let the caller wait instead, for example with gevent.sleep(0)."
        )

    def destroy(self) -> None:
        """Close it, as a hub does that is destroyed."""
        self.close()

    def close(self) -> None:
        """Take everything back from the asyncio loop; callbacks that are owed are dropped."""
        if self.closed:
            return
        self.closed = True
        for handle in (self._soon, self._alarm, self._idling):
            if handle is not None:
                handle.cancel()
        self._soon = self._alarm = self._idling = None
        self.children.close()
        self.signals.close()
        self.descriptors.close()
        self.timers.clear()
        self._callbacks.clear()
        self._pending.clear()
        self._sent.clear()

    def refuse_when_closed(self) -> None:
        """Raise `HubError` after the end."""
        if self.closed:
            raise HubError(
                "Something new was asked of a gevent hub that was given back. "
                "Use gevent's objects made after that."
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._format()}>"

    def _format(self) -> str:
        if self.closed:
            return "closed"
        return (
            f"{self.backend} pending={self.pendingcnt} ref={self._refs} "
            f"callbacks={len(self._callbacks)}"
        )

    # What watchers and the hub ask for.

    def when_inactive(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` in the hub once nothing is left to do; returns how to take it back."""
        self._when_inactive.append(callback)
        self.wake_soon()

        def cancel() -> None:
            if callback in self._when_inactive:
                self._when_inactive.remove(callback)

        return cancel

    def pend(self, watcher: Watcher) -> None:
        """Invoke `watcher` in this turn or the next; the asyncio side sees to a next one."""
        self._pending.append(watcher)

    def watch_descriptor(self, watcher: _watchers.Io) -> None:
        """Feed `watcher` when its descriptor is ready."""
        self.descriptors.watch(watcher)
        if watcher in self.descriptors.always_ready:
            self.wake_soon()

    def wake_soon(self) -> None:
        """See to it that a turn comes without waiting for anything."""
        if self.turning and get_ident() == self._thread:
            self._soon_wanted = True
        elif get_ident() != self._thread:
            self._wake_from_thread()
        elif self._soon is None and not self._ended():
            self._soon = self.aio.call_soon(self._enter)

    def set_alarm(self) -> None:
        """See to it that a turn comes when the next timer is due."""
        if self.turning or self._ended():
            return
        due = self.timers.next_due()
        if due is None:
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None
        elif self._alarm is None or due < self._alarm_at:
            # One that rings too early, for a timer that was stopped, is not worth the change.
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm, self._alarm_at = self.aio.call_at(due, self._ring), due

    def handle_error(self, where: Any, kind: Any, value: Any, traceback: Any) -> None:
        """Hand an error of a callback to the hub."""
        handler = self.error_handler
        if handler is not None:
            getattr(handler, "handle_error", handler)(where, kind, value, traceback)
        else:
            self.report_to_asyncio(f"Error in {where!r}", value)

    def report(self, context: Context, where: Any, kind: Any, value: Any, traceback: Any) -> None:
        """Hand an error to the hub in the context of the code it belongs to; never raises."""
        try:
            context.run(self.handle_error, where, kind, value, traceback)
        except BaseException as error:  # noqa: BLE001 - the hub must live on; asyncio reports it
            self.report_to_asyncio(f"Error while an error in {where!r} was handled", error)

    def report_to_asyncio(self, message: str, error: BaseException) -> None:
        """Report an error that belongs to no code that could be told; never raises."""
        try:
            self.aio.call_exception_handler({"message": message, "exception": error})
        except BaseException:  # noqa: BLE001 - even stderr fails; file descriptor 2 is left
            os.write(2, f"{message}: {error!r}\n".encode(errors="backslashreplace"))

    # The turn.

    def turn(self) -> None:
        """Make the calls that are owed, for one switch interval at most; only in the hub."""
        self.turning, self._soon_wanted = True, False
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        self._waking = False  # before what threads sent is looked at, so that none is missed
        self.iteration += 1
        until = time.monotonic() + gevent.getswitchinterval()
        self._run_callbacks(until)
        self._feed_due()
        self._invoke_pending()
        self._run_callbacks(until)
        if self.in_turn[_watchers.Prepare]:
            self._feed_turn(_watchers.Prepare)
            self._invoke_pending()
        self.turning = False
        self._plan_next()

    def break_turn(self) -> None:
        """End a turn that an error broke off; what is left of it comes in the next."""
        self.turning = False
        self._plan_next()

    def _run_callbacks(self, until: float) -> None:
        callbacks = self._callbacks
        while callbacks:
            callback = callbacks.popleft()
            call, args = callback.callback, callback.args
            if call is None or args is None:
                continue
            callback.callback = None
            try:
                callback.context.run(call, *args)
            except BaseException as error:  # noqa: BLE001 - the hub knows what each kind means
                self.report(callback.context, callback, type(error), error, error.__traceback__)
            callback.args = None
            if time.monotonic() > until:
                return

    def _feed_due(self) -> None:
        self._feed_turn(_watchers.Check)
        self.update_now()
        if self._alarm_rang:
            # Only then: asyncio has polled since, and what it found ready comes before a time-out.
            self._alarm_rang = False
            for when, timer in self.timers.pop_due(self._now):
                timer.feed_due(when, self._now)
        while self._sent:
            self._sent.popleft().feed_sent()
        for watcher in list(self.descriptors.always_ready):
            watcher.feed_events(watcher.events)

    def _feed_turn(self, kind: type[Watcher]) -> None:
        for watcher in list(self.in_turn[kind]):
            watcher.feed_turn()

    def _invoke_pending(self) -> None:
        pending, self._pending = deque(self._pending), []
        if len(pending) > 1:
            pending = deque(sorted(pending, key=_by_priority))
        try:
            while pending:
                pending.popleft().invoke()
        finally:
            self._pending.extend(pending)  # nothing is left, unless a Ctrl-C came in between

    def _plan_next(self) -> None:
        if self._ended():
            return
        if self._when_inactive and not self.activecnt:
            inactive, self._when_inactive = self._when_inactive, []
            for callback in inactive:
                self.run_callback(callback)
        if self._callbacks or self._pending or self._soon_wanted or self.descriptors.always_ready:
            self.wake_soon()
        self.set_alarm()
        if self.in_turn[_watchers.Idle] and self._idling is None:
            self._idling = self.aio.call_soon(self._let_asyncio_poll, self.iteration)

    def _let_asyncio_poll(self, iteration: int) -> None:
        """Go behind what asyncio finds ready when it polls: only then is a turn idle."""
        self._idling = self.aio.call_soon(self._idle, iteration)

    def _idle(self, iteration: int) -> None:
        self._idling = None
        idles = self.in_turn[_watchers.Idle]
        if idles and iteration == self.iteration:
            highest = max(watcher.priority for watcher in idles)
            for watcher in list(idles):
                if watcher.priority == highest:
                    watcher.feed_turn()
        self._enter()

    def _ended(self) -> bool:
        """Say whether no turn will come by itself any more: at an exit, asyncio may go first."""
        return self.closed or self.aio.is_closed()

    def _ring(self) -> None:
        self._alarm, self._alarm_rang = None, True
        self._enter()

    def _wake_from_thread(self) -> None:
        if not self._waking:
            self._waking = True
            self.aio.call_soon_threadsafe(self._enter)


def _by_priority(watcher: Watcher) -> int:
    return -watcher.priority
