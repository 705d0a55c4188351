"""A device server for what a panel shows and changes: units, limits, alarms, labels, experts.

    python panel_server.py INSTANCE

It counts every write and every command, so that a test knows what has reached it.
"""

import enum
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from tango import AttrWriteType, DevFailed, DevState, DispLevel, Except
from tango.server import Device, attribute, class_property, command, device_property, run

SCRIPT = "<script>document.title = 'executed'</script><img src=x onerror=\"alert('x')\">"


class Valve(enum.IntEnum):
    """What the valve does."""

    CLOSED = 0
    OPEN = 1
    MOVING = 2


class Panel(Device):
    """A power supply with a valve."""

    offset = device_property(dtype=float, default_value=0.5, doc="added to the current")
    channels = device_property(dtype=(str,), default_value=["x", "y"], doc=f"in use {SCRIPT}")
    mains = class_property(dtype=float, default_value=230.0, doc="volts that all are fed with")

    def init_device(self) -> None:
        """Start as it was built."""
        super().init_device()
        self._current = 2.5
        self._valve = Valve.CLOSED
        self._enabled = True
        self._comment = "as it was built"
        self._gain = 3
        self._ramp: list[float] = [0.0, 1.0, 4.0, 9.0]
        self._mask: list[list[int]] = [[1, 2, 3], [4, 5, 6]]
        self._changes = 0
        self.set_state(DevState.ON)
        self.set_status("The supply is on.\nThe valve is closed.")

    @attribute(dtype=int)
    def changes(self) -> int:
        """Writes and commands that have come."""
        return self._changes

    @attribute(
        dtype=float,
        access=AttrWriteType.READ_WRITE,
        unit="A",
        format="%6.2f",
        label="Output current",
        min_value=0,
        max_value=10,
        max_warning=8,
        max_alarm=9,
    )
    def current(self) -> float:
        """The current through the magnet."""
        return self._current

    @current.write
    def set_current(self, value: float) -> None:
        """Take it, and count."""
        self._changes += 1
        self._current = value

    @attribute(dtype=float, unit="°C", format="%5.1f", min_alarm=10, max_alarm=40)
    def temperature(self) -> float:
        """Of the cooling water: too hot."""
        return 45.5

    @attribute(dtype=Valve, access=AttrWriteType.READ_WRITE)
    def valve(self) -> Valve:
        """The valve of the cooling water."""
        return self._valve

    @valve.write
    def set_valve(self, value: Valve) -> None:
        """Take it, and count."""
        self._changes += 1
        self._valve = Valve(value)

    @attribute(dtype=bool, access=AttrWriteType.READ_WRITE, memorized=True)
    def enabled(self) -> bool:
        """Whether the output may be switched on."""
        return self._enabled

    @enabled.write
    def set_enabled(self, value: bool) -> None:
        """Take it, and count."""
        self._changes += 1
        self._enabled = value

    @attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    def comment(self) -> str:
        """What the shift has to know."""
        return self._comment

    @comment.write
    def set_comment(self, value: str) -> None:
        """Take it, and count."""
        self._changes += 1
        self._comment = value

    @attribute(dtype=str, label=SCRIPT, description=SCRIPT, unit="<b>")
    def hostile(self) -> str:
        """A text that is no page."""
        return SCRIPT

    @attribute(dtype=float)
    def failing(self) -> float:
        """Never there."""
        Except.throw_exception("Panel_NoSensor", SCRIPT, "Panel::failing")
        return 0.0

    @attribute(
        dtype=np.int16, access=AttrWriteType.READ_WRITE, display_level=DispLevel.EXPERT, min_value=1
    )
    def gain(self) -> int:
        """Of the regulation."""
        return self._gain

    @gain.write
    def set_gain(self, value: int) -> None:
        """Take it, and count."""
        self._changes += 1
        self._gain = value

    @attribute(dtype=(float,), max_dim_x=64, access=AttrWriteType.READ_WRITE, unit="A")
    def ramp(self) -> list[float]:
        """The way to the current."""
        return self._ramp

    @ramp.write
    def set_ramp(self, value: npt.NDArray[np.float64]) -> None:
        """Take it, and count."""
        self._changes += 1
        self._ramp = [float(element) for element in value]

    @attribute(dtype=((np.uint16,),), max_dim_x=32, max_dim_y=32, access=AttrWriteType.READ_WRITE)
    def mask(self) -> list[list[int]]:
        """A picture."""
        return self._mask

    @mask.write
    def set_mask(self, value: npt.NDArray[np.uint16]) -> None:
        """Take it, and count."""
        self._changes += 1
        self._mask = value.tolist()

    @command(dtype_in=float, doc_in="amperes a second", dtype_out=float, doc_out="how far it came")
    def Ramp(self, speed: float) -> float:  # noqa: N802 - as commands are named
        """Ramp up."""
        self._changes += 1
        return 2 * speed

    @command(dtype_in=str, dtype_out=str)
    def Say(self, text: str) -> str:  # noqa: N802
        """Say it again.

        :param text: the words
        """
        self._changes += 1
        return f"said {text}"

    @command
    def Wait(self) -> None:  # noqa: N802
        """Take its time."""
        self._changes += 1
        time.sleep(1.0)

    @command(dtype_in=(float,))
    def Fail(self, _: Any) -> None:  # noqa: N802
        """Fail in two levels."""
        self._changes += 1
        try:
            Except.throw_exception("Panel_Interlock", SCRIPT, "Panel::interlock")
        except DevFailed as error:
            Except.re_throw_exception(
                error, "Panel_NoRamp", "the ramp did not start", "Panel::fail"
            )

    @command(display_level=DispLevel.EXPERT)
    def Calibrate(self) -> None:  # noqa: N802
        """Calibrate the regulation."""
        self._changes += 1

    @command(dtype_in=str)
    def Become(self, state: str) -> None:  # noqa: N802
        """Go into a state."""
        self.set_state(DevState.names[state])
        self.set_status(f"The device is in {state} state.")


if __name__ == "__main__":
    run((Panel,))
