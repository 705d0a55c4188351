"""All devices and servers of a database at once."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable, Iterator

import tango

from ..catalogue import Catalogue, Put, Question, is_unreachable, known
from ._aliases import shown
from ._database_side import listed, moment
from ._listed import ListedClass, ListedDevice, ListedServer

__all__ = ["ADMIN", "SERVERS_OWN", "WAIT_S", "ServerStart", "Survey", "survey"]

ADMIN = "dserver/"
"""What the names of servers' own devices begin with."""

SERVERS_OWN = "DServer"
"""The class of servers' own devices."""

WAIT_S = 15.0
"""How long a listing is waited for."""

KEEP_S = 20.0
"""A survey is given again for so long; `Catalogue.refresh` forgets it."""

# Constant texts: nothing that anybody has typed gets into them.
_DEVICES = "SELECT name, alias, class, server, exported FROM device"
_SERVERS = f"SELECT name, host, exported, started FROM device WHERE class = '{SERVERS_OWN}'"  # noqa: S608
_DEVICE_COLUMNS, _SERVER_COLUMNS = 5, 4


@dataclasses.dataclass(frozen=True)
class ServerStart:
    """Where and when a server was last started."""

    name: str
    """``Server/instance``, as its own device has it."""

    host: str
    runs: bool
    started: str
    """As the database writes it; empty for never."""


@dataclasses.dataclass(frozen=True)
class Survey:
    """What a database has."""

    devices: tuple[ListedDevice, ...]
    """All but the servers' own, by name."""

    servers: dict[str, ServerStart]
    """By name in lower case. A server that was entered by hand and never started has none."""

    # What follows is made of it when it is first asked for, and kept with it.

    @functools.cached_property
    def listed_classes(self) -> tuple[ListedClass, ...]:
        """All classes of devices, by name."""
        counts = Counter(device.class_name for device in self.devices)
        return tuple(ListedClass(name, counts[name]) for name in sorted(counts, key=str.lower))

    @functools.cached_property
    def listed_servers(self) -> tuple[ListedServer, ...]:
        """All servers, by name."""
        names = {key: start.name for key, start in self.servers.items()}
        served: dict[str, list[ListedDevice]] = {}
        for name, devices in self._by("server").items():
            served.setdefault(name.lower(), []).extend(devices)
            names[name.lower()] = name
        return tuple(
            _listed_server(names[key], self.servers.get(key), served.get(key, []))
            for key in sorted(names)
        )

    @functools.cached_property
    def names_by_class(self) -> dict[str, list[str]]:
        """The names of devices by class."""
        return _names_of(self._by("class_name"))

    @functools.cached_property
    def names_by_server(self) -> dict[str, list[str]]:
        """The names of devices by server."""
        return _names_of(self._by("server"))

    @functools.cached_property
    def facts_by_device(self) -> dict[str, tuple[str, str, str, None]]:
        """Alias, server, class and None by device."""
        return {
            device.name: (device.alias, device.server, device.class_name, None)
            for device in self.devices
        }

    def _by(self, field: str) -> dict[str, list[ListedDevice]]:
        groups: dict[str, list[ListedDevice]] = {}
        for device in self.devices:
            groups.setdefault(getattr(device, field), []).append(device)
        return groups


def _names_of(groups: dict[str, list[ListedDevice]]) -> dict[str, list[str]]:
    return {name: [device.name for device in devices] for name, devices in groups.items()}


def _listed_server(
    name: str, start: ServerStart | None, served: list[ListedDevice]
) -> ListedServer:
    classes = ", ".join(sorted({device.class_name for device in served}, key=str.lower))
    if start is None:  # entered by hand, and never started
        return ListedServer(name, "", False, "", classes, len(served))
    return ListedServer(name, start.host, start.runs, start.started, classes, len(served))


def survey(catalogue: Catalogue, *, wait_s: float = WAIT_S) -> Survey:
    """Return all devices and servers. Raises `CatalogueError`."""
    return catalogue.ask(
        Question("all devices and their servers", _ask), wait_s=wait_s, fresh_s=KEEP_S
    )


def _ask(put: Put) -> Survey:
    """Ask; blocks.

    Tango's database can be asked for a table as a whole, by a command of its own. It takes half a
    second for 100,000 devices, where to ask each server what it serves takes ten. A database that
    refuses it, or has other columns, is asked the long way.
    """
    try:
        servers = {start.name.lower(): start for start in _servers_in_one(put)}
        devices = list(_devices_in_one(put, servers))
    except tango.DevFailed as error:
        if is_unreachable(error):
            raise
        names = listed(put("DbGetServerList", "*"))
        servers = {name.lower(): start for name, start in _starts(put, names)}
        devices = list(_by_server(put, names, servers))
    devices.sort(key=lambda device: device.name.lower())
    return Survey(tuple(devices), servers)


# --- by the command for whole tables --------------------------------------------------------------


def _rows(put: Put, select: str, width: int) -> Iterator[tuple[str, ...]]:
    numbers, words = put("DbMySqlSelect", select)
    if int(numbers[-1]) != width:
        tango.Except.throw_exception(
            "API_InvalidArgs", f"{width} columns were asked for, {numbers[-1]} came", "survey"
        )
    return zip(*(words[column::width] for column in range(width)), strict=True)


def _servers_in_one(put: Put) -> Iterator[ServerStart]:
    for name, host, exported, started in _rows(put, _SERVERS, _SERVER_COLUMNS):
        yield ServerStart(name[len(ADMIN) :], known(host), exported == "1", moment(started))


def _devices_in_one(put: Put, servers: dict[str, ServerStart]) -> Iterator[ListedDevice]:
    hosts: dict[str, str] = {}
    for name, alias, kind, server, exported in _rows(put, _DEVICES, _DEVICE_COLUMNS):
        if kind != SERVERS_OWN:
            host = hosts.get(server)
            if host is None:
                start = servers.get(server.lower())
                host = hosts[server] = start.host if start else ""
            yield ListedDevice(name, alias and shown(alias), kind, server, host, exported == "1")


# --- the long way ---------------------------------------------------------------------------------


def _starts(put: Put, names: Iterable[str]) -> Iterator[tuple[str, ServerStart]]:
    for name in names:
        try:
            (exported, *_), texts = put("DbGetDeviceInfo", f"{ADMIN}{name}")
        except tango.DevFailed as error:
            if is_unreachable(error):
                raise
            continue  # entered by hand, without its own device
        host, started = map(str, texts[4:6])
        start = ServerStart(name, known(host), bool(exported), moment(started))
        yield name, start


def _by_server(
    put: Put, names: Iterable[str], servers: dict[str, ServerStart]
) -> Iterator[ListedDevice]:
    exported = {name.lower() for name in listed(put("DbGetDeviceExportedList", "*"))}
    aliases = {
        str(put("DbGetAliasDevice", alias)).lower(): alias
        for alias in listed(put("DbGetDeviceAliasList", "*"))
    }
    for server in names:
        start = servers.get(server.lower())
        host = start.host if start else ""
        flat = listed(put("DbGetDeviceClassList", server))
        for name, kind in zip(flat[::2], flat[1::2], strict=True):
            key = name.lower()
            if kind != SERVERS_OWN:
                alias = shown(aliases.get(key, ""))
                yield ListedDevice(name, alias, kind, server, host, key in exported)
