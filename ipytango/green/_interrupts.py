"""SIGINT while green tasks run: running code gets KeyboardInterrupt, parked code is cancelled.

Three things make it prompt. The handler looks at what runs: code of a green task gets the
exception as in any Python. Parked code is woken through the loop's thread-safe entrance,
which ends a ``select`` at once. And a wake-up file descriptor, read by the loop, makes sure
that Python runs the handler even when the kernel delivers the signal to another thread.

A cell is several green tasks, one for each statement. The handler stays for all of it, and an
interrupt that comes between two statements is the next one's.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import os
import signal
import socket
import threading
import types
from collections.abc import Iterator
from typing import Any

from greenlet import getcurrent, greenlet

from ._green_task import GreenTask
from ._native import Event, get_ident, start_new_thread

__all__ = ["Interrupts", "StuckCallback"]

GRACE_S = 0.1
"""How long the loop may take to come to an interrupt before what keeps it busy is broken into."""


class StuckCallback(Exception):
    """Ends a callback or greenlet that keeps the event loop from an interrupt."""


class Interrupts:
    """Delivers SIGINT to the green tasks that a shell runs in the main thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._greens: list[GreenTask[Any]] = []
        self._holds = 0
        self._undelivered = False
        self._delivered = Event()
        self._shields = 0
        self._held_back = False
        self._found_fd = -1
        self._main_thread = threading.main_thread().ident
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        loop.add_reader(self._reader, self._drain)

    def close(self) -> None:
        """Take the wake-up descriptor from the loop; tasks that run now lose their interrupts."""
        if get_ident() == self._main_thread:
            self._set_wakeup_fd(-1, only_if=self._writer.fileno())
        if not self._loop.is_closed():
            self._loop.remove_reader(self._reader)
        self._reader.close()
        self._writer.close()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """While the context lasts SIGINT is ours. Changes nothing outside the main thread.

        Contexts may end in another order than they began: a widget's callback can outlive the
        cell that it came in. So each puts back what it found only if ours is still in force.
        """
        if get_ident() != self._main_thread or self._writer.fileno() < 0:
            yield
            return
        self._holds += 1
        found = signal.signal(signal.SIGINT, self._on_sigint)
        our_fd = self._writer.fileno()
        found_fd = signal.set_wakeup_fd(our_fd, warn_on_full_buffer=False)
        if found_fd != our_fd:
            self._found_fd = found_fd
        try:
            yield
        finally:
            if found != self._on_sigint and signal.getsignal(signal.SIGINT) == self._on_sigint:
                signal.signal(signal.SIGINT, found)
            if found_fd != our_fd:
                self._set_wakeup_fd(found_fd, only_if=self._writer.fileno())
            self._holds -= 1
            if not self._holds:
                self._settled()

    @contextlib.contextmanager
    def delivered_to(self, green: GreenTask[Any]) -> Iterator[None]:
        """While the context lasts SIGINT is for `green`. Does nothing outside the main thread."""
        if get_ident() != self._main_thread:
            yield
            return
        self._greens.append(green)
        try:
            with self.held():
                yield
        finally:
            self._greens.remove(green)

    def raise_undelivered(self) -> None:
        """Raise the interrupt that has come to the main thread since its last green task ended."""
        if self._undelivered and get_ident() == self._main_thread:
            self._settled()
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def shielded(self) -> Iterator[None]:
        """Hold an interrupt of the main thread back until the context ends."""
        if get_ident() != self._main_thread:
            yield
            return
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
            if self._held_back and not self._shields:
                self._held_back = False
                self._on_sigint(signal.SIGINT, None)

    def _on_sigint(self, signum: int, frame: types.FrameType | None) -> None:
        if self._shields:
            self._held_back = True
        elif not self._holds:
            signal.default_int_handler(signum, frame)
        elif self._runs_here():
            self._settled()
            raise KeyboardInterrupt
        elif self._undelivered:
            self._break_in()
        else:
            self._undelivered = True
            self._delivered = Event()
            self._loop.call_soon_threadsafe(self._deliver)
            start_new_thread(self._insist, (self._delivered,))

    def _insist(self, delivered: Event) -> None:
        """Ask again, if the loop has not come to the interrupt: something does not let it go on.

        By a real signal, as only that ends a system call: a `time.sleep` that has begun since.
        """
        if delivered.wait(GRACE_S) or not self._holds:
            return
        if hasattr(signal, "pthread_kill") and self._main_thread is not None:
            signal.pthread_kill(self._main_thread, signal.SIGINT)
        else:
            _thread.interrupt_main(signal.SIGINT)

    def _break_in(self) -> None:
        """End what keeps the loop from its work. KeyboardInterrupt would end the loop itself."""
        if asyncio.current_task() is not None:
            raise asyncio.CancelledError("interrupted: the task kept the event loop busy")
        raise StuckCallback("interrupted: it kept the event loop busy")

    def _runs_here(self) -> bool:
        """Say whether the code that the signal came into is a green task's, or below one."""
        current: greenlet | None = getcurrent()
        while current is not None:
            if current in self._greens:
                return current.in_code
            current = current.parent if not isinstance(current, GreenTask) else None
        return False

    def _deliver(self) -> None:
        if self._undelivered:
            self._settled()
            for green in self._greens:
                green.owe(KeyboardInterrupt())

    def _settled(self) -> None:
        self._undelivered = False
        self._delivered.set()

    def _drain(self) -> None:
        """Empty the wake-up descriptor; the one that was there before gets its signals, too."""
        with contextlib.suppress(BlockingIOError):
            while signals := self._reader.recv(4096):
                if self._found_fd >= 0:
                    os.write(self._found_fd, signals)

    @staticmethod
    def _set_wakeup_fd(fd: int, *, only_if: int) -> None:
        replaced = signal.set_wakeup_fd(fd)
        if replaced != only_if:
            signal.set_wakeup_fd(replaced)
