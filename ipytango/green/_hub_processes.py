"""Signals and the ends of child processes, as the hub's watchers hear of them."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from typing import Any, Protocol

from gevent.monkey import get_original

from ..errors import HubError
from ._native import start_new_thread

__all__ = ["Children", "Signals", "WatchingChild", "WatchingSignal"]

_UNKNOWN_STATUS = 255 << 8  # exit code 255: somebody else already took the child's status

# gevent's monkey patching replaces these by functions that are watchers of the hub themselves.
_set_handler = get_original("signal", "signal")
_get_handler = get_original("signal", "getsignal")
_waitpid = get_original("os", "waitpid")


class WatchingSignal(Protocol):
    """A watcher of one signal."""

    signum: int

    def feed_signal(self) -> None:
        """Note that the signal came."""


class WatchingChild(Protocol):
    """A watcher of one child process, or of any with pid 0."""

    pid: int

    def feed_exit(self, pid: int, status: int) -> None:
        """Note that the child `pid` ended with the wait status `status`."""


class Signals:
    """Signals with active watchers; every other signal keeps its handler.

    Not `loop.add_signal_handler`: that has one handler per signal, takes away another's without
    a word, and turns the wake-up descriptor off with its last handler.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]) -> None:
        self._loop = loop
        self._on_ready = on_ready
        self._watchers: dict[int, list[WatchingSignal]] = {}
        self._replaced: dict[int, Any] = {}

    def watch(self, watcher: WatchingSignal) -> None:
        """Feed `watcher` at each signal. Raises `HubError` outside the main thread."""
        watchers = self._watchers.setdefault(watcher.signum, [])
        if not watchers:
            try:
                self._replaced[watcher.signum] = _set_handler(watcher.signum, self._arrived)
            except ValueError as error:
                del self._watchers[watcher.signum]
                raise HubError(
                    f"gevent was asked to watch signal {watcher.signum} in thread "
                    f"{threading.current_thread().name!r}: Python hears signals in its main "
                    "thread only. Start the watcher there."
                ) from error
        watchers.append(watcher)

    def unwatch(self, watcher: WatchingSignal) -> None:
        """Stop feeding `watcher`; with the last one the former handler comes back."""
        watchers = self._watchers.get(watcher.signum, [])
        if watcher not in watchers:
            return
        watchers.remove(watcher)
        if not watchers:
            del self._watchers[watcher.signum]
            self._restore(watcher.signum)

    def close(self) -> None:
        """Give every handler back."""
        for signum in list(self._watchers):
            del self._watchers[signum]
            self._restore(signum)

    def _restore(self, signum: int) -> None:
        replaced = self._replaced.pop(signum)
        if _get_handler(signum) == self._arrived and replaced is not None:
            _set_handler(signum, replaced)

    def _arrived(self, signum: int, _frame: Any) -> None:
        # Runs between two instructions of whatever the main thread does: only hands on. The
        # write to the loop's own pipe wakes a select that the signal interrupted.
        self._loop.call_soon_threadsafe(self._deliver, signum)

    def _deliver(self, signum: int) -> None:
        for watcher in list(self._watchers.get(signum, ())):
            watcher.feed_signal()
        self._on_ready()


class Children:
    """Child processes with active watchers.

    Only the status of a watched child is taken. A pid of 0 watches for any child, and takes the
    status of the first that nobody else has taken.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, signals: Signals, on_ready: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._signals = signals
        self._on_ready = on_ready
        self._watchers: dict[int, list[WatchingChild]] = {}
        self._pidfds: dict[int, int] = {}
        self._any_child = _AnyChild(self._any_ended)

    def watch(self, watcher: WatchingChild) -> None:
        """Feed `watcher` when its child ends."""
        watchers = self._watchers.setdefault(watcher.pid, [])
        watchers.append(watcher)
        if len(watchers) == 1:
            self._wait_for(watcher.pid)

    def unwatch(self, watcher: WatchingChild) -> None:
        """Stop feeding `watcher`; the child's status then stays with the system."""
        watchers = self._watchers.get(watcher.pid, [])
        if watcher not in watchers:
            return
        watchers.remove(watcher)
        if not watchers:
            del self._watchers[watcher.pid]
            self._forget(watcher.pid)

    def close(self) -> None:
        """Stop watching every child."""
        self._watchers.clear()
        self._signals.unwatch(self._any_child)
        for pid in list(self._pidfds):
            self._forget(pid)

    def abandon(self) -> None:
        """Forget every child without a word to the event loop (in a forked child)."""
        self._watchers.clear()
        for pidfd in self._pidfds.values():
            os.close(pidfd)
        self._pidfds.clear()

    def _wait_for(self, pid: int) -> None:
        if pid == 0:
            self._signals.watch(self._any_child)
            self._loop.call_soon(self._any_ended)
            return
        try:
            pidfd = os.pidfd_open(pid)
        except (AttributeError, OSError):
            # No such call on this system, or no such process any more.
            start_new_thread(self._wait_in_thread, (pid,))
            return
        self._pidfds[pid] = pidfd
        self._loop.add_reader(pidfd, self._ended, pid)

    def _forget(self, pid: int) -> None:
        if pid == 0:
            self._signals.unwatch(self._any_child)
        pidfd = self._pidfds.pop(pid, None)
        if pidfd is not None:
            self._loop.remove_reader(pidfd)
            os.close(pidfd)

    def _wait_in_thread(self, pid: int) -> None:
        status = _take_status(pid, 0)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, pid, pid, status)

    def _ended(self, pid: int) -> None:
        self._forget(pid)
        self._deliver(pid, pid, _take_status(pid, os.WNOHANG))

    def _any_ended(self) -> None:
        if 0 not in self._watchers:
            return
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is not None and found.si_pid not in self._watchers:
            self._deliver(0, found.si_pid, _take_status(found.si_pid, os.WNOHANG))

    def _deliver(self, watched: int, pid: int, status: int) -> None:
        for watcher in list(self._watchers.get(watched, ())):
            watcher.feed_exit(pid, status)
        if watched != 0:
            for watcher in list(self._watchers.get(0, ())):
                watcher.feed_exit(pid, status)
        self._on_ready()


class _AnyChild:
    """What `Signals` feeds when any child ends."""

    signum = int(signal.SIGCHLD)

    def __init__(self, on_signal: Callable[[], None]) -> None:
        self.feed_signal = on_signal


def _take_status(pid: int, options: int) -> int:
    try:
        status: int = _waitpid(pid, options)[1]
    except ChildProcessError:
        return _UNKNOWN_STATUS
    return status
