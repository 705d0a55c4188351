"""The one door from other threads into an event loop."""

from __future__ import annotations

import asyncio
import collections
import weakref
from collections.abc import Callable
from typing import Any

from ..errors import DoorError

__all__ = ["Door", "door_of"]


class Door:
    """Hand callbacks from any thread to one event loop: in order, with one wake-up for many."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._waiting: collections.deque[tuple[Callable[..., object], tuple[Any, ...]]] = (
            collections.deque()
        )
        self._woken = False

    def post(self, callback: Callable[..., object], *args: Any) -> None:
        """Have the loop call ``callback(*args)``; returns at once.

        Raises `DoorError` when the loop is closed.
        """
        self._waiting.append((callback, args))
        if self._woken:
            return
        self._woken = True
        loop = self._loop()
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._deliver, loop)
                return
            reason = "it is gone"
        except RuntimeError as error:
            reason = str(error)
        except BaseException:  # an interrupt between the two lines: the next one wakes the loop
            self._woken = False
            raise
        self._woken = False
        self._waiting.clear()
        raise DoorError(
            f"{callback!r} was handed to an event loop that no longer runs ({reason}); "
            "its result has nowhere to go."
        )

    def _deliver(self, loop: asyncio.AbstractEventLoop) -> None:
        # Cleared before the queue is read: what is posted from now on wakes the loop again.
        self._woken = False
        for _ in range(len(self._waiting)):
            callback, args = self._waiting.popleft()
            try:
                callback(*args)
            except Exception as error:
                loop.call_exception_handler(
                    {"message": f"{callback!r}, handed in by a thread, failed", "exception": error}
                )


_doors: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Door] = weakref.WeakKeyDictionary()


def door_of(loop: asyncio.AbstractEventLoop) -> Door:
    """Return the loop's one door."""
    door = _doors.get(loop)
    if door is None:
        door = _doors.setdefault(loop, Door(loop))
    return door
