"""What a browser is told of a device's members and settings: bounded texts, as JSON."""

from __future__ import annotations

from typing import Any

from ...client import (
    ATTRIBUTE_SETTINGS,
    CommandFacts,
    ConfigSnapshot,
    DeviceInterface,
    DeviceSettings,
    ValueField,
    field_of_attribute,
    field_of_command,
)
from ...display import failure_levels, one_line

__all__ = ["attribute_told", "command_told", "settings_told"]

DESCRIPTION_CHARACTERS = 1000
UNIT_CHARACTERS = 24
MOST_LABELS = 1000


def attribute_told(config: ConfigSnapshot) -> dict[str, Any]:
    """Tell of an attribute, and of how it is written."""
    facts = config.facts
    label = facts.label if facts.label.lower() != facts.name.lower() else ""
    return {
        "name": facts.name,
        "group": facts.data_format.lower(),
        "label": one_line(label, DESCRIPTION_CHARACTERS),
        "description": one_line(facts.description, DESCRIPTION_CHARACTERS),
        "unit": one_line(facts.unit, UNIT_CHARACTERS),
        "type": facts.data_type,
        "access": config.access.lower().replace("_", " "),
        "expert": config.level == "EXPERT",
        "writable": facts.writable,
        "plottable": facts.data_type not in ("DevString", "DevEncoded"),
        "warning": _outside(facts.min_warning, facts.max_warning),
        "alarm": _outside(facts.min_alarm, facts.max_alarm),
        **_field_told(field_of_attribute(facts)),
    }


def command_told(facts: CommandFacts) -> dict[str, Any]:
    """Tell of a command, and of what it takes."""
    return {
        "name": facts.name,
        "expert": facts.level == "EXPERT",
        "takes": "" if facts.in_type == "DevVoid" else facts.in_type,
        "takesText": one_line(facts.in_description, DESCRIPTION_CHARACTERS),
        "gives": "" if facts.out_type == "DevVoid" else facts.out_type,
        "givesText": one_line(facts.out_description, DESCRIPTION_CHARACTERS),
        **_field_told(field_of_command(facts)),
    }


def _field_told(field: ValueField) -> dict[str, Any]:
    return {
        "kind": field.kind,
        "labels": [one_line(label, 100) for label in field.labels[:MOST_LABELS]],
        "min": field.min_value,
        "max": field.max_value,
        "expected": one_line(field.expected, DESCRIPTION_CHARACTERS),
    }


def _outside(low: float | None, high: float | None) -> str:
    below = "" if low is None else f"below {low:.6g}"
    above = "" if high is None else f"above {high:.6g}"
    return ", ".join(filter(None, (below, above)))


def settings_told(
    settings: DeviceSettings, interface: DeviceInterface, *, expert: bool
) -> dict[str, Any]:
    """Tell how a device is set up; of expert members only where they are asked for."""
    hidden = set() if expert else _experts(interface)
    periods = {name.lower(): period for name, period in settings.polled_commands}
    return {
        "titles": list(ATTRIBUTE_SETTINGS.items()),
        "attributes": [
            {"name": one.name, "texts": list(one.texts), "polling": one.polling_ms}
            for one in settings.attributes
            if one.name.lower() not in hidden
        ],
        "commands": [
            {"name": command.name, "polling": periods.get(command.name.lower(), 0)}
            for command in interface.commands
            if command.in_type == "DevVoid" and command.name.lower() not in hidden
        ],
        "properties": [[name, list(lines)] for name, lines in settings.properties],
        "failure": failure_levels(settings.properties_failure),
    }


def _experts(interface: DeviceInterface) -> set[str]:
    attributes = (one.facts.name for one in interface.attributes if one.level == "EXPERT")
    commands = (one.name for one in interface.commands if one.level == "EXPERT")
    return {name.lower() for name in (*attributes, *commands)}
