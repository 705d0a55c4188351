"""Whole tables of a database, by its command for SQL; where it refuses, others go the long way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import tango

from ..catalogue import Put, known
from ._aliases import shown
from ._database_side import moment
from ._listed import ListedDevice

__all__ = [
    "ADMIN",
    "SERVERS_OWN",
    "ServerStart",
    "all_devices_of",
    "all_starts_of",
    "can_begin",
    "devices_beginning",
]

ADMIN = "dserver/"
"""What the names of servers' own devices begin with."""

SERVERS_OWN = "DServer"
"""The class of servers' own devices."""

_DEVICES = "SELECT name, alias, class, server, exported, host FROM device"
_ALL = "SELECT name, alias, class, server, exported FROM device"
_STARTS = f"SELECT name, host, exported, started FROM device WHERE class = '{SERVERS_OWN}'"  # noqa: S608

_BEGINNING = re.compile(r"[\w./-]+", re.ASCII)
"""What may stand in a statement: no quotation mark, backslash or blank gets there."""


@dataclasses.dataclass(frozen=True)
class ServerStart:
    """Where and when a server was last started."""

    name: str
    """``Server/instance``, as its own device has it."""

    host: str
    runs: bool
    started: str
    """As the database writes it; empty for never."""


def all_starts_of(put: Put) -> Iterator[ServerStart]:
    """Ask for the starts of all servers. Raises `tango.DevFailed`."""
    for name, host, exported, started in _rows(put, _STARTS, 4):
        yield ServerStart(name[len(ADMIN) :], known(host), exported == "1", moment(started))


def all_devices_of(put: Put, servers: dict[str, ServerStart]) -> Iterator[ListedDevice]:
    """Ask for all devices but the servers' own. Raises `tango.DevFailed`."""
    hosts: dict[str, str] = {}
    for name, alias, kind, server, exported in _rows(put, _ALL, 5):
        if kind != SERVERS_OWN:
            host = hosts.get(server)
            if host is None:
                start = servers.get(server.lower())
                host = hosts[server] = start.host if start else ""
            yield ListedDevice(name, alias and shown(alias), kind, server, host, exported == "1")


def can_begin(beginning: str) -> bool:
    """Say whether `devices_beginning` takes this beginning."""
    return _BEGINNING.fullmatch(beginning) is not None


def devices_beginning(put: Put, beginning: str) -> list[ListedDevice]:
    """Ask for the devices whose name or alias begins so, in any case, and perhaps some more.

    Blocks. Raises `tango.DevFailed`, and `ValueError` for a beginning that is not to get there.
    """
    if not can_begin(beginning):
        raise ValueError(f"{beginning!r} has characters that are not for a statement.")
    # To LIKE an underscore is any character: what comes beside is for the caller to leave out.
    where = f" WHERE name LIKE '{beginning}%' OR alias LIKE '{beginning}%'"
    return [
        ListedDevice(name, alias and shown(alias), kind, server, known(host), exported == "1")
        for name, alias, kind, server, exported, host in _rows(put, _DEVICES + where, 6)
        if kind != SERVERS_OWN
    ]


def _rows(put: Put, select: str, width: int) -> Iterator[tuple[str, ...]]:
    numbers, words = put("DbMySqlSelect", select)
    if words and int(numbers[-1]) != width:  # without rows some databases say 1
        tango.Except.throw_exception(
            "API_InvalidArgs", f"{width} columns were asked for, {numbers[-1]} came", "inventory"
        )
    return zip(*(words[column::width] for column in range(width)), strict=True)
