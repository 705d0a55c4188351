"""Lists what a database has: whole levels of it by few questions, never by SQL."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable

import tango

from ...errors import NotInDatabase, OptionError
from ..catalogue import Catalogue, Names, Question
from ._database_side import host_of, known
from ._listed import (
    LISTED,
    ListedAlias,
    ListedClass,
    ListedDevice,
    ListedHost,
    ListedRow,
    ListedServer,
    Listing,
)

__all__ = ["all_devices", "list_from", "matcher_of_glob", "matcher_of_regex"]

WAIT_S = 30.0
"""How long a listing is waited for; 100,000 devices take seconds."""

ONE_BY_ONE = 500
"""So many devices are asked for one by one; of more, all servers are asked what they serve."""

SURVEY_KEEP_S = 20.0
"""What is known of all devices is given again for so long; `Catalogue.refresh` forgets it."""

_WILD = re.compile(r"[*?\[]")
_ADMIN = "dserver/"

Matcher = Callable[[str], object]


def matcher_of_glob(pattern: str) -> Matcher:
    """Return what says whether a name fits ``*``, ``?`` and ``[...]``, in any case.

    A pattern without any of them fits what contains it.
    """
    text = pattern.strip().lower()
    wild = text if _WILD.search(text) else f"*{text}*"
    fits = re.compile(fnmatch.translate(wild)).match
    return lambda name: fits(name.lower())


def matcher_of_regex(pattern: str) -> Matcher:
    """Return what says whether a name begins as a regular expression says, in any case.

    Raises `OptionError` for what is no regular expression.
    """
    try:
        return re.compile(pattern, re.IGNORECASE).match
    except re.error as error:
        raise OptionError(f"{pattern!r} is no regular expression: {error}.") from None


def list_from(
    catalogue: Catalogue, what: str, pattern: str, fits: Matcher, *, wait_s: float = WAIT_S
) -> Listing:
    """List those of `LISTED` that fit. Raises `CatalogueError`; `OptionError` for another `what`.

    Devices are found by their aliases too. Servers' own devices (``dserver/...``) are listed only
    where the pattern asks for them.
    """
    lister = _LISTERS.get(what)
    if lister is None:
        raise OptionError(f"{what!r} cannot be listed; what can is {', '.join(LISTED)}.")
    rows = lister(catalogue, pattern, fits, wait_s)
    return Listing(what, pattern, catalogue.address, tuple(rows))


def all_devices(catalogue: Catalogue, *, wait_s: float = WAIT_S) -> tuple[ListedDevice, ...]:
    """Return all devices but the servers' own, by name. Raises `CatalogueError`."""
    return catalogue.ask(
        Question("all devices, by their servers", _survey), wait_s=wait_s, fresh_s=SURVEY_KEEP_S
    )


def _devices(
    catalogue: Catalogue, pattern: str, fits: Matcher, wait_s: float
) -> Iterable[ListedRow]:
    with_admin = pattern.lower().startswith(_ADMIN)
    names = [
        name
        for name in catalogue.devices(wait_s=wait_s)
        if fits(name) and (with_admin or not name.lower().startswith(_ADMIN))
    ]
    aliases = [alias for alias in catalogue.aliases(wait_s=wait_s) if fits(alias)]
    if len(names) + len(aliases) <= ONE_BY_ONE:
        return _one_by_one(catalogue, names, aliases, wait_s)
    if with_admin:
        return [ListedDevice(name, "", "DServer", name[len(_ADMIN) :], "", False) for name in names]
    found = all_devices(catalogue, wait_s=wait_s)
    return [
        device for device in found if fits(device.name) or (device.alias and fits(device.alias))
    ]


def _one_by_one(
    catalogue: Catalogue, names: list[str], aliases: list[str], wait_s: float
) -> list[ListedRow]:
    found = {name.lower(): name for name in names}
    for alias in aliases:
        device = _unless_unknown(catalogue.device_of, alias, wait_s)
        if device:
            found.setdefault(device.lower(), device)
    rows = catalogue.rows([found[key] for key in sorted(found)], wait_s=wait_s)
    return [
        ListedDevice(
            row.name, _shown(row.alias), row.class_name, row.server, row.host, row.exported
        )
        for row in rows
    ]


def _survey(database: tango.Database) -> tuple[ListedDevice, ...]:
    """Ask each server what it serves; blocks. Some questions per server, not per device."""
    exported = set(map(str, database.get_device_exported("*")))
    aliases = {
        str(database.get_device_from_alias(alias)).lower(): str(alias)
        for alias in database.get_device_alias_list("*")
    }
    hosts = {
        str(server).lower(): str(host)
        for host in database.get_host_list("*")
        if known(host)
        for server in database.get_host_server_list(host)
    }
    found = {}
    for server in map(str, database.get_server_list("*")):
        flat = list(map(str, database.get_device_class_list(server)))
        for name, kind in zip(flat[::2], flat[1::2], strict=True):
            key = name.lower()
            if not key.startswith(_ADMIN):
                alias = _shown(aliases.get(key, ""))
                host = hosts.get(server.lower(), "")
                found[key] = ListedDevice(name, alias, kind, server, host, name in exported)
    return tuple(found[key] for key in sorted(found))


def _shown(alias: str) -> str:
    """Return the alias, unless it is one that is to be hidden."""
    return "" if alias.startswith("_") else alias


def _classes(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    for name in catalogue.classes(wait_s=wait_s):
        if fits(name) and name != "DServer":
            yield ListedClass(name, len(catalogue.class_devices(name, wait_s=wait_s)))


def _servers(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    for name in catalogue.servers(wait_s=wait_s):
        if fits(name):
            listed = Question(f"server {name}, its devices and its start", _server_of(name))
            yield catalogue.ask(listed, wait_s=wait_s)


def _server_of(name: str) -> Callable[[tango.Database], ListedServer]:
    return lambda database: _server(database, name)


def _server(database: tango.Database, name: str) -> ListedServer:
    flat = list(map(str, database.get_device_class_list(name)))
    kinds = [kind for kind in flat[1::2] if kind != "DServer"]
    classes = ", ".join(sorted(set(kinds), key=str.lower))
    try:
        own = database.get_device_info(f"{_ADMIN}{name}")
    except tango.DevFailed:
        return ListedServer(name, "", False, "", classes, len(kinds))  # entered by hand
    host, started = host_of(database, own), known(own.started_date)
    return ListedServer(name, host, bool(own.exported), started, classes, len(kinds))


def _hosts(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    for name in catalogue.hosts(wait_s=wait_s):
        if fits(name):
            yield ListedHost(name, len(catalogue.host_servers(name, wait_s=wait_s)))


def _aliases(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    def rows(
        kind: str, names: Names, stands_for: Callable[..., str]
    ) -> Iterable[tuple[ListedAlias, str]]:
        for alias in names:
            name = _unless_unknown(stands_for, alias, wait_s)
            if fits(alias) or fits(name):
                yield ListedAlias(alias, name, kind), alias.lower()

    devices = rows("device", catalogue.aliases(wait_s=wait_s), catalogue.device_of)
    attributes = rows(
        "attribute", catalogue.attribute_aliases(wait_s=wait_s), catalogue.attribute_of
    )
    found = sorted([*devices, *attributes], key=lambda pair: pair[1])
    return [row for row, _ in found]


_Lister = Callable[[Catalogue, str, Matcher, float], Iterable[ListedRow]]
_LISTERS: dict[str, _Lister] = {
    "devices": _devices,
    "classes": _classes,
    "servers": _servers,
    "hosts": _hosts,
    "aliases": _aliases,
}


def _unless_unknown(ask: Callable[..., str], alias: str, wait_s: float) -> str:
    try:
        return ask(alias, wait_s=wait_s)
    except NotInDatabase:
        return ""  # it was taken away since the list was made
