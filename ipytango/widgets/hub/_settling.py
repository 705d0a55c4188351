"""To wait a moment for the first readings, wherever the code stands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable, Iterable, Iterator

from ...green import can_wait, gate_here

__all__ = ["Settling"]


class Settling:
    """What is followed and has not been heard of yet: neither a value nor an error. Any thread."""

    def __init__(self) -> None:
        # A dictionary as a set: single steps on it need no lock.
        self._expected: dict[Hashable, None] = {}
        self._waiting: list[Callable[[], object]] = []

    def expect(self, things: Iterable[Hashable]) -> None:
        """Have `wait` wait for these too."""
        self._expected.update(dict.fromkeys(things))

    def settle(self, thing: Hashable) -> None:
        """Note that this was heard of, or that nobody wants to hear of it any more; cheap."""
        if thing in self._expected:
            self._expected.pop(thing, None)
            self._tell_if_settled()

    def wait(self, seconds: float) -> None:
        """Wait until all have been heard of, at most so long.

        Parks in a cell, blocks a thread of its own; in a callback of an event loop it does not
        wait.
        """
        if can_wait() or asyncio._get_running_loop() is None:
            gate = gate_here()
            with self._told(gate.open):
                gate.wait(seconds)  # what has no value in time says so in its place

    @contextlib.contextmanager
    def _told(self, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called, in any thread, when all have been heard of."""
        self._waiting.append(callback)
        self._tell_if_settled()
        try:
            yield
        finally:
            with contextlib.suppress(ValueError):  # it was called
                self._waiting.remove(callback)

    def _tell_if_settled(self) -> None:
        with contextlib.suppress(IndexError):  # two threads at once: each callback is popped once
            while not self._expected:
                self._waiting.pop()()
