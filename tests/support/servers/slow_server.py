"""A device server whose devices take their time without holding each other up.

    python slow_server.py INSTANCE

Asyncio mode: any number of operations of one device are under way at once, but for reads of the
same attribute, which Tango serialises.
"""

import asyncio
import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import numpy.typing as npt
from tango import Attribute, AttrWriteType, DevState, Except, GreenMode
from tango.server import Device, attribute, command, run

SLOW_ATTRIBUTES = 20
SLOW_READ_S = 0.1
FLAKY_WRITE_S = 0.05


class Mode(enum.IntEnum):
    """What the device is set to."""

    OFF = 0
    STANDBY = 1
    RUNNING = 2


class Slow(Device):
    """Operations of a known length, errors on demand, and what TangoTest has no attribute for."""

    green_mode = GreenMode.Asyncio

    async def init_device(self) -> None:
        """Start with nothing under way and nothing counted."""
        await super().init_device()
        self._calls = 0
        self._under_way = 0
        self._peak = 0
        self._release = asyncio.Event()
        self._flaky = 1.0
        self._mode = Mode.OFF
        self._modes = [Mode.OFF, Mode.RUNNING]
        self._mode_image = [[Mode.OFF, Mode.STANDBY], [Mode.RUNNING, Mode.OFF]]
        self._state_scalar = DevState.STANDBY
        self._encoded = ("bytes", b"\x00\x01\x02")
        self.set_state(DevState.ON)

    def initialize_dynamic_attributes(self) -> None:
        """Add `slow_0` to `slow_19`: each read takes 100 ms and gives the attribute's number."""
        for number in range(SLOW_ATTRIBUTES):
            slow = attribute(name=f"slow_{number}", dtype=float, unit="s", fget=self._read_slow)
            self.add_attribute(slow)

    # --- commands ---------------------------------------------------------------------------------

    @command
    async def sleep(self, seconds: float) -> float:
        """Take so many seconds; gives them back."""
        async with self._operation():
            await asyncio.sleep(seconds)
        return seconds

    @command
    async def fail(self) -> None:
        """Raise `DevFailed` with the reason `Test_Failed`."""
        Except.throw_exception("Test_Failed", "Failed because it was asked to", "Slow.fail")

    @command
    async def fail_after(self, seconds: float) -> None:
        """Raise as `fail`, after so many seconds."""
        async with self._operation():
            await asyncio.sleep(seconds)
        Except.throw_exception("Test_Failed", f"Failed after {seconds} s", "Slow.fail_after")

    @command
    async def echo(self, text: str) -> str:
        """Give the text back."""
        return text

    @command
    async def count(self) -> int:
        """Give how often this command has been called, this time included."""
        self._calls += 1
        return self._calls

    @command
    async def release(self) -> None:
        """Let the reads of `ts_hang` end."""
        self._release.set()
        self._release = asyncio.Event()

    @command
    async def forget_peak(self) -> None:
        """Start `peak` again at what is under way now."""
        self._peak = self._under_way

    # --- attributes -------------------------------------------------------------------------------

    @attribute(dtype=int)
    async def under_way(self) -> int:
        """How many sleeps and slow reads are under way."""
        return self._under_way

    @attribute(dtype=int)
    async def peak(self) -> int:
        """How many were under way at once at most."""
        return self._peak

    @attribute(dtype=float)
    async def ts_hang(self) -> float:
        """Give no answer until the command `release`."""
        async with self._operation():
            await self._release.wait()
        return 0.0

    @attribute(dtype=float, access=AttrWriteType.READ_WRITE)
    async def flaky(self) -> float:
        """What was written last; a negative value is refused after 50 ms."""
        return self._flaky

    @flaky.write
    async def set_flaky(self, value: float) -> None:
        """Take 50 ms, then take the value, or raise `DevFailed` if it is negative."""
        await asyncio.sleep(FLAKY_WRITE_S)
        if value < 0:
            Except.throw_exception("Test_Refused", f"{value} is negative", "Slow.flaky")
        self._flaky = value

    @attribute(dtype=Mode, access=AttrWriteType.READ_WRITE)
    async def mode(self) -> Mode:
        """An enumeration."""
        return self._mode

    @mode.write
    async def set_mode(self, value: int) -> None:
        """Take any of the enumeration's values."""
        self._mode = Mode(value)

    @attribute(dtype=(Mode,), max_dim_x=16, access=AttrWriteType.READ_WRITE)
    async def mode_spectrum(self) -> list[Mode]:
        """A spectrum of an enumeration."""
        return self._modes

    @mode_spectrum.write
    async def set_mode_spectrum(self, values: npt.NDArray[np.int16]) -> None:
        """Take any of the enumeration's values."""
        self._modes = [Mode(value) for value in values]

    @attribute(dtype=((Mode,),), max_dim_x=4, max_dim_y=4)
    async def mode_image(self) -> list[list[Mode]]:
        """An image of an enumeration."""
        return self._mode_image

    @attribute(dtype=DevState, access=AttrWriteType.READ_WRITE)
    async def state_scalar(self) -> DevState:
        """A state that is an attribute like any other."""
        return self._state_scalar

    @state_scalar.write
    async def set_state_scalar(self, value: DevState) -> None:
        """Take any state."""
        self._state_scalar = value

    @attribute(dtype=(DevState,), max_dim_x=16)
    async def state_spectrum(self) -> list[DevState]:
        """A spectrum of states."""
        return [DevState.ON, DevState.FAULT]

    @attribute(dtype="DevEncoded", access=AttrWriteType.READ_WRITE)
    async def encoded(self) -> tuple[str, bytes]:
        """Bytes with the name of their format."""
        return self._encoded

    @encoded.write
    async def set_encoded(self, value: tuple[str, bytes]) -> None:
        """Take any format and bytes."""
        self._encoded = value

    async def _read_slow(self, attr: Attribute) -> float:
        async with self._operation():
            await asyncio.sleep(SLOW_READ_S)
        return float(attr.get_name().rpartition("_")[-1])

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[None]:
        self._under_way += 1
        self._peak = max(self._peak, self._under_way)
        try:
            yield
        finally:
            self._under_way -= 1


if __name__ == "__main__":
    run((Slow,))
