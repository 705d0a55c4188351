"""What a browser is told of a device's members and settings: bounded texts, as JSON."""

from __future__ import annotations

import re
from typing import Any

from ...client import (
    ATTRIBUTE_SETTINGS,
    CommandFacts,
    ConfigSnapshot,
    DefinedProperty,
    DeviceInterface,
    DeviceProperties,
    DeviceSettings,
    Failure,
    PropertyLines,
    ValueField,
    field_of_attribute,
    field_of_command,
)
from ...display import failure_levels, one_line

__all__ = ["attribute_told", "command_told", "settings_told"]

DESCRIPTION_CHARACTERS = 1000
UNIT_CHARACTERS = 24
MOST_LABELS = 1000

_GENERATED = re.compile(r":(?:param [^:]*|return):(.*)")
"""PyTango makes such lines of a Python function, a line with the type beneath."""

_SAYS_NOTHING = {"-", "none", "None", "Uninitialised", "(not documented)"}
_NO_PARAMETER = ("No input parameter (", "No output parameter (")


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
        "memory": _memory(config),
        "writable": facts.writable,
        "plottable": facts.data_type not in ("DevString", "DevEncoded"),
        "warning": _outside(facts.min_warning, facts.max_warning),
        "alarm": _outside(facts.min_alarm, facts.max_alarm),
        **_field_told(field_of_attribute(facts)),
    }


def _memory(config: ConfigSnapshot) -> str:
    """Say whether the database remembers what is written, and what becomes of that."""
    return {
        "MEMORIZED": "memorized",
        "MEMORIZED_WRITE_INIT": "memorized, and written again when the server starts",
    }.get(dict(config.settings).get("memorized", ""), "")


def _described(text: str) -> str:
    """Return what the author of a command said, of what stands in the place of that."""
    generated = _GENERATED.match(text)
    words = (generated[1] if generated else text).strip()
    is_said = words and words not in _SAYS_NOTHING and not words.startswith(_NO_PARAMETER)
    return one_line(words, DESCRIPTION_CHARACTERS) if is_said else ""


def command_told(facts: CommandFacts) -> dict[str, Any]:
    """Tell of a command, and of what it takes."""
    return {
        "name": facts.name,
        "expert": facts.level == "EXPERT",
        "takes": "" if facts.in_type == "DevVoid" else facts.in_type,
        "takesText": _described(facts.in_description),
        "gives": "" if facts.out_type == "DevVoid" else facts.out_type,
        "givesText": _described(facts.out_description),
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
        **_properties_told(settings.properties),
    }


def _properties_told(properties: DeviceProperties | Failure) -> dict[str, Any]:
    """Tell what is set of properties, and what could be."""
    if isinstance(properties, Failure):
        nothing: dict[str, Any] = {"className": "", "properties": [], "classProperties": []}
        return {**nothing, "failure": failure_levels(properties)}
    return {
        "className": properties.class_name,
        "properties": _rows(properties.own, properties.own_defined),
        "classProperties": _rows(properties.of_class, properties.class_defined),
        "failure": [],
    }


def _rows(lines: PropertyLines, defined: tuple[DefinedProperty, ...]) -> list[dict[str, Any]]:
    """Give a row for each property that is set, then for each that the server knows besides."""
    known = {one.name.lower(): one for one in defined}
    rows: list[tuple[str, list[str] | None, DefinedProperty | None]]
    rows = [(name, list(of), known.pop(name.lower(), None)) for name, of in lines]
    rows += [(one.name, None, one) for one in known.values()]
    return [
        {
            "name": name,
            "lines": of,
            "description": one_line(one.description, DESCRIPTION_CHARACTERS) if one else "",
            "default": list(one.default) if one else [],
        }
        for name, of, one in rows
    ]


def _experts(interface: DeviceInterface) -> set[str]:
    attributes = (one.facts.name for one in interface.attributes if one.level == "EXPERT")
    commands = (one.name for one in interface.commands if one.level == "EXPERT")
    return {name.lower() for name in (*attributes, *commands)}
