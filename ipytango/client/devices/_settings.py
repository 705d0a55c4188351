"""How a device is set up: properties, polling, and each attribute's limits, alarms and events."""

from __future__ import annotations

import dataclasses
import operator

import tango

from .._polling import polled_in
from .._readings import Failure, failure_of
from ._properties import DeviceProperties, properties_of

__all__ = [
    "ATTRIBUTE_SETTINGS",
    "AttributeSettings",
    "DeviceSettings",
    "read_setting",
    "settings_of",
]

ATTRIBUTE_SETTINGS = {
    "label": "label",
    "description": "description",
    "unit": "unit",
    "display_unit": "display unit",
    "standard_unit": "standard unit",
    "format": "format",
    "min_value": "min value",
    "max_value": "max value",
    "alarms.min_alarm": "min alarm",
    "alarms.min_warning": "min warning",
    "alarms.max_warning": "max warning",
    "alarms.max_alarm": "max alarm",
    "alarms.delta_val": "delta value",
    "alarms.delta_t": "delta t / ms",
    "events.ch_event.abs_change": "absolute change",
    "events.ch_event.rel_change": "relative change / %",
    "events.per_event.period": "event period / ms",
    "events.arch_event.archive_abs_change": "archive absolute change",
    "events.arch_event.archive_rel_change": "archive relative change / %",
    "events.arch_event.archive_period": "archive period / ms",
}
"""What of an attribute can be set, by its place in PyTango's configuration, as people say it."""

_UNSET = {
    *("Not specified", "No description", "No unit", "No standard unit", "No display unit"),
    *("None", "NONE", "NOT_KNOWN", "Uninitialised"),
}


@dataclasses.dataclass(frozen=True)
class AttributeSettings:
    """How one attribute is set up."""

    name: str
    texts: tuple[str, ...]
    """In the order of `ATTRIBUTE_SETTINGS`; empty where nothing is set."""

    polling_ms: int
    """0: it is not polled."""


@dataclasses.dataclass(frozen=True)
class DeviceSettings:
    """How a device is set up."""

    attributes: tuple[AttributeSettings, ...]
    polled_commands: tuple[tuple[str, int], ...]
    """With their periods in milliseconds."""

    properties: DeviceProperties | Failure
    """Or why they are not known."""


def settings_of(device: str) -> DeviceSettings:
    """Ask how a device is set up. Blocks; raises `tango.DevFailed`."""
    proxy = tango.DeviceProxy(device)
    polled = polled_in(proxy.polling_status())
    periods = {one.name.lower(): one.period_ms for one in polled if one.kind == "attribute"}
    attributes = tuple(
        AttributeSettings(
            str(config.name),
            tuple(read_setting(config, key) for key in ATTRIBUTE_SETTINGS),
            periods.get(str(config.name).lower(), 0),
        )
        for config in proxy.attribute_list_query_ex()
    )
    commands = tuple((one.name, one.period_ms) for one in polled if one.kind == "command")
    try:
        return DeviceSettings(attributes, commands, properties_of(proxy))
    except (tango.DevFailed, TypeError) as error:
        # A device without a database has none; of a database that is away the rest can be shown.
        return DeviceSettings(attributes, commands, failure_of(error))


def read_setting(config: tango.AttributeInfoEx, key: str) -> str:
    """Return one of `ATTRIBUTE_SETTINGS` as text; empty where it is not set."""
    text = str(operator.attrgetter(key)(config))
    return "" if text in _UNSET else text
