"""A device server with values that TangoTest has not: formats, labels, alarms, large arrays, bytes.

python value_server.py INSTANCE
"""

import enum
from typing import Any

import numpy as np
import numpy.typing as npt
from tango import AttrQuality, DevFailed, DevState, Except
from tango.server import Device, attribute, command, run

LARGE_POINTS = 10_000_000
LARGE_SIDE = 8192


class Valve(enum.IntEnum):
    """What a valve does."""

    CLOSED = 0
    OPEN = 1
    MOVING = 2


class Value(Device):
    """Nothing changes but by reading again."""

    def init_device(self) -> None:
        """Make the large values once."""
        super().init_device()
        self.set_state(DevState.MOVING)
        self.set_status("Two axes are moving.\nThe third waits.")
        self._curve: npt.NDArray[np.float64] = np.sin(np.linspace(0, 60, LARGE_POINTS))
        rows, columns = np.mgrid[:LARGE_SIDE:8, :LARGE_SIDE:8].astype(np.float32)
        spot = 4000 * np.exp(-((rows - 3000) ** 2 + (columns - 5000) ** 2) / 4e6)
        self._image: npt.NDArray[np.uint16] = spot.astype(np.uint16).repeat(8, 0).repeat(8, 1)

    @attribute(
        dtype=float, unit="mm", format="%7.4f", label="Gap", min_alarm=0, max_alarm=20, min_value=0
    )
    def gap(self) -> float:
        """The gap of the undulator."""
        return 12.34567

    @attribute(dtype=float, unit="mbar", format="scientific;uppercase;setprecision(2)")
    def pressure(self) -> tuple[float, float, AttrQuality]:
        """A number that its format makes short, in alarm."""
        return 3.14159e-9, 1.7e9, AttrQuality.ATTR_ALARM

    @attribute(dtype=float, format="%6.2f")
    def tiny(self) -> float:
        """A number that its format would hide."""
        return 1.5e-7

    @attribute(dtype=float, format="%n%999999999f{0.__class__}")
    def odd_format(self) -> float:
        """A format that is none."""
        return 2.5

    @attribute(dtype=np.uint16, format="%04x")
    def register(self) -> int:
        """A register."""
        return 0xBEEF

    @attribute(dtype=float)
    def invalid(self) -> tuple[float, float, AttrQuality]:
        """No value."""
        return 0.0, 1.7e9, AttrQuality.ATTR_INVALID

    @attribute(dtype=float, unit="A")
    def changing(self) -> tuple[float, float, AttrQuality]:
        """A value on its way."""
        return 199.8, 1.7e9, AttrQuality.ATTR_CHANGING

    @attribute(dtype=Valve)
    def valve(self) -> Valve:
        """An enumeration."""
        return Valve.MOVING

    @attribute(dtype=(Valve,), max_dim_x=8)
    def valves(self) -> list[Valve]:
        """Several."""
        return [Valve.OPEN, Valve.CLOSED, Valve.MOVING]

    @attribute(dtype=(DevState,), max_dim_x=16)
    def states(self) -> list[DevState]:
        """Each of the states."""
        return [DevState.ON, DevState.FAULT, DevState.ALARM, DevState.MOVING, DevState.STANDBY]

    @attribute(dtype="DevEncoded")
    def frame(self) -> tuple[str, bytes]:
        """Bytes."""
        return "RAW8", bytes(range(256))

    @attribute(dtype=((bool,),), max_dim_x=32, max_dim_y=32)
    def mask(self) -> npt.NDArray[np.bool_]:
        """Booleans in rows."""
        return np.eye(16, dtype=bool)

    @attribute(dtype=(str,), max_dim_x=100_000)
    def many_texts(self) -> list[str]:
        """More than can be shown."""
        return [f"text {number}" for number in range(100_000)]

    @attribute(dtype=(float,), max_dim_x=512, unit="mV")
    def holed(self) -> npt.NDArray[np.float64]:
        """A curve with a gap and an infinity."""
        values = np.sin(np.arange(512) / 40) * 20
        values[200:240] = np.nan
        values[300] = np.inf
        return values

    @attribute(dtype=(float,), max_dim_x=64)
    def constant(self) -> npt.NDArray[np.float64]:
        """The same number."""
        return np.full(64, 7.25)

    @attribute(dtype=(float,), max_dim_x=64)
    def all_nan(self) -> npt.NDArray[np.float64]:
        """No number."""
        return np.full(64, np.nan)

    @attribute(dtype=(float,), max_dim_x=LARGE_POINTS)
    def large_curve(self) -> npt.NDArray[np.float64]:
        """Ten million points."""
        return self._curve

    @attribute(dtype=((np.uint16,),), max_dim_x=LARGE_SIDE, max_dim_y=LARGE_SIDE)
    def large_image(self) -> npt.NDArray[np.uint16]:
        """A spot on 8192 by 8192 pixels."""
        return self._image

    @command(dtype_in=float, doc_in="mm", doc_out="how far it came")
    def move(self, argument: float) -> float:
        """Fail in three levels."""
        try:
            Except.throw_exception("Motor_Jam", f"axis 3 stands at {argument} mm", "Motor::move")
        except DevFailed as error:
            self._wrap(error)
        return argument

    @staticmethod
    def _wrap(error: Any) -> None:
        Except.re_throw_exception(error, "Gap_Move", "the gap did not follow", "Gap::move")


if __name__ == "__main__":
    run((Value,))
