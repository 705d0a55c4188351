"""What a database knows of one thing. All of it blocks, and raises `tango.DevFailed`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tango

from ._about import Part, Rows

__all__ = [
    "alias_of_attribute",
    "attribute_settings",
    "class_facts",
    "device_settings",
    "host_facts",
    "host_of",
    "known",
    "served_facts",
    "server_facts",
]

SERVERS = 500
"""Servers of a host that are asked for one by one."""

DEVICES = 500
"""Devices of a class or server that are asked for one by one."""

HISTORY = 200
"""Changes of properties, the latest, that are kept."""

_NEVER = {"nada", "?", "null", ""}
_POLLING = {"polled_attr", "polled_cmd"}
_PROPERTY_COLUMNS = ("property", "value")
_HISTORY_COLUMNS = ("property", "changed", "value")


def known(text: Any) -> str:
    """Return what a database says, or nothing where it says in its way that it does not know."""
    words = str(text or "").strip()
    return "" if words.lower() in _NEVER or words.startswith("?") else words


# --- a device -------------------------------------------------------------------------------------


def served_facts(database: tango.Database, device: str) -> list[tuple[str, str]]:
    """Say what a device is, and who serves it, where and since when."""
    info = database.get_device_info(device)
    running = bool(info.exported)
    process = f"process {info.pid}" if running and info.pid > 0 else ""
    host = host_of(database, info)
    facts = [
        ("class", known(info.class_name)),
        ("alias", _alias_of(database, device)),
        ("server", known(info.ds_full_name)),
        ("host", ", ".join(filter(None, (host, process)))),
        ("exported", "yes" if running else "no: its server does not run"),
        ("started" if running else "last started", known(info.started_date) or "never"),
    ]
    if not running:
        facts.append(("stopped", known(info.stopped_date)))
    return [(name, text) for name, text in facts if text]


def host_of(database: tango.Database, own: Any) -> str:
    """Return the host that a device's server ran on last; `own` is the database's word on it."""
    host = known(getattr(own, "host", ""))
    if host:
        return host
    try:
        return known(database.get_server_info(own.ds_full_name).host)
    except tango.DevFailed:
        return ""  # a server of which no more is known than its devices


def _alias_of(database: tango.Database, device: str) -> str:
    """Return a device's alias; empty where it has none."""
    try:
        return known(database.get_alias_from_device(device))
    except tango.DevFailed:
        return ""  # the database's way to say that there is none; a dead one has failed before


def alias_of_attribute(database: tango.Database, attribute: str) -> str:
    """Return an attribute's alias; empty where it has none."""
    try:
        return known(database.get_alias_from_attribute(attribute))
    except tango.DevFailed:
        return ""


def device_settings(database: tango.Database, device: str) -> list[Part]:
    """Give a device's properties, and how they have changed."""
    names = [str(name) for name in database.get_device_property_list(device, "*").value_string]
    # Polling is kept among them; its part tells of it in words.
    values = database.get_device_property(device, names) if names else {}
    history = database.get_device_property_history(device, "*")
    return [
        *_table("properties", _PROPERTY_COLUMNS, _properties(values)),
        *_table("history of properties", _HISTORY_COLUMNS, _changes(history)),
    ]


def attribute_settings(database: tango.Database, device: str, attribute: str) -> list[Part]:
    """Give what the database keeps of an attribute's configuration, and how it has changed."""
    values = database.get_device_attribute_property(device, [attribute])
    own: Any = next(
        (kept for name, kept in values.items() if name.lower() == attribute.lower()), {}
    )
    history = database.get_device_attribute_property_history(device, attribute, "*")
    return [
        *_table("kept in the database", _PROPERTY_COLUMNS, _properties(own)),
        *_table("history", _HISTORY_COLUMNS, _changes(history)),
    ]


def _class_settings(database: tango.Database, name: str) -> list[Part]:
    """Give a class's properties, those of its attributes, and how they have changed."""
    names = [str(one) for one in database.get_class_property_list(name).value_string]
    values = database.get_class_property(name, names) if names else {}
    attributes = [str(one) for one in database.get_class_attribute_list(name, "*").value_string]
    kept = database.get_class_attribute_property(name, attributes) if attributes else {}
    rows = [(attribute, *row) for attribute, values in kept.items() for row in _properties(values)]
    history = database.get_class_property_history(name, "*")
    return [
        *_table("properties", _PROPERTY_COLUMNS, _properties(values)),
        *_table("properties of attributes", ("attribute", *_PROPERTY_COLUMNS), rows),
        *_table("history of properties", _HISTORY_COLUMNS, _changes(history)),
    ]


def _properties(values: Any) -> list[tuple[Any, ...]]:
    return [
        (name, _polling_lines(value) if name.lower() in _POLLING else "\n".join(map(str, value)))
        for name, value in sorted(values.items())
    ]


def _polling_lines(value: Any) -> str:
    """Write what is polled, which alternates with its periods, a line for each."""
    words = [str(word) for word in value]
    return "\n".join(
        f"{name} {period} ms" for name, period in zip(words[::2], words[1::2], strict=False)
    )


def _changes(history: Iterable[tango.DbHistory]) -> list[tuple[Any, ...]]:
    """Give the changes, the latest first."""
    changes = [
        (
            change.get_name(),
            change.get_date(),
            _changed_to(change),
        )
        for change in history
    ]
    return changes[::-1][:HISTORY]


def _changed_to(change: tango.DbHistory) -> str:
    value = [str(text) for text in change.get_value()]
    return "deleted" if change.is_deleted() or value == ["DELETED"] else "\n".join(value)


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Part]:
    return [Part(title, Rows(tuple(columns), tuple(rows)))] if rows else []


# --- several devices ------------------------------------------------------------------------------


def _device_rows(database: tango.Database, devices: Sequence[str]) -> Rows:
    """Tell of devices by name: what they are, who serves them, whether they are exported."""
    rows = [_device_row(database, name) for name in devices[:DEVICES]]
    columns = ("device", "alias", "class", "server", "exported", "started")
    return Rows(columns, tuple(rows), max(0, len(devices) - DEVICES))


def _device_row(database: tango.Database, device: str) -> tuple[Any, ...]:
    info = database.get_device_info(device)
    return (
        info.name,
        _alias_of(database, device),
        known(info.class_name),
        known(info.ds_full_name),
        "yes" if info.exported else "no",
        known(info.started_date),
    )


# --- classes, servers, hosts ----------------------------------------------------------------------

_Found = tuple[list[tuple[str, str]], list[Part]]
"""Facts and parts."""


def class_facts(database: tango.Database, name: str) -> _Found:
    """Ask what devices a class has, and its properties."""
    devices = [str(one) for one in database.get_device_name("*", name).value_string]
    exported = list(database.get_device_exported_for_class(name).value_string)
    parts = [Part("devices", _device_rows(database, devices))] if devices else []
    facts = [("devices", f"{len(devices):,}, {len(exported):,} of them exported")]
    return facts, [*parts, *_class_settings(database, name)]


def server_facts(database: tango.Database, name: str) -> _Found:
    """Ask what a server serves, where it runs and since when."""
    flat = list(map(str, database.get_device_class_list(name)))
    devices = [
        device for device, kind in zip(flat[::2], flat[1::2], strict=True) if kind != "DServer"
    ]
    classes = sorted({kind for kind in flat[1::2] if kind != "DServer"}, key=str.lower)
    own = database.get_device_info(f"dserver/{name}")
    running = bool(own.exported)
    facts = [
        ("host", host_of(database, own)),
        ("runs", f"yes, process {own.pid}" if running else "no"),
        ("started" if running else "last started", known(own.started_date) or "never"),
        ("stopped", "" if running else known(own.stopped_date)),
        ("classes", ", ".join(classes)),
        ("devices", f"{len(devices):,}"),
        ("started by", _starter(database, name)),
        ("administered by", f"dserver/{name}"),
    ]
    parts = [Part("devices", _device_rows(database, devices))] if devices else []
    return [(title, text) for title, text in facts if text], parts


def _starter(database: tango.Database, server: str) -> str:
    try:
        info = database.get_server_info(server)
    except tango.DevFailed:
        return ""  # nobody has ever told the database how it is to be started
    return f"the Starter, at level {info.level}" if info.mode else ""


def host_facts(database: tango.Database, name: str) -> _Found:
    """Ask what servers belong to a host, and which of them run."""
    servers = [str(one) for one in database.get_host_server_list(name).value_string]
    rows = tuple(_server_row(database, server) for server in servers[:SERVERS])
    columns = ("server", "runs", "process", "started", "classes")
    hidden = len(servers) - len(rows)
    running = sum(row[1] == "yes" for row in rows)
    of = f"of the first {len(rows):,}, {running:,} run" if hidden else f"{running:,} of them run"
    facts = [("servers", f"{len(servers):,}, {of}")]
    return facts, [Part("servers", Rows(columns, rows, hidden))] if rows else []


def _server_row(database: tango.Database, server: str) -> tuple[str, str, str, str, str]:
    classes = map(str, database.get_device_class_list(server)[1::2])
    served = ", ".join(sorted({kind for kind in classes if kind != "DServer"}))
    try:
        own = database.get_device_info(f"dserver/{server}")
    except tango.DevFailed:
        return server, "", "", "", served  # entered by hand, without its own device
    runs = "yes" if own.exported else "no"
    return server, runs, str(own.pid) if own.exported else "", known(own.started_date), served
