"""What a device said, as plain frozen values: no Tango object, so every room can use them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tango

__all__ = [
    "AttributeFacts",
    "Failure",
    "FailureLevel",
    "Reading",
    "facts_of",
    "failure_of",
    "is_tango_error",
    "reading_of",
    "time_of",
]


@dataclasses.dataclass(frozen=True)
class FailureLevel:
    """One level of a Tango error stack."""

    reason: str
    description: str
    origin: str
    severity: str
    """``WARN``, ``ERR`` or ``PANIC``."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """An error as a value: what a call, an event or a reading ended with."""

    kind: str
    """The error's class: ``DevFailed``, ``ConnectionFailed``, ``TimeoutError``..."""

    levels: tuple[FailureLevel, ...]
    """As Tango stacks them: first the cause, then one by one what failed because of it."""

    @property
    def reason(self) -> str:
        return self.levels[0].reason

    @property
    def description(self) -> str:
        return self.levels[0].description

    def __str__(self) -> str:
        return f"{self.reason}: {self.description}".rstrip().rstrip(":")


@dataclasses.dataclass(frozen=True)
class AttributeFacts:
    """What a device says of an attribute: the part of its configuration that displays use."""

    name: str
    label: str
    description: str
    unit: str
    """Empty where the device gives none."""

    format: str
    """How a value is written, in C's notation (``%6.2f``); empty where the device gives none."""

    data_type: str
    """``DevDouble``, ``DevState``, ``DevEnum``..."""

    data_format: str
    """``SCALAR``, ``SPECTRUM`` or ``IMAGE``."""

    writable: bool
    enum_labels: tuple[str, ...]
    max_dim_x: int
    max_dim_y: int
    min_value: float | None
    max_value: float | None
    min_warning: float | None
    max_warning: float | None
    min_alarm: float | None
    max_alarm: float | None


@dataclasses.dataclass(frozen=True)
class Reading:
    """The value of an attribute at one moment, or why there is none."""

    attribute: str
    """``domain/family/member/name``; the bare name where the device is not known."""

    value: Any
    """A Python scalar, a string, an array (spectrum ``(x,)``, image ``(y, x)``), or None.

    States are their names; an enumeration is its number (see `AttributeFacts.enum_labels`).
    """

    set_value: Any
    """What was last written, in the same form; None where the attribute is read only."""

    quality: str
    """``VALID``, ``INVALID``, ``ALARM``, ``CHANGING`` or ``WARNING``."""

    time_s: float
    """The device's time of the value, seconds since the epoch."""

    received_s: float
    """When it came here, seconds since the epoch."""

    data_type: str
    data_format: str
    failure: Failure | None = None
    source: str = "read"
    """How it came: ``read``, ``change`` or ``periodic`` (events), ``poll``."""


def is_tango_error(error: BaseException) -> bool:
    """Say whether an error is Tango's own: a `DevFailed` of any kind."""
    return isinstance(error, tango.DevFailed)


def failure_of(error: BaseException | Sequence[tango.DevError]) -> Failure:
    """Describe an error, or the error stack of an event or of a failed attribute."""
    stack = error.args if isinstance(error, tango.DevFailed) else error
    kind = type(error).__name__ if isinstance(error, BaseException) else "DevFailed"
    if isinstance(stack, BaseException) or not stack:
        return Failure(kind, (FailureLevel(kind, str(error), "", "ERR"),))
    return Failure(kind, tuple(_level_of(level) for level in stack))


def _level_of(level: Any) -> FailureLevel:
    if not isinstance(level, tango.DevError):
        return FailureLevel("DevFailed", str(level), "", "ERR")
    return FailureLevel(level.reason, level.desc, level.origin, level.severity.name)


def facts_of(config: tango.AttributeInfoEx | tango.AttributeInfo) -> AttributeFacts:
    """Take what displays use from an attribute's configuration; the older kind says less."""
    alarms = getattr(config, "alarms", None)
    return AttributeFacts(
        name=config.name,
        label=config.label,
        description="" if config.description == "No description" else config.description,
        unit="" if config.unit == "No unit" else config.unit,
        format="" if config.format == "Not specified" else config.format,
        data_type=_type_name(config.data_type),
        data_format=config.data_format.name,
        writable=config.writable != tango.AttrWriteType.READ,
        enum_labels=tuple(getattr(config, "enum_labels", ())),
        max_dim_x=config.max_dim_x,
        max_dim_y=config.max_dim_y,
        min_value=_limit(config.min_value),
        max_value=_limit(config.max_value),
        min_warning=_limit(getattr(alarms, "min_warning", "")),
        max_warning=_limit(getattr(alarms, "max_warning", "")),
        min_alarm=_limit((alarms or config).min_alarm),
        max_alarm=_limit((alarms or config).max_alarm),
    )


def reading_of(
    answer: tango.DeviceAttribute,
    attribute: str | None = None,
    *,
    source: str = "read",
    received_s: float | None = None,
) -> Reading:
    """Describe what a read or an event gave; `attribute` is the full name, where it is known.

    It is made for each event of a flood: PyTango's enumerations are slow to be asked for, and a
    frozen dataclass to be made as others are.
    """
    stack = answer.get_err_stack() if answer.has_failed else None
    if received_s is None:
        received_s = time.time()
    value, set_value = answer.value, answer.w_value
    data_type = _TYPES.get(answer.type) or _type_name(answer.type)
    if data_type == "DevState":
        value, set_value = _states(value), _states(set_value)
    else:
        value, set_value = _plain(value), _plain(set_value)
    reading = object.__new__(Reading)
    reading.__dict__.update(
        attribute=attribute or answer.name,
        value=value,
        set_value=set_value,
        quality=_QUALITIES[answer.quality],
        # With an error it is never set.
        time_s=received_s if stack else time_of(answer.time),
        received_s=received_s,
        data_type=data_type,
        data_format="SCALAR" if type(value) in _NUMBERS else _FORMATS[answer.data_format],
        failure=failure_of(stack) if stack else None,
        source=source,
    )
    return reading


def time_of(moment: tango.TimeVal) -> float:
    """Return a device's time in seconds since the epoch."""
    return float(moment.tv_sec + 1e-6 * moment.tv_usec + 1e-9 * moment.tv_nsec)


_QUALITIES = {quality: quality.name.removeprefix("ATTR_") for quality in tango.AttrQuality}
_FORMATS = {form: form.name for form in tango.AttrDataFormat}
_TYPES = {kind: kind.name for kind in tango.CmdArgType}
_NUMBERS = frozenset({bool, float, int})
_PLAIN = _NUMBERS | {str, type(None), np.ndarray}


def _type_name(data_type: Any) -> str:
    name = getattr(data_type, "name", None)
    return str(name if name is not None else tango.CmdArgType.values.get(data_type, data_type))


def _states(value: Any) -> Any:
    """Return the names of states: PyTango gives those of a spectrum or image as bare numbers."""
    if value is None:
        return None
    if isinstance(value, np.ndarray | tuple | list):
        return tuple(_states(element) for element in value)
    try:
        return tango.DevState(value).name
    except ValueError:
        return str(value)  # a number that is no state


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tango.DevState):
        return value.name
    if isinstance(value, tuple | list) and value and not isinstance(value[0], str | bytes):
        return type(value)(_plain(element) for element in value)
    return value


def _limit(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None  # "Not specified", or a limit that is not a number
