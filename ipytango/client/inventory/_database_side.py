"""What a database knows of one thing; each function waits for it, and raises `CatalogueError`."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...errors import NotInDatabase
from ..catalogue import Catalogue, DeviceRow, Put, Question, known
from ._about import Part, Rows

__all__ = [
    "alias_of_attribute",
    "attribute_settings",
    "class_facts",
    "device_settings",
    "host_facts",
    "listed",
    "moment",
    "served_facts",
    "server_facts",
]

SERVERS = 200
"""Servers of a host that are asked for one by one."""

DEVICES = 200
"""Devices of a class or server that are asked for one by one."""

HISTORY = 200
"""Changes of properties, the latest, that are kept."""

_POLLING = {"polled_attr", "polled_cmd"}
_PROPERTY_COLUMNS = ("property", "value")
_HISTORY_COLUMNS = ("property", "changed", "value")

_Found = tuple[list[tuple[str, str]], list[Part]]
"""Facts and parts."""


def moment(text: Any) -> str:
    """Return a database's date and time as ``2026-11-22 15:41:45``; nothing where it knows none.

    Databases write ``22-11-2026 at 15:41:45`` or ``22nd-November-2026 at 15:41:45``, histories
    ``22/11/2026 15:41:45``; what is none of these stays as it is.
    """
    words = known(text)
    usual = _USUAL.fullmatch(words)
    if usual is not None:  # by far the most, of thousands of servers
        day, month, year, time_of_day = usual.groups()
        return f"{year}-{month}-{day} {time_of_day}"
    plain = _ORDINAL.sub(r"\1", words).replace(" at ", " ")
    with contextlib.suppress(ValueError):
        return str(datetime.datetime.strptime(plain, "%d-%B-%Y %H:%M:%S"))  # noqa: DTZ007 - no zone
    return words


_USUAL = re.compile(r"(\d\d)[-/](\d\d)[-/](\d{4}) (?:at )?(\d\d:\d\d:\d\d)")
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")


# --- devices and attributes -----------------------------------------------------------------------


def served_facts(catalogue: Catalogue, device: str, wait_s: float) -> list[tuple[str, str]]:
    """Say what a device is, and who serves it, where and since when."""
    row = catalogue.row(device, wait_s=wait_s)
    process = f"process {row.pid}" if row.exported and row.pid else ""
    facts = [
        ("class", row.class_name),
        ("alias", row.alias),
        ("server", row.server),
        ("host", ", ".join(filter(None, (row.host, process)))),
        ("exported", "yes" if row.exported else "no: its server does not run"),
        *_start_facts(row),
    ]
    return [(title, text) for title, text in facts if text]


def _start_facts(row: DeviceRow) -> list[tuple[str, str]]:
    started = moment(row.started) or "never"
    if row.exported:
        return [("started", started)]
    return [("last started", started), ("stopped", moment(row.stopped))]


def alias_of_attribute(catalogue: Catalogue, attribute: str, wait_s: float) -> str:
    """Return an attribute's alias; empty where it has none."""
    return catalogue.ask(Question.alias_of_attribute(attribute), wait_s=wait_s)


def device_settings(catalogue: Catalogue, device: str, wait_s: float) -> list[Part]:
    """Give a device's properties and those of its class, and how its own have changed."""
    class_name = catalogue.row(device, wait_s=wait_s).class_name

    def ask(put: Put) -> list[Part]:
        names = listed(put("DbGetDevicePropertyList", [device, "*"]))
        values = _values(put("DbGetDeviceProperty", [device, *names])) if names else {}
        history = put("DbGetDevicePropertyHist", [device, "*"])
        return [
            *_table("properties", _PROPERTY_COLUMNS, _properties(values)),
            *_table("properties of its class", _PROPERTY_COLUMNS, _class_rows(put, class_name)),
            *_table("history of properties", _HISTORY_COLUMNS, _changes(history)),
        ]

    return catalogue.ask(Question(f"properties of {device}", ask), wait_s=wait_s)


def attribute_settings(
    catalogue: Catalogue, device: str, attribute: str, wait_s: float
) -> list[Part]:
    """Give what the database keeps of an attribute's configuration, and how it has changed."""

    def ask(put: Put) -> list[Part]:
        kept = _attributes_values(put("DbGetDeviceAttributeProperty2", [device, attribute]))
        rows = [row for values in kept.values() for row in _properties(values)]
        # Each entry begins with the attribute's name.
        history = put("DbGetDeviceAttributePropertyHist", [device, attribute, "*"])
        return [
            *_table("kept in the database", _PROPERTY_COLUMNS, rows),
            *_table("history", _HISTORY_COLUMNS, _changes(history, names=2)),
        ]

    about = f"the configuration of {device}/{attribute}"
    return catalogue.ask(Question(about, ask), wait_s=wait_s)


# --- classes, servers, hosts ----------------------------------------------------------------------


def class_facts(catalogue: Catalogue, name: str, wait_s: float) -> _Found:
    """Tell what devices a class has, and its properties."""
    devices = catalogue.class_devices(name, wait_s=wait_s)
    parts = _device_parts(catalogue, devices, wait_s)
    return [("devices", f"{len(devices):,}")], [*parts, *_class_settings(catalogue, name, wait_s)]


def _class_settings(catalogue: Catalogue, name: str, wait_s: float) -> list[Part]:
    """Give a class's properties, those of its attributes, and how they have changed."""

    def ask(put: Put) -> list[Part]:
        attributes = listed(put("DbGetClassAttributeList", [name, "*"]))
        kept = (
            _attributes_values(put("DbGetClassAttributeProperty2", [name, *attributes]))
            if attributes
            else {}
        )
        rows = [(attribute, *row) for attribute, own in kept.items() for row in _properties(own)]
        history = put("DbGetClassPropertyHist", [name, "*"])
        return [
            *_table("properties", _PROPERTY_COLUMNS, _class_rows(put, name)),
            *_table("properties of attributes", ("attribute", *_PROPERTY_COLUMNS), rows),
            *_table("history of properties", _HISTORY_COLUMNS, _changes(history)),
        ]

    return catalogue.ask(Question(f"properties of class {name}", ask), wait_s=wait_s)


def _class_rows(put: Put, name: str) -> list[tuple[Any, ...]]:
    names = listed(put("DbGetClassPropertyList", name))
    return _properties(_values(put("DbGetClassProperty", [name, *names]))) if names else []


def server_facts(catalogue: Catalogue, name: str, wait_s: float) -> _Found:
    """Tell what a server serves, where it runs and since when."""
    served = [
        device
        for device in catalogue.server_devices(name, wait_s=wait_s)
        if device.class_name != "DServer"
    ]
    classes = sorted({device.class_name for device in served}, key=str.lower)
    facts = [
        *_process_facts(catalogue, name, wait_s),
        ("classes", ", ".join(classes)),
        ("devices", f"{len(served):,}"),
    ]
    parts = _device_parts(catalogue, [device.name for device in served], wait_s)
    return [(title, text) for title, text in facts if text], parts


def _process_facts(catalogue: Catalogue, server: str, wait_s: float) -> list[tuple[str, str]]:
    start = catalogue.server(server, wait_s=wait_s)
    starter = f"the Starter, at level {start.level}" if start.controlled else ""
    try:
        own = catalogue.row(f"dserver/{server}", wait_s=wait_s)
    except NotInDatabase:  # entered by hand, and never started
        return [("host", start.host), ("runs", "no"), ("started by", starter)]
    return [
        ("host", own.host or start.host),
        ("runs", _runs(own)),
        *_start_facts(own),
        ("started by", starter),
        ("administered by", own.name),
    ]


def _runs(own: DeviceRow) -> str:
    if not own.exported:
        return "no"
    return f"yes, process {own.pid}" if own.pid else "yes"


def host_facts(catalogue: Catalogue, name: str, wait_s: float) -> _Found:
    """Tell what servers belong to a host, and which of them run."""
    servers = catalogue.host_servers(name, wait_s=wait_s)
    rows = tuple(_server_row(catalogue, server, wait_s) for server in servers[:SERVERS])
    hidden = len(servers) - len(rows)
    running = sum(row[1] == "yes" for row in rows)
    of = f"of the first {len(rows):,}, {running:,} run" if hidden else f"{running:,} of them run"
    columns = ("server", "runs", "process", "started", "classes")
    parts = [Part("servers", Rows(columns, rows, hidden))] if rows else []
    return [("servers", f"{len(servers):,}, {of}")], parts


def _server_row(catalogue: Catalogue, server: str, wait_s: float) -> tuple[str, str, str, str, str]:
    kinds = {device.class_name for device in catalogue.server_devices(server, wait_s=wait_s)}
    classes = ", ".join(sorted(kinds - {"DServer"}, key=str.lower))
    try:
        own = catalogue.row(f"dserver/{server}", wait_s=wait_s)
    except NotInDatabase:
        return server, "no", "", "", classes  # entered by hand, and never started
    process = str(own.pid) if own.exported else ""
    return server, "yes" if own.exported else "no", process, moment(own.started), classes


def _device_parts(catalogue: Catalogue, devices: Sequence[str], wait_s: float) -> list[Part]:
    """Tell of devices by name: what they are, who serves them, whether they are exported."""
    rows = tuple(
        (
            *(row.name, row.alias, row.class_name, row.server),
            *("yes" if row.exported else "no", moment(row.started)),
        )
        for row in catalogue.rows(devices[:DEVICES], wait_s=wait_s)
    )
    columns = ("device", "alias", "class", "server", "exported", "started")
    hidden = max(0, len(devices) - DEVICES)
    return [Part("devices", Rows(columns, rows, hidden))] if rows else []


# --- how databases write properties ---------------------------------------------------------------


def listed(answer: Any) -> list[str]:
    """Return the names in an answer; some databases write none as an empty one."""
    return [str(name) for name in answer if name]


def _values(answer: Any) -> dict[str, list[str]]:
    """Read ``owner, how many, name, how many values, value...``."""
    words = iter(map(str, answer))
    next(words)
    return _named_values(words)


def _attributes_values(answer: Any) -> dict[str, dict[str, list[str]]]:
    """Read ``owner, how many attributes``, and for each of them its name and its properties."""
    words = iter(map(str, answer))
    next(words)
    return {next(words): _named_values(words) for _ in range(int(next(words)))}


def _named_values(words: Iterator[str]) -> dict[str, list[str]]:
    found = {}
    for _ in range(int(next(words))):
        name, count = next(words), int(next(words))
        # Where there is none, a blank stands in its place.
        found[name] = [next(words) for _ in range(count or 1)][:count]
    return found


def _properties(values: dict[str, list[str]]) -> list[tuple[Any, ...]]:
    return [
        (name, _polling_lines(value) if name.lower() in _POLLING else "\n".join(value))
        for name, value in sorted(values.items())
    ]


def _polling_lines(words: list[str]) -> str:
    """Write what is polled, which alternates with its periods, a line for each."""
    return "\n".join(
        f"{name} {period} ms" for name, period in zip(words[::2], words[1::2], strict=False)
    )


def _changes(answer: Any, names: int = 1) -> list[tuple[Any, ...]]:
    """Read a history, the latest first: ``name, date, how many values, value...`` again and again.

    Where an entry has several `names`, the last is the property's.
    """
    words = [str(word) for word in answer]
    changes, at = [], 0
    while at + names + 1 < len(words):
        name, date, count = words[at + names - 1 : at + names + 2]
        at += names + 2
        value = words[at : at + int(count)]
        at += int(count)
        deleted = not value or value == ["DELETED"]
        changes.append((name, moment(date), "deleted" if deleted else "\n".join(value)))
    return changes[::-1][:HISTORY]


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Part]:
    return [Part(title, Rows(tuple(columns), tuple(rows)))] if rows else []
