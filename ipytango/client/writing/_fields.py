"""What can be typed for an attribute or a command's argument: its type, shape and limits."""

from __future__ import annotations

import dataclasses

import tango

from .._readings import AttributeFacts
from ..snapshots import CommandFacts

__all__ = ["FLOATS", "INTEGERS", "ValueField", "field_of_attribute", "field_of_command"]

INTEGERS = {
    "DevUChar": (0, 2**8 - 1),
    "DevShort": (-(2**15), 2**15 - 1),
    "DevUShort": (0, 2**16 - 1),
    "DevLong": (-(2**31), 2**31 - 1),
    "DevULong": (0, 2**32 - 1),
    "DevLong64": (-(2**63), 2**63 - 1),
    "DevULong64": (0, 2**64 - 1),
}
"""The whole numbers that each type holds."""

FLOATS = {"DevFloat": 3.4028235677973366e38, "DevDouble": float("inf")}
"""The greatest number of each type that is none of `INTEGERS`."""

_TEXTS = {"ConstDevString": "DevString", "DevInt": "DevLong"}
_STATES = tuple(tango.DevState.names)


@dataclasses.dataclass(frozen=True)
class ValueField:
    """What a value has to be, as far as the device's metadata tells."""

    what: str
    """What it is for, as errors name it: the attribute, or a command's argument."""

    data_type: str
    """Of one element: ``DevDouble``, ``DevString``, ``DevEnum``..."""

    shape: str = "SCALAR"
    """``NONE``, ``SCALAR``, ``SPECTRUM``, ``IMAGE``, or ``PAIR``: numbers, then texts."""

    unit: str = ""
    labels: tuple[str, ...] = ()
    """What can be chosen from: an enumeration's labels, in order of its numbers, or states."""

    min_value: float | None = None
    max_value: float | None = None
    max_x: int | None = None
    """Elements of a spectrum, or of an image's row, at most; None where nobody says."""

    max_y: int | None = None
    """Rows of an image at most."""

    @property
    def kind(self) -> str:
        """What it is typed in: number, choice, boolean, text, array; none for nothing."""
        if self.shape == "NONE":
            return "none"
        if self.shape != "SCALAR":
            return "array"
        if self.data_type == "DevBoolean":
            return "boolean"
        if self.labels:
            return "choice"
        is_number = self.data_type in INTEGERS or self.data_type in FLOATS
        return "number" if is_number or self.data_type == "DevEnum" else "text"

    @property
    def element(self) -> str:
        """What one element has to be, in words: ``a number from 0 to 10 A``."""
        if self.data_type == "DevBoolean":
            return "true or false"
        if self.labels:
            return f"one of {', '.join(self.labels)}"
        if self.data_type == "DevString":
            return "a text"
        if self.data_type == "DevEncoded":
            return "a format and bytes, as in ('RAW8', b'\\x00\\x01')"
        whole = self.data_type not in FLOATS
        noun = "a whole number" if whole else "a number"
        return f"{noun}{self._range(whole=whole)}{f' {self.unit}' if self.unit else ''}"

    @property
    def expected(self) -> str:
        """What it takes as a whole, in words."""
        if self.shape == "NONE":
            return "nothing"
        if self.shape == "PAIR":
            return f"numbers in the first line ({self.element} each), then a text in each line"
        if self.shape == "SPECTRUM":
            return f"{_at_most(self.max_x)}values, each {self.element}"
        if self.shape == "IMAGE":
            size = f" of up to {self.max_y} x {self.max_x}" if self.max_x and self.max_y else ""
            return f"rows and columns{size} of values, each {self.element}"
        return self.element

    def _range(self, *, whole: bool) -> str:
        low, high = self.min_value, self.max_value
        if whole:
            least, most = INTEGERS.get(self.data_type, (0, 2**15 - 1))
            low = least if low is None else max(low, least)
            high = most if high is None else min(high, most)
        if low is None and high is None:
            return ""
        if low is None or high is None:
            return f" of {high:.15g} at most" if low is None else f" of {low:.15g} at least"
        return f" from {_plain(low)} to {_plain(high)}"


def field_of_attribute(facts: AttributeFacts) -> ValueField:
    """Say what can be written to an attribute."""
    return ValueField(
        what=facts.name,
        data_type=facts.data_type,
        shape=facts.data_format,
        unit=facts.unit,
        labels=_STATES if facts.data_type == "DevState" else facts.enum_labels,
        min_value=facts.min_value,
        max_value=facts.max_value,
        max_x=facts.max_dim_x if facts.data_format != "SCALAR" else None,
        max_y=facts.max_dim_y if facts.data_format == "IMAGE" else None,
    )


def field_of_command(facts: CommandFacts) -> ValueField:
    """Say what a command takes."""
    what, kind = f"the argument of {facts.name}", facts.in_type
    if kind == "DevVoid":
        return ValueField(what, kind, "NONE")
    if kind in ("DevVarLongStringArray", "DevVarDoubleStringArray"):
        return ValueField(what, kind.replace("Var", "").replace("StringArray", ""), "PAIR")
    if kind.startswith("DevVar"):
        element = "Dev" + kind.removeprefix("DevVar").removesuffix("Array").replace("Char", "UChar")
        return ValueField(what, element, "SPECTRUM", labels=_labels(element))
    element = _TEXTS.get(kind, kind)
    return ValueField(what, element, labels=_labels(element))


def _labels(element: str) -> tuple[str, ...]:
    return _STATES if element == "DevState" else ()


def _at_most(count: int | None) -> str:
    return f"up to {count} " if count is not None else ""


def _plain(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.15g}"
