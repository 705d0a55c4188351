"""What a device says of itself. All of it blocks, and raises `tango.DevFailed`."""

from __future__ import annotations

import datetime
from typing import Any

import tango

from .._polling import Polled, polled_in
from .._readings import failure_of
from ..snapshots import DeviceStatus, history_of, snapshot_of
from ._about import Part, Rows

__all__ = [
    "attribute_config",
    "attribute_history",
    "attribute_value",
    "command_facts",
    "device_facts",
    "device_interface",
    "device_status",
    "member_kind",
    "polling",
    "recent_calls",
    "server_versions",
]

CALLS = 20
"""The latest calls of a device's black box."""

HISTORY = 100
"""Readings of a polling buffer, the latest, that are kept."""


def device_status(address: str) -> DeviceStatus:
    """Ask for state and status; that the device does not answer is an answer."""
    try:
        device = tango.DeviceProxy(address)
        return DeviceStatus(device.state().name, device.status())
    except tango.DevFailed as error:
        return DeviceStatus("", "", failure_of(error))


def device_facts(address: str) -> list[tuple[str, str]]:
    """Ask a device for what only it knows: versions, documentation, logging, locks."""
    device = tango.DeviceProxy(address)
    info = device.info()
    versions = ", ".join(
        f"{name} {text}"
        for name, text in sorted(dict(info.version_info).items())
        if not (name.startswith("Build.") or name.endswith("git_revision"))
    )
    facts = [
        ("description", _unless_default(device.description())),
        ("interface", f"IDL {info.server_version}" if info.server_version else ""),
        ("versions", versions),
        ("documentation", info.doc_url.removeprefix("Doc URL = ")),
        ("logging", _logging(device)),
        ("lock", device.locking_status().partition(" is ")[2]),
    ]
    return [(name, text) for name, text in facts if text]


def _unless_default(text: str) -> str:
    return "" if text.lower() in {"a tango device", "no description"} else text


def _logging(device: tango.DeviceProxy) -> str:
    level = tango.LogLevel.values.get(device.get_logging_level())
    targets = ", ".join(device.get_logging_target())
    name = "" if level is None else level.name.removeprefix("LOG_").lower()
    return f"{name or 'on'} to {targets}" if targets else name


def device_interface(address: str) -> list[Part]:
    """Ask a device for its attributes and commands."""
    device = tango.DeviceProxy(address)
    configs = device.get_attribute_config_ex(tango.constants.AllAttr_3)
    commands = device.command_list_query()
    listed: list[Part] = []
    for title, found in (("attributes", configs), ("commands", commands)):
        if len(found):
            listed.append(Part(title, _described(list(found))))
    return listed


def recent_calls(address: str) -> list[Part]:
    """Ask a device's black box for what its clients asked for last."""
    calls = tango.DeviceProxy(address).black_box(CALLS)
    rows = tuple(_call(line) for line in calls)
    return [Part("recent calls", Rows(("time", "call"), rows))] if rows else []


def _call(line: str) -> tuple[str, str]:
    time, colon, what = line.partition(" : ")
    return (time, what) if colon else ("", line)


def server_versions(admin: str) -> list[tuple[str, str]]:
    """Ask a server's own device for what holds for the server."""
    return [fact for fact in device_facts(admin) if fact[0] in {"interface", "versions", "logging"}]


# --- attributes and commands ----------------------------------------------------------------------


def member_kind(address: str, name: str) -> str:
    """Ask which of both a device has under that name; empty for neither."""
    device = tango.DeviceProxy(address)
    for kind, names in (
        ("attribute", device.get_attribute_list()),
        ("command", device.get_command_list()),
    ):
        if any(known.lower() == name.lower() for known in names):
            return kind
    return ""


def attribute_config(address: str, attribute: str) -> list[Part]:
    """Ask for the configuration of one attribute."""
    configs = tango.DeviceProxy(address).get_attribute_config_ex([attribute])
    return [Part("configuration", _described(config)) for config in configs]


def command_facts(address: str, command: str) -> list[Part]:
    """Ask what a command takes and gives."""
    return [Part("arguments", _described(tango.DeviceProxy(address).command_query(command)))]


def _described(thing: Any) -> Any:
    """Return the snapshot of what is known to have one."""
    return snapshot_of(thing)


def attribute_value(address: str, attribute: str) -> list[Part]:
    """Read an attribute; that it has no value is an answer."""
    return [Part("value", _described(tango.DeviceProxy(address).read_attribute(attribute)))]


def attribute_history(address: str, attribute: str) -> list[Part]:
    """Ask for what the device's polling has kept of a scalar attribute, the latest first."""
    readings = history_of(address, attribute)[::-1]
    rows = tuple(
        (
            datetime.datetime.fromtimestamp(reading.time_s).astimezone(),
            str(reading.failure) if reading.failure else _brief(reading.value),
            reading.quality,
        )
        for reading in readings[:HISTORY]
    )
    columns = ("time", "value", "quality")
    hidden = len(readings) - len(rows)
    return [Part("polled history", Rows(columns, rows, hidden))] if rows else []


def _brief(value: Any) -> Any:
    size = getattr(value, "size", None)
    return value if size is None else f"{size:,} values"


def polling(address: str, kind: str = "", name: str = "") -> list[Part]:
    """Ask what the server reads by itself, how often, and how that goes; all, or one thing."""
    found = polled_in(tango.DeviceProxy(address).polling_status())
    if name:
        found = [one for one in found if (one.kind, one.name.lower()) == (kind, name.lower())]
    columns = ("kind", "name", "every", "keeps", "reading takes", "last")
    return [Part("polling", Rows(columns, tuple(map(_row, found))))] if found else []


def _row(polled: Polled) -> tuple[str, str, str, str, str, str]:
    every = f"{polled.period_ms} ms" if polled.period_ms else ""
    takes = f"{polled.took_ms} ms" if polled.took_ms else ""
    return polled.kind, polled.name, every, polled.kept, takes, polled.last
