"""Those who follow attributes in tests: they keep what they hear, and can be waited for."""

import threading
import time
from collections.abc import Callable
from typing import Any

from ipytango.client import Reading

PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.02


class Listener:
    """A sink that keeps every reading."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.readings: list[Reading] = []
        self._heard = threading.Condition()

    def __call__(self, reading: Reading) -> None:
        """Take a reading, in any thread."""
        with self._heard:
            self.readings.append(reading)
            self._heard.notify_all()

    @property
    def values(self) -> list[Any]:
        """What the readings say, None for errors."""
        return [reading.value for reading in self.readings]

    def wait_for(self, wanted: Callable[[Reading], object], *, after: int = 0) -> Reading:
        """Wait for such a reading, from the number `after` on."""
        deadline = time.monotonic() + PATIENCE_S
        with self._heard:
            while True:
                for reading in self.readings[after:]:
                    if wanted(reading):
                        return reading
                after = len(self.readings)
                if not self._heard.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no such reading came; the last: {self.readings[-5:]}")

    def wait_for_value(self, value: object, *, after: int = 0) -> Reading:
        """Wait for this value."""
        return self.wait_for(lambda reading: reading.value == value, after=after)

    def wait_for_reason(self, reason: str, *, after: int = 0) -> Reading:
        """Wait for an error whose first reason contains this."""
        return self.wait_for(
            lambda reading: reading.failure is not None and reason in reading.failure.reason,
            after=after,
        )

    def wait_for_count(self, count: int) -> None:
        """Wait until there are so many readings."""
        self.wait_for(lambda _: len(self.readings) >= count)


def until(condition: Callable[[], object], what: Callable[[], object] = lambda: "") -> None:
    """Wait until the condition holds; `what` says what there is when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(_LOOK_AGAIN_S)
