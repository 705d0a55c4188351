"""Gates: what one wait stands at until any thread opens it, or the time is over."""

from __future__ import annotations

import asyncio
import contextlib

from ..errors import DoorError
from ._bridge import await_, can_wait
from ._door import door_of
from ._native import allocate_lock

__all__ = ["LoopGate", "ThreadGate", "gate_here"]


class LoopGate:
    """A gate on the running event loop, for one wait: of sync code that parks, or of a coroutine.

    Raises `RuntimeError` where no loop runs.
    """

    __slots__ = ("_door", "_opened")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = loop.create_future()
        self._door = door_of(loop)

    def open(self, *_: object) -> None:
        """End the wait, or have it end at once. From any thread; usable as a callback."""
        try:
            self._door.post(_set, self._opened)
        except DoorError:
            return  # the loop has ended, and the wait with it

    def wait(self, timeout_s: float | None = None) -> bool:
        """Park until it is open; returns whether it is.

        Raises `NotInGreenTask` where nothing can park.
        """
        if timeout_s is not None:
            return await_(self.opened(timeout_s))
        await_(self._opened)
        return True

    async def opened(self, timeout_s: float | None = None) -> bool:
        """Await that it is open; returns whether it is."""
        if timeout_s is None:
            await self._opened
        elif timeout_s > 0:
            # Unlike asyncio.wait_for of Python 3.11 and before, it never swallows a cancellation.
            await asyncio.wait([self._opened], timeout=timeout_s)
        return self._opened.done()


class ThreadGate:
    """A gate that its one wait blocks a thread at."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._lock.acquire()

    def open(self, *_: object) -> None:
        """End the wait, or have it end at once. From any thread; usable as a callback."""
        with contextlib.suppress(RuntimeError):  # it is open
            self._lock.release()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until it is open; returns whether it is."""
        return bool(self._lock.acquire(True, -1 if timeout_s is None else max(timeout_s, 0.0)))


def gate_here() -> LoopGate | ThreadGate:
    """Return a gate whose `wait` parks if this code can, and blocks the thread if not."""
    return LoopGate() if can_wait() else ThreadGate()


def _set(opened: asyncio.Future[None]) -> None:
    if not opened.done():
        opened.set_result(None)
