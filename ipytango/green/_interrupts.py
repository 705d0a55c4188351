"""SIGINT while a green task runs: running code gets KeyboardInterrupt, parked code is cancelled.

Three things make it prompt. The handler looks at what runs: code of the task gets the
exception as in any Python. Parked code is woken through the loop's thread-safe entrance,
which ends a ``select`` at once. And a wake-up file descriptor, read by the loop, makes sure
that Python runs the handler even when the kernel delivers the signal to another thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import types
from collections.abc import Iterator
from typing import Any

from ._bridge import GreenTask
from ._native import get_ident

__all__ = ["Interrupts", "StuckCallback"]


class StuckCallback(Exception):
    """Ends a callback that keeps the event loop from its work, at the second interrupt."""


class Interrupts:
    """Delivers SIGINT to the green task that a shell runs in the main thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._undelivered = False
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        loop.add_reader(self._reader, self._drain)

    def close(self) -> None:
        """Take the wake-up descriptor from the loop."""
        if not self._loop.is_closed():
            self._loop.remove_reader(self._reader)
        self._reader.close()
        self._writer.close()

    @contextlib.contextmanager
    def delivered_to(self, green: GreenTask[Any]) -> Iterator[None]:
        """While the context lasts SIGINT is for `green`. Changes nothing outside the main thread."""
        if get_ident() != threading.main_thread().ident or self._writer.fileno() < 0:
            yield
            return

        def on_sigint(signum: int, frame: types.FrameType | None) -> None:
            self._interrupt(green)

        # The signal must not hit between the two lines that put the old handler back.
        previous = signal.signal(signal.SIGINT, on_sigint)
        previous_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)
            signal.set_wakeup_fd(previous_fd)
            self._undelivered = False

    def _interrupt(self, green: GreenTask[Any]) -> None:
        if not green.parked:
            raise KeyboardInterrupt
        if self._undelivered:
            # The first interrupt still waits for the loop: some callback does not let it go on.
            # KeyboardInterrupt would end the loop itself.
            if asyncio.current_task() is not None:
                raise asyncio.CancelledError("interrupted: the task kept the event loop busy")
            raise StuckCallback("interrupted: the callback kept the event loop busy")
        self._undelivered = True
        self._loop.call_soon_threadsafe(self._deliver, green)

    def _deliver(self, green: GreenTask[Any]) -> None:
        self._undelivered = False
        green.owe(KeyboardInterrupt())

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._reader.recv(4096):
                pass
