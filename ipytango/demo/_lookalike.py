"""A look-alike of TangoTest in Python, for machines where the C++ one is not installed.

Run it as `python -m ipytango.demo._lookalike INSTANCE`; it is then the server `TangoTest/INSTANCE`.
Its interface is that of TangoTest 9.5.0, made from `tangotest.json`: all 69 attributes with their
types, dimensions, labels, formats and limits, and 27 of the 30 commands. Its values look alike:

* numbers that change get a new value every `Sleep_period` milliseconds (a device property, 2000 by
  default): `double_scalar` is 256 times the sine of an angle that grows by a degree each time,
  other numbers are at random between 0 and 255;
* a number that is read and written goes on changing after a write (the write is in its set value);
  strings, booleans, spectra and images show what was written;
* `wave` is a sine whose amplitude is `ampli`, images of numbers are a noisy spot.

What is different, because PyTango 10 cannot do it: `double_scalar_rww`, `long_scalar_rww` and
`short_scalar_rww` are READ_WRITE, not READ_WITH_WRITE, as an attribute's associated attribute
cannot be named. What is left out: the commands that crash the server or dump its threads
(`CrashFromDevelopperThread`, `CrashFromOmniThread`, `DumpExecutionState`).
`freq` is accepted and has no effect.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tango
from tango.server import Device, attribute, command, device_property, run

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[Any], Any]
    Write = Callable[[Any, Any], None]

UNDOCUMENTED = "Uninitialised"  # Tango's word for it
INTERFACE = Path(__file__).with_name("tangotest.json")
SPECTRUM_SIZE = 256
IMAGE_SIZE = 251
AMPLITUDE = 256.0
SPOT_CENTRE = (145, 125)
SPOT_WIDTH = 20.0
SPOT_HEIGHT = 30.0

STILL = frozenset(
    {"boolean_scalar", "float_scalar", "string_scalar", "uchar_scalar", "ushort_scalar"}
)
"""Scalars that are read and written, and do not change by themselves."""

NUMPY_TYPES = {
    "DevBoolean": "bool",
    "DevDouble": "float64",
    "DevEnum": "int16",
    "DevFloat": "float32",
    "DevLong": "int32",
    "DevLong64": "int64",
    "DevShort": "int16",
    "DevUChar": "uint8",
    "DevULong": "uint32",
    "DevULong64": "uint64",
    "DevUShort": "uint16",
}


class LookAlike(Device):
    """What the attributes and commands of the look-alike have in common."""

    Sleep_period = device_property(
        dtype=int, default_value=2000, doc="Time between new values in ms"
    )

    def init_device(self) -> None:
        """Start again from the values that nobody has written."""
        super().init_device()
        self._start = time.monotonic()
        self._written: dict[str, Any] = {}
        self._switch_to(tango.DevState.RUNNING)

    def tick(self) -> int:
        """Count the new values so far: a value depends on this and on its attribute's name only."""
        return int((time.monotonic() - self._start) * 1000 / max(self.Sleep_period, 1)) + 1

    def random(self, name: str) -> np.random.Generator:
        """Give the attribute's own randomness for this tick."""
        return np.random.default_rng((zlib.crc32(name.encode()), self.tick()))

    def written(self, name: str, default: Any) -> Any:
        """Give what was written last."""
        return self._written.get(name, default)

    def write(self, name: str, value: Any) -> None:
        """Take what is written, for those who read it back."""
        self._written[name] = value

    def _switch_to(self, state: tango.DevState) -> None:
        self.set_state(state)
        self.set_status(f"The device is in {state} state.")

    @command(doc_in=UNDOCUMENTED, doc_out=UNDOCUMENTED)
    def SwitchStates(self) -> None:  # noqa: N802 - TangoTest's name
        """Go from RUNNING to FAULT, or back. FAULT hinders nothing."""
        running = self.get_state() == tango.DevState.RUNNING
        self._switch_to(tango.DevState.FAULT if running else tango.DevState.RUNNING)


def make_class(interface: dict[str, Any]) -> type[LookAlike]:
    """Make the device class with the attributes and commands that the interface lists."""
    members: dict[str, Any] = {"__doc__": "A look-alike of TangoTest."}
    for spec in interface["attributes"]:
        members[spec["name"]] = make_attribute(spec)
    for spec in interface["commands"]:
        if spec["name"] != "SwitchStates":
            members[spec["name"]] = make_echo(spec)
    metaclass: Any = type(LookAlike)
    made: type[LookAlike] = metaclass("TangoTest", (LookAlike,), members)
    return made


def make_attribute(spec: dict[str, Any]) -> attribute:
    """Make one attribute from its description."""
    name, access = spec["name"], spec["access"].replace("READ_WITH_WRITE", "READ_WRITE")
    options = {
        key: spec[ours]
        for key, ours in {
            "label": "label",
            "format": "display_format",
            "min_value": "min_value",
            "max_value": "max_value",
            "enum_labels": "enum_labels",
        }.items()
        if ours in spec
    }
    return attribute(
        name=name,
        dtype=getattr(tango.CmdArgType, spec["type"]),
        dformat=getattr(tango.AttrDataFormat, spec["format"]),
        access=getattr(tango.AttrWriteType, access),
        max_dim_x=spec.get("max_dim_x", 1),
        max_dim_y=spec.get("max_dim_y", 0),
        fget=reader(spec) if access != "WRITE" else None,
        fset=writer(name) if access != "READ" else None,
        # PyTango would take the docstring of the function.
        doc=spec.get("description", "No description"),
        **options,
    )


def writer(name: str) -> Write:
    """Make the function that writes the attribute."""

    def write(device: LookAlike, value: Any) -> None:
        device.write(name, value)

    return write


def reader(spec: dict[str, Any]) -> Read:
    """Make the function that reads the attribute."""
    name, kind = spec["name"], spec["type"]
    special = {
        "double_scalar": sine,
        "double_scalar_rww": sine,
        "no_value": fail_without_value,
        "throw_exception": fail_on_request,
        "wave": wave,
    }
    if name in special:
        return special[name]
    if spec["format"] == "SCALAR":
        return scalar_reader(name, kind, len(spec.get("enum_labels", ())))
    shape = (SPECTRUM_SIZE,) if spec["format"] == "SPECTRUM" else (IMAGE_SIZE, IMAGE_SIZE)
    if spec["access"] == "READ_WRITE":
        return array_reader(name, blank(kind, shape))
    if kind == "DevString":
        return lambda device: greetings(device.random(name), len(shape))
    highest = {"DevBoolean": 2, "DevEnum": len(spec.get("enum_labels", ()))}.get(kind, 256)
    if len(shape) == 1 or highest < 256 or name in {"uchar_image_ro", "ushort_image_ro"}:
        return lambda device: (
            device.random(name).integers(0, highest, shape).astype(NUMPY_TYPES[kind])
        )
    return lambda device: spot(device.random(name)).astype(NUMPY_TYPES[kind])


def scalar_reader(name: str, kind: str, labels: int) -> Read:
    """Make the function that reads a scalar: one that stands still, or one at random."""
    if name not in STILL:
        return lambda device: int(device.random(name).integers(0, labels or 256))
    if kind in {"DevBoolean", "DevString"}:
        first = {"DevBoolean": True, "DevString": "Default string"}[kind]
        return lambda device: device.written(name, first)
    return lambda _: 0


def array_reader(name: str, first: Any) -> Read:
    """Make the function that reads back what was written, at first `first`."""
    return lambda device: device.written(name, first)


def blank(kind: str, shape: tuple[int, ...]) -> Any:
    """Give an array of zeros, or of empty strings."""
    if kind == "DevString":
        return np.full(shape, "").tolist()
    return np.zeros(shape, NUMPY_TYPES[kind])


def sine(device: LookAlike) -> float:
    """Give a sine of one degree per tick."""
    return float(AMPLITUDE * np.sin(np.radians(device.tick())))


def wave(device: LookAlike) -> Any:
    """Give a sine over 256 degrees, moving by one degree per tick."""
    return device.written("ampli", 1.0) * np.sin(
        np.radians(device.tick() + np.arange(SPECTRUM_SIZE))
    )


def spot(random: np.random.Generator) -> Any:
    """Give the image of a spot with noise on it."""
    y, x = np.ogrid[:IMAGE_SIZE, :IMAGE_SIZE]
    distance = np.hypot(y - SPOT_CENTRE[0], x - SPOT_CENTRE[1]) / SPOT_WIDTH
    bright = SPOT_HEIGHT * np.exp(-(distance**2) / 2)
    return np.floor(bright * random.uniform(0.8, 1.2, bright.shape))


def greetings(random: np.random.Generator, dimensions: int) -> Any:
    """Give a spectrum or an image of different strings."""
    if dimensions == 1:
        numbers = random.integers(0, 256, SPECTRUM_SIZE)
        return [f"[{x:02}]::hello-world-{n:04}" for x, n in enumerate(numbers)]
    rows = random.integers(0, 256, (IMAGE_SIZE, IMAGE_SIZE))
    return [
        [f"[{x:02}][{y:02}]::hello world::{n:04}" for x, n in enumerate(row)]
        for y, row in enumerate(rows)
    ]


def fail_without_value(_: LookAlike) -> None:
    """Fail as an attribute does whose server forgot to set its value."""
    tango.Except.throw_exception(
        "API_AttrValueNotSet",
        "Read value for attribute no_value has not been updated",
        "TangoTest.read_no_value",
    )


def fail_on_request(_: LookAlike) -> None:
    """Fail, which is all that this attribute is for."""
    tango.Except.throw_exception(
        "exception test", "here is the exception you requested", "TangoTest::read_throw_exception"
    )


def make_echo(spec: dict[str, Any]) -> Any:
    """Make a command that gives back what it is given."""
    name = spec["name"]
    documentation = {
        "doc_in": spec.get("description_in", UNDOCUMENTED),
        "doc_out": spec.get("description_out", UNDOCUMENTED),
    }
    if spec["type_in"] == "DevVoid":

        def nothing(_: LookAlike) -> None:
            pass

        nothing.__name__ = name
        return command(nothing, **documentation)

    def echo(_: LookAlike, value: Any) -> Any:
        return value

    echo.__name__ = name
    kind = getattr(tango.CmdArgType, spec["type_in"])
    return command(echo, dtype_in=kind, dtype_out=kind, **documentation)


def main() -> None:
    """Run the server with the arguments of the command line, under TangoTest's name."""
    interface = json.loads(INTERFACE.read_text())
    run((make_class(interface),), args=["TangoTest", *sys.argv[1:]])


if __name__ == "__main__":
    main()
