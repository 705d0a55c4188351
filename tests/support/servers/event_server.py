"""A device server for everything that is followed: attributes by how they tell of a new value.

    python event_server.py INSTANCE

Nothing changes by itself but `periodic`: a test writes, or calls a command, and knows what comes.
"""

import enum
import threading
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from tango import AttrQuality, AttrWriteType, DevFailed, DevState, Except, TimeVal
from tango.server import Device, attribute, command, run

BLOCK_S = 3.0
PERIODIC_MS = 50
MAX_POINTS = 1 << 20
MAX_PIXELS = 2048
SCRIPT = "<script>document.title = 'executed'</script><b onclick=\"alert('x')\">&amp;"
"""What must be shown as it stands: in names, units, descriptions, values and errors."""

PUSHED = ("pushed", "pushed_text", "pushed_spectrum", "pushed_image", "pushed_mode", "flooded")


class Mode(enum.IntEnum):
    """What the device is set to."""

    OFF = 0
    STANDBY = 1
    RUNNING = 2


class Event(Device):
    """Pushed by code, periodic only, without events; failing, blocking, flooding, huge, hostile."""

    def init_device(self) -> None:
        """Start with zeros, and nothing pushed."""
        super().init_device()
        self._pushed: dict[str, Any] = {
            "pushed": 0.0,
            "pushed_text": "",
            "pushed_spectrum": np.zeros(0),
            "pushed_image": np.zeros((0, 0), np.uint16),
            "pushed_mode": Mode.OFF,
            "flooded": 0.0,
        }
        self._quality = AttrQuality.ATTR_VALID
        self._polled = 0.0
        self._failing = True
        self._huge = 1 << 20
        self._spectrum: npt.NDArray[np.float64] = np.zeros(256)
        self._image: npt.NDArray[np.uint16] = np.zeros((16, 24), np.uint16)
        self._reads = 0
        self._stop_flood = threading.Event()
        for name in PUSHED:
            self.set_change_event(name, True, False)
        self.set_state(DevState.ON)
        self.set_status(SCRIPT)

    def delete_device(self) -> None:
        """End a flood."""
        self._stop_flood.set()
        super().delete_device()

    # --- pushed by code: a change event at each write ---------------------------------------------

    def _push(self, name: str, value: Any) -> None:
        self._pushed[name] = value
        self.push_change_event(name, value)

    @attribute(
        dtype=float,
        access=AttrWriteType.READ_WRITE,
        unit="mm",
        format="%8.3f",
        label="Gap",
        doc="Pushed when it is written",
        min_alarm=-100,
        max_alarm=100,
        min_value=-1000,
        max_value=1000,
    )
    def pushed(self) -> float:
        """What was written."""
        value: float = self._pushed["pushed"]
        return value

    @pushed.write
    def set_pushed(self, value: float) -> None:
        """Take any value, and tell."""
        self._push("pushed", value)

    @attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    def pushed_text(self) -> str:
        """What was written."""
        text: str = self._pushed["pushed_text"]
        return text

    @pushed_text.write
    def set_pushed_text(self, value: str) -> None:
        """Take any text, and tell."""
        self._push("pushed_text", value)

    @attribute(dtype=(float,), max_dim_x=MAX_POINTS, access=AttrWriteType.READ_WRITE, unit="mV")
    def pushed_spectrum(self) -> npt.NDArray[np.float64]:
        """What was written."""
        values: npt.NDArray[np.float64] = self._pushed["pushed_spectrum"]
        return values

    @pushed_spectrum.write
    def set_pushed_spectrum(self, values: npt.NDArray[np.float64]) -> None:
        """Take any values, and tell."""
        self._push("pushed_spectrum", values)

    @attribute(
        dtype=((np.uint16,),),
        max_dim_x=MAX_PIXELS,
        max_dim_y=MAX_PIXELS,
        access=AttrWriteType.READ_WRITE,
    )
    def pushed_image(self) -> npt.NDArray[np.uint16]:
        """What was written."""
        pixels: npt.NDArray[np.uint16] = self._pushed["pushed_image"]
        return pixels

    @pushed_image.write
    def set_pushed_image(self, pixels: npt.NDArray[np.uint16]) -> None:
        """Take any picture, and tell."""
        self._push("pushed_image", pixels)

    @attribute(dtype=Mode, access=AttrWriteType.READ_WRITE)
    def pushed_mode(self) -> Mode:
        """What was written."""
        mode: Mode = self._pushed["pushed_mode"]
        return mode

    @pushed_mode.write
    def set_pushed_mode(self, value: int) -> None:
        """Take any mode, and tell."""
        self._push("pushed_mode", Mode(value))

    @command
    def push_error(self, description: str) -> None:
        """Have `pushed` send an error event."""
        try:
            Except.throw_exception("Test_Pushed", description, "Event.push_error")
        except DevFailed as error:
            self.push_change_event("pushed", error)

    @command
    def push_silence(self) -> None:
        """Have `pushed` send the error that Tango gives when events do not get through."""
        try:
            Except.throw_exception("API_EventTimeout", "No heartbeat came", "Event.push_silence")
        except DevFailed as error:
            self.push_change_event("pushed", error)

    @command
    def push_quality(self, quality: str) -> None:
        """Have `pushed` send its value with a quality: VALID, ALARM, WARNING, CHANGING, INVALID."""
        chosen = getattr(AttrQuality, f"ATTR_{quality}")
        self.push_change_event("pushed", self._pushed["pushed"], time.time(), chosen)

    @command
    def push_aged(self, age_s: float) -> None:
        """Have `pushed` send the value -1 with a time that is so many seconds ago."""
        moment = TimeVal(time.time() - age_s).totime()
        self.push_change_event("pushed", -1.0, moment, AttrQuality.ATTR_VALID)

    @attribute(dtype=float, doc="Counts the events of a flood")
    def flooded(self) -> float:
        """The number of the last event."""
        count: float = self._pushed["flooded"]
        return count

    @command(dtype_in=(float,), doc_in="events, events per second (0: as fast as it goes)")
    def flood(self, argument: npt.NDArray[np.float64]) -> None:
        """Push so many change events of `flooded`, in a thread; returns at once."""
        self._stop_flood.clear()
        count, rate_hz = int(argument[0]), float(argument[1])
        threading.Thread(target=self._flood, args=(count, rate_hz), daemon=True).start()

    @command
    def end_flood(self) -> None:
        """End a flood before its last event."""
        self._stop_flood.set()

    def _flood(self, count: int, rate_hz: float) -> None:
        start = time.monotonic()
        for number in range(1, count + 1):
            if self._stop_flood.is_set():
                return
            self._push("flooded", float(number))
            if rate_hz:
                time.sleep(max(0.0, start + number / rate_hz - time.monotonic()))

    # --- without pushed events --------------------------------------------------------------------

    @attribute(dtype=float, polling_period=PERIODIC_MS, period=PERIODIC_MS, unit="s")
    def periodic(self) -> float:
        """A number that grows at each reading; the server polls it: periodic events, no others."""
        self._polled += 1.0
        return self._polled

    @attribute(dtype=float, access=AttrWriteType.READ_WRITE, memorized=False)
    def silent(self) -> float:
        """What was written; no events."""
        self._reads += 1
        return self._pushed.get("silent", 0.0)  # type: ignore[no-any-return]

    @silent.write
    def set_silent(self, value: float) -> None:
        """Take any value, and tell nobody."""
        self._pushed["silent"] = value

    @attribute(dtype=int)
    def reads(self) -> int:
        """How often `silent` has been read."""
        return self._reads

    @attribute(dtype=float)
    def failing(self) -> float:
        """Raise `DevFailed`, hostile text included, until `fail` says no."""
        if self._failing:
            Except.throw_exception(f"Test_Failed {SCRIPT}", f"Always: {SCRIPT}", f"at {SCRIPT}")
        return 1.0

    @command
    def fail(self, on: bool) -> None:
        """Say whether `failing` fails."""
        self._failing = on

    @attribute(dtype=float)
    def blocking(self) -> float:
        """Take 3 s, in which the device does nothing else."""
        time.sleep(BLOCK_S)
        return BLOCK_S

    # --- values that are hard to show -------------------------------------------------------------

    @attribute(dtype=(float,), max_dim_x=MAX_POINTS, access=AttrWriteType.READ_WRITE)
    def spectrum(self) -> npt.NDArray[np.float64]:
        """What was written."""
        return self._spectrum

    @spectrum.write
    def set_spectrum(self, values: npt.NDArray[np.float64]) -> None:
        """Take any values."""
        self._spectrum = values

    @attribute(
        dtype=((np.uint16,),),
        max_dim_x=MAX_PIXELS,
        max_dim_y=MAX_PIXELS,
        access=AttrWriteType.READ_WRITE,
    )
    def image(self) -> npt.NDArray[np.uint16]:
        """What was written."""
        return self._image

    @image.write
    def set_image(self, pixels: npt.NDArray[np.uint16]) -> None:
        """Take any picture."""
        self._image = pixels

    @attribute(dtype=float)
    def not_a_number(self) -> float:
        """NaN."""
        return float("nan")

    @attribute(dtype=float)
    def infinite(self) -> float:
        """Minus infinity."""
        return float("-inf")

    @attribute(dtype=(float,), max_dim_x=16)
    def odd_numbers(self) -> npt.NDArray[np.float64]:
        """NaN and both infinities among numbers."""
        return np.array([np.nan, 1.0, np.inf, -np.inf, 2.0, np.nan])

    @attribute(dtype=(float,), max_dim_x=16)
    def no_numbers(self) -> npt.NDArray[np.float64]:
        """An empty spectrum."""
        return np.zeros(0)

    @attribute(dtype=((float,),), max_dim_x=16, max_dim_y=16)
    def no_picture(self) -> npt.NDArray[np.float64]:
        """An empty image."""
        return np.zeros((0, 0))

    @attribute(dtype=((float,),), max_dim_x=16, max_dim_y=16)
    def odd_picture(self) -> npt.NDArray[np.float64]:
        """An image with NaN and infinities."""
        return np.array([[np.nan, 1.0, np.inf], [-np.inf, 2.0, 3.0]])

    @attribute(dtype=str)
    def huge_text(self) -> str:
        """A million characters."""
        return "x" * self._huge

    @attribute(dtype=str, label=SCRIPT, unit=SCRIPT, doc=SCRIPT, format=SCRIPT)
    def hostile(self) -> str:
        """Text that would run if it were taken for HTML."""
        return SCRIPT

    @attribute(dtype=(str,), max_dim_x=16)
    def hostile_texts(self) -> list[str]:
        """The same in a spectrum."""
        return [SCRIPT, "", "\x00\x1b[31mred\x1b[0m", "\xe9\xfc", "two\nlines"]

    @attribute(dtype=bool)
    def lamp(self) -> bool:
        """True."""
        return True

    @attribute(dtype=(bool,), max_dim_x=16)
    def lamps(self) -> list[bool]:
        """Three lamps."""
        return [True, False, True]

    @attribute(dtype=Mode)
    def mode(self) -> Mode:
        """An enumeration."""
        return Mode.RUNNING


if __name__ == "__main__":
    run((Event,))
