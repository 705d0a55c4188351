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
from ._tables import (
    ADMIN,
    SERVERS_OWN,
    ServerStart,
    all_devices_of,
    all_starts_of,
    can_begin,
    devices_beginning,
)

__all__ = ["WAIT_S", "Survey", "survey", "surveyed_beginning"]

WAIT_S = 15.0
"""How long a listing is waited for."""

KEEP_S = 20.0
"""A survey is given again for so long; `Catalogue.refresh` forgets it."""


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


def surveyed_beginning(
    catalogue: Catalogue, beginning: str, *, wait_s: float
) -> tuple[ListedDevice, ...] | None:
    """Return the devices whose name or alias begins so, by name, and perhaps some more.

    None where that cannot be asked for at once. Raises `CatalogueError`.
    """
    if not can_begin(beginning):
        return None
    about = f"devices or aliases that begin with {beginning}, and their servers"
    question = Question(about, lambda put: _ask_for_beginning(put, beginning))
    return catalogue.ask(question, wait_s=wait_s)


def _ask_for_beginning(put: Put, beginning: str) -> tuple[ListedDevice, ...] | None:
    """Ask; blocks. None from a database that does not take the question."""
    try:
        found = devices_beginning(put, beginning)
    except tango.DevFailed as error:
        if is_unreachable(error):
            raise
        return None
    return tuple(sorted(found, key=lambda device: device.name.lower()))


def _ask(put: Put) -> Survey:
    """Ask; blocks.

    Tango's database can be asked for a table as a whole, by a command of its own. It takes half a
    second for 100,000 devices, where to ask each server what it serves takes ten. A database that
    refuses it, or has other columns, is asked the long way.
    """
    try:
        servers = {start.name.lower(): start for start in all_starts_of(put)}
        devices = list(all_devices_of(put, servers))
    except tango.DevFailed as error:
        if is_unreachable(error):
            raise
        names = listed(put("DbGetServerList", "*"))
        servers = {name.lower(): start for name, start in _starts(put, names)}
        devices = list(_by_server(put, names, servers))
    devices.sort(key=lambda device: device.name.lower())
    return Survey(tuple(devices), servers)


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
