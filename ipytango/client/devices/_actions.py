"""What can be done to a device: checked first, and known as the Python line that does it."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any

import tango

from ...errors import ValueTextError
from .._readings import AttributeFacts
from ..snapshots import CommandFacts
from ..writing import (
    call_text,
    field_of_attribute,
    field_of_command,
    lines_of,
    parse_value,
    value_text,
)
from ._names import DeviceName
from ._settings import ATTRIBUTE_SETTINGS

__all__ = [
    "Action",
    "carry_out",
    "class_property_action",
    "command_action",
    "delete_class_property_action",
    "delete_property_action",
    "plot_action",
    "plot_line",
    "polling_action",
    "property_action",
    "read_line",
    "setting_action",
    "write_action",
]

_TEXTS = 6
"""The first of `ATTRIBUTE_SETTINGS` are texts; all others are numbers."""

LONGEST_SAID = 120
UNSET = "Not specified"


@dataclasses.dataclass(frozen=True)
class Action:
    """One thing to do to a device."""

    said: str
    """As a person says it: ``ampli = 2.5 V``."""

    line: str
    """The Python line that does the same, anywhere."""

    subject: str
    """What it is done to; actions on the same subject keep their order."""

    work: Callable[[Any], Any]
    """Does it with a proxy. Blocks; raises `tango.DevFailed`."""

    changes_settings: bool = False


def carry_out(device: str, action: Action, may_begin: Callable[[], bool] = lambda: True) -> Any:
    """Do it; returns what a command gives. Blocks; raises `tango.DevFailed`.

    `may_begin` is asked last of all: reaching the device may have taken long.
    """
    proxy = tango.DeviceProxy(device)
    return action.work(proxy) if may_begin() else None


def read_line(device: DeviceName, attribute: str) -> str:
    """Return the Python line that reads an attribute."""
    return call_text(device.source, "read_attribute", attribute)


def plot_line(device: DeviceName, attribute: str) -> str:
    """Return the Python line that plots an attribute."""
    return f"ipytango.plot({DeviceName(device.source).attribute(attribute)!r})"


def plot_action(device: DeviceName, attribute: str) -> Action:
    """Say what a plot of an attribute is; the device has nothing to do for it."""
    return Action(
        said=f"plot of {attribute}",
        line=plot_line(device, attribute),
        subject=f"attribute {attribute}",
        work=lambda _: None,
    )


def write_action(device: DeviceName, facts: AttributeFacts, text: str) -> Action:
    """Prepare to write what was typed; an empty array is ``[]``. Raises `ValueTextError`."""
    field = field_of_attribute(facts)
    if not facts.writable:
        raise ValueTextError(f"{facts.name} is read-only: its device lets nobody write it.")
    if field.shape != "SCALAR" and not text.strip():  # Enter in a field that nobody has filled
        raise ValueTextError(
            f"{facts.name}: nothing was given. It takes {field.expected}; [] stands for none."
        )
    value = parse_value(field, text)
    shown, note = value_text(value), ""
    if facts.enum_labels and isinstance(value, int):  # a state is one too, and says its own name
        shown = facts.enum_labels[value]
        note = f"  # {shown}" if shown.isprintable() else ""
    return Action(
        said=_short(f"{facts.name} = {shown}") + (f" {facts.unit}" if facts.unit else ""),
        line=call_text(device.source, "write_attribute", facts.name, value) + note,
        subject=f"attribute {facts.name}",
        work=operator.methodcaller("write_attribute", facts.name, value),
    )


def command_action(device: DeviceName, facts: CommandFacts, text: str) -> Action:
    """Prepare to run a command with what was typed. Raises `ValueTextError`."""
    field = field_of_command(facts)
    value = parse_value(field, text)
    arguments = () if field.shape == "NONE" else (value,)
    return Action(
        said=_short(f"{facts.name}({', '.join(map(value_text, arguments))})"),
        line=call_text(device.source, "command_inout", facts.name, *arguments),
        subject=f"command {facts.name}",
        work=operator.methodcaller("command_inout", facts.name, *arguments),
    )


def setting_action(device: DeviceName, attribute: str, key: str, text: str) -> Action:
    """Prepare to set one of `ATTRIBUTE_SETTINGS`; an empty text unsets it.

    Raises `ValueTextError`.
    """
    if key not in ATTRIBUTE_SETTINGS:
        raise ValueTextError(f"{key!r} is no setting; they are {', '.join(ATTRIBUTE_SETTINGS)}.")
    if not device.has_database:
        raise ValueTextError(
            f"{attribute}: {ATTRIBUTE_SETTINGS[key]} is not set, as a device without a database "
            "cannot keep it (and a server in C++ may end over it). Set it in the server's code."
        )
    given = text if list(ATTRIBUTE_SETTINGS).index(key) < _TEXTS else _numbers(attribute, key, text)

    def work(proxy: Any) -> None:
        config = proxy.get_attribute_config(attribute)
        *way, last = key.split(".")
        setattr(operator.attrgetter(".".join(way))(config) if way else config, last, given or UNSET)
        proxy.set_attribute_config(config)

    return Action(
        said=_short(f"{attribute}: {ATTRIBUTE_SETTINGS[key]} = {text.strip() or 'not set'}"),
        line=(
            f"dev = tango.DeviceProxy({device.source!r}); "
            f"config = dev.get_attribute_config({attribute!r}); "
            f"config.{key} = {given or UNSET!r}; dev.set_attribute_config(config)"
        ),
        subject=f"settings of {attribute}",
        work=work,
        changes_settings=True,
    )


def _numbers(attribute: str, key: str, text: str) -> str:
    """Check a limit, or the two of a change: down, up."""
    for number in filter(None, map(str.strip, text.split(","))):
        try:
            float(number)
        except ValueError:
            raise ValueTextError(
                f"{attribute}: {ATTRIBUTE_SETTINGS[key]} is a number, or nothing to unset it; "
                f"{text!r} is none."
            ) from None
    return text.strip()


def polling_action(device: DeviceName, kind: str, name: str, text: str) -> Action:
    """Prepare to have an ``attribute`` or ``command`` polled; 0 or nothing stops it.

    Raises `ValueTextError` for what is no number of milliseconds.
    """
    word = text.strip() or "0"
    if kind not in ("attribute", "command") or not word.isdecimal():
        raise ValueTextError(
            f"{name}: polling takes a period in milliseconds, or nothing to stop it; not {text!r}."
        )
    period = int(word)
    call: tuple[Any, ...] = (f"poll_{kind}", name, period)
    if not period:
        call = (f"stop_poll_{kind}", name)
    return Action(
        said=f"{name}: polled every {period} ms" if period else f"{name}: not polled",
        line=call_text(device.source, *call),
        subject=f"settings of {name}",
        work=operator.methodcaller(*call),
        changes_settings=True,
    )


def property_action(device: DeviceName, name: str, text: str) -> Action:
    """Prepare to set a property to the lines of `text`. Raises `ValueTextError` without a name."""
    if not name.strip():
        raise ValueTextError("A property needs a name: give one.")
    lines = lines_of(text)
    values = {name.strip(): lines}
    return Action(
        said=_short(f"property {name.strip()} = {value_text(lines)}"),
        line=call_text(device.source, "put_property", values),
        subject="properties",
        work=operator.methodcaller("put_property", values),
        changes_settings=True,
    )


def delete_property_action(device: DeviceName, name: str) -> Action:
    """Prepare to delete a property."""
    return Action(
        said=_short(f"property {name} deleted"),
        line=call_text(device.source, "delete_property", name),
        subject="properties",
        work=operator.methodcaller("delete_property", name),
        changes_settings=True,
    )


def class_property_action(device: DeviceName, class_name: str, name: str, text: str) -> Action:
    """Prepare to set a property of a device's class, so of all its devices, to the lines of `text`.

    Raises `ValueTextError` without a name, or a database.
    """
    if not name.strip():
        raise ValueTextError(f"A property of the class {class_name} needs a name: give one.")
    lines = lines_of(text)
    return _class_action(
        *(device, class_name, "put_class_property", {name.strip(): lines}),
        said=f"property {name.strip()} of all {class_name} = {value_text(lines)}",
    )


def delete_class_property_action(device: DeviceName, class_name: str, name: str) -> Action:
    """Prepare to delete a property of a device's class. Raises `ValueTextError`."""
    return _class_action(
        *(device, class_name, "delete_class_property", name),
        said=f"property {name} of all {class_name} deleted",
    )


def _class_action(
    device: DeviceName, class_name: str, method: str, argument: Any, *, said: str
) -> Action:
    """Prepare a change in the database that the device is defined in."""
    if not device.has_database:
        raise ValueTextError(
            f"{device.plain} has no database that could keep properties of its class."
        )
    change = operator.methodcaller(method, class_name, argument)
    return Action(
        said=_short(said),
        line=(
            f"tango.DeviceProxy({device.source!r}).get_device_db()"
            f".{method}({class_name!r}, {value_text(argument)})"
        ),
        subject="properties",
        work=lambda proxy: change(proxy.get_device_db()),
        changes_settings=True,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
