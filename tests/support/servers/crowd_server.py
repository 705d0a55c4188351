"""A device server that counts how many calls its process has at once, and lets them go when told.

python crowd_server.py INSTANCE
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from tango import GreenMode
from tango.server import Device, attribute, command, run


class Census:
    """The calls of this process, of all its devices together."""

    def __init__(self) -> None:
        """Start with nobody there, and the gate closed."""
        self.present = 0
        self.peak = 0
        self.arrivals: list[str] = []
        self.gate = asyncio.Event()

    @contextmanager
    def visit(self, label: str) -> Iterator[None]:
        """Count one call while it lasts."""
        self.arrivals.append(label)
        self.present += 1
        self.peak = max(self.peak, self.present)
        try:
            yield
        finally:
            self.present -= 1


census = Census()


class Crowd(Device):
    """Calls that stay until they are let go."""

    green_mode = GreenMode.Asyncio

    async def init_device(self) -> None:
        """Start with the devices of the process, which share everything."""
        await super().init_device()
        self._peak = 0
        self._present = 0

    @command
    async def stay(self, label: str) -> str:
        """Stay until the gate is open; gives the label back."""
        with census.visit(label):
            self._present += 1
            self._peak = max(self._peak, self._present)
            await census.gate.wait()
            self._present -= 1
        return label

    @command
    async def open_gate(self) -> None:
        """Let everyone go, also those that come from now on."""
        census.gate.set()

    @command
    async def close_gate(self) -> None:
        """Hold what comes from now on, and forget what was counted of the others."""
        census.gate.clear()
        census.peak = census.present
        census.arrivals.clear()
        self._peak = self._present

    @attribute(dtype=int)
    async def present(self) -> int:
        """How many calls the process has."""
        return census.present

    @attribute(dtype=int)
    async def peak(self) -> int:
        """How many calls the process had at once at most."""
        return census.peak

    @attribute(dtype=int)
    async def device_peak(self) -> int:
        """How many calls this device had at once at most."""
        return self._peak

    @attribute(dtype=(str,), max_dim_x=4096)
    async def arrivals(self) -> list[str]:
        """The labels of the calls in the order in which they came."""
        return census.arrivals


if __name__ == "__main__":
    run((Crowd,))
