"""To wait a moment for the first readings, wherever the code stands."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Protocol

from ..green import allocate_lock, await_, can_wait, door_of

__all__ = ["Settling", "wait_until_settled"]


class Settling(Protocol):
    """What follows attributes, and knows when each has been heard of."""

    def when_settled(self, callback: Callable[[], object]) -> None:
        """Call back, in any thread, when every attribute has a value or an error."""

    def no_longer_when_settled(self, callback: Callable[[], object]) -> None:
        """Forget the callback, if it has not been called."""


def wait_until_settled(board: Settling, seconds: float) -> None:
    """Wait until each attribute has a value or an error, at most so long.

    Parks in a cell, blocks a thread of its own; in a callback of an event loop it does not wait.
    """
    if can_wait():
        loop = asyncio.get_running_loop()
        settled, door = loop.create_future(), door_of(loop)
        tell = functools.partial(door.post, _set, settled)
        board.when_settled(tell)
        try:
            await_(asyncio.wait_for(settled, seconds))
        except asyncio.TimeoutError:
            return  # what has no value yet says so in its row
        finally:
            board.no_longer_when_settled(tell)
    elif asyncio._get_running_loop() is None:
        gate = allocate_lock()
        gate.acquire()
        board.when_settled(gate.release)
        if not gate.acquire(True, seconds):
            board.no_longer_when_settled(gate.release)


def _set(settled: asyncio.Future[None]) -> None:
    if not settled.done():
        settled.set_result(None)
