"""The displays of what stands for something in the control system: proxies, databases, groups."""

from __future__ import annotations

from ...client import AttributeSnapshot, DatabaseSnapshot, DeviceSnapshot, GroupSnapshot
from .._show import html_of, line_of, text_of
from .._templates import render
from .._text_tables import facts_lines
from .._texts import count_text, one_line, printable, shortened
from ._interfaces import facts_rows

__all__: list[str] = []

DEVICES = 100
"""Devices of a group that are shown."""


def _host(origin: str) -> str:
    """Return where a full name says that the device is known: a database, or its own server."""
    path, _, without = origin.partition("#")
    place = path.removeprefix("tango://").partition("/")[0] if "://" in path else ""
    return f"{place} (without a database)" if without and place else place


def _device_facts(device: DeviceSnapshot) -> list[tuple[str, str]]:
    facts = []
    if device.facts:
        facts.append(("server", f"{device.facts.server} on {device.facts.host}"))
    facts += [
        ("database", _host(device.origin)),
        ("calls", f"{device.green_mode}, time-out {device.timeout_ms:,} ms"),
    ]
    return [(name, value) for name, value in facts if value]


def _device_note(device: DeviceSnapshot) -> str:
    if device.facts:
        return device.facts.device_class
    return "" if device.status else "has not answered yet"


@html_of.register
def _(device: DeviceSnapshot) -> str:
    status = device.status
    return render(
        "device.html",
        title=device.name,
        note=_device_note(device),
        state=status.state if status else "",
        status=shortened(status.status) if status else "",
        failure=status.failure if status else None,
        facts=_device_facts(device),
    )


@text_of.register
def _(device: DeviceSnapshot) -> str:
    status = device.status
    head = f"{line_of(device)}: {status.state}" if status and status.state else line_of(device)
    lines = [head] if device.facts or status else [f"{head}, {_device_note(device)}"]
    if status and status.failure:
        lines += [f"  {line}" for line in text_of(status.failure).splitlines()]
    if status and status.status:
        lines += [f"  {line}" for line in printable(shortened(status.status)).splitlines()]
    return "\n".join([*lines, *facts_lines(_device_facts(device))])


@line_of.register
def _(device: DeviceSnapshot) -> str:
    kind = device.facts.device_class if device.facts else "DeviceProxy"
    return f"{one_line(kind)}({one_line(device.name)})"


def _attribute_facts(attribute: AttributeSnapshot) -> list[tuple[str, str]]:
    facts = facts_rows(attribute.facts) if attribute.facts else []
    return [*facts, ("database", _host(attribute.origin))]


@html_of.register
def _(attribute: AttributeSnapshot) -> str:
    note = "" if attribute.facts else "the device has not answered yet"
    facts = _attribute_facts(attribute)
    return render("facts.html", title=attribute.name, note=note, facts=facts)


@text_of.register
def _(attribute: AttributeSnapshot) -> str:
    return "\n".join([line_of(attribute), *facts_lines(_attribute_facts(attribute))])


@line_of.register
def _(attribute: AttributeSnapshot) -> str:
    return f"AttributeProxy({one_line(attribute.name)})"


def _database_facts(database: DatabaseSnapshot) -> list[tuple[str, str]]:
    facts = database.facts.facts if database.facts else ()
    return [(name.lower(), value) for name, value in facts if value]


@html_of.register
def _(database: DatabaseSnapshot) -> str:
    note = "" if database.facts or database.is_file else "has not answered yet"
    return render("facts.html", title=line_of(database), note=note, facts=_database_facts(database))


@text_of.register
def _(database: DatabaseSnapshot) -> str:
    return "\n".join([line_of(database), *facts_lines(_database_facts(database))])


@line_of.register
def _(database: DatabaseSnapshot) -> str:
    kind = "Tango database in the file" if database.is_file else "Tango database"
    return f"{kind} {one_line(database.place)}"


@html_of.register
def _(group: GroupSnapshot) -> str:
    return render(
        "table.html",
        title=f"Group {group.name}",
        note=count_text(len(group.devices), "device"),
        columns=[],
        rows=[(name,) for name in group.devices[:DEVICES]],
        hidden=max(0, len(group.devices) - DEVICES),
    )


@text_of.register
def _(group: GroupSnapshot) -> str:
    lines = [f"  {one_line(name)}" for name in group.devices[:DEVICES]]
    hidden = len(group.devices) - DEVICES
    return "\n".join(
        [line_of(group), *lines, *([f"  ... and {hidden} more"] if hidden > 0 else [])]
    )


@line_of.register
def _(group: GroupSnapshot) -> str:
    return f"Group {one_line(group.name)} of {count_text(len(group.devices), 'device')}"
