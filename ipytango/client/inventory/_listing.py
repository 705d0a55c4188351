"""Lists what a database has."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterable

from ...errors import OptionError
from ..catalogue import Catalogue
from ._aliases import shown, unless_unknown
from ._listed import (
    LISTED,
    ListedAlias,
    ListedDevice,
    ListedHost,
    ListedRow,
    Listing,
)
from ._survey import WAIT_S, survey, surveyed_beginning
from ._tables import ADMIN, SERVERS_OWN

__all__ = ["Matcher", "all_devices", "list_from", "matcher_of_glob", "matcher_of_regex"]

ONE_BY_ONE = 200
"""So many devices are asked for one by one; for more, the whole database is surveyed."""

_WILD = re.compile(r"[*?\[]")
_LITERAL = re.compile(r"(?:[\w/ -](?![*?{]))*")
"""What a regular expression begins with that stands for itself."""


@dataclasses.dataclass(frozen=True)
class Matcher:
    """Says whether a name is one of those that were asked for."""

    fits: Callable[[str], object]
    coarse: str = "*"
    """A pattern for the database, of which all that fits is a part."""

    def __call__(self, name: str) -> bool:
        return bool(self.fits(name))


def matcher_of_glob(pattern: str) -> Matcher:
    """Return what fits ``*``, ``?`` and ``[...]``, in any case.

    A pattern without any of them fits what contains it.
    """
    text = pattern.strip().lower()
    wild = text if _WILD.search(text) else f"*{text}*" if text else "*"
    fits = re.compile(fnmatch.translate(wild)).match
    beginning, special, _ = wild.replace("[", "?").partition("?")
    return Matcher(lambda name: fits(name.lower()), f"{beginning}*" if special else wild)


def matcher_of_regex(pattern: str) -> Matcher:
    """Return what begins as a regular expression says, in any case.

    Raises `OptionError` for what is no regular expression.
    """
    try:
        fits = re.compile(pattern, re.IGNORECASE).match
    except re.error as error:
        raise OptionError(f"{pattern!r} is no regular expression: {error}.") from None
    literal = "" if "|" in pattern else _LITERAL.match(pattern)[0]  # type: ignore[index]
    return Matcher(fits, f"{literal}*")


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
    return survey(catalogue, wait_s=wait_s).devices


def _devices(
    catalogue: Catalogue, pattern: str, fits: Matcher, wait_s: float
) -> Iterable[ListedRow]:
    with_admin = pattern.lower().startswith(ADMIN)
    if fits.coarse == "*" and not with_admin:
        return _fitting(all_devices(catalogue, wait_s=wait_s), fits)
    beginning = "" if with_admin else fits.coarse.partition("*")[0]
    found = surveyed_beginning(catalogue, beginning, wait_s=wait_s)
    if found is not None:
        return _fitting(found, fits)
    names = [
        name
        for name in catalogue.devices(fits.coarse, wait_s=wait_s)
        if fits(name) and (with_admin or not name.lower().startswith(ADMIN))
    ]
    aliases = [alias for alias in catalogue.aliases(wait_s=wait_s) if fits(alias)]
    if len(names) + len(aliases) <= ONE_BY_ONE:
        return _one_by_one(catalogue, names, aliases, wait_s)
    if not with_admin:
        return _fitting(all_devices(catalogue, wait_s=wait_s), fits)
    servers = survey(catalogue, wait_s=wait_s).servers
    return [
        ListedDevice(name, "", SERVERS_OWN, start.name, start.host, start.runs)
        for name in names
        if (start := servers.get(name[len(ADMIN) :].lower()))
    ]


def _fitting(devices: Iterable[ListedDevice], fits: Matcher) -> list[ListedDevice]:
    return [
        device for device in devices if fits(device.name) or (device.alias and fits(device.alias))
    ]


def _one_by_one(
    catalogue: Catalogue, names: list[str], aliases: list[str], wait_s: float
) -> list[ListedRow]:
    found = {name.lower(): name for name in names}
    for alias in aliases:
        device = unless_unknown(catalogue.device_of, alias, wait_s)
        if device:
            found.setdefault(device.lower(), device)
    rows = catalogue.rows([found[key] for key in sorted(found)], wait_s=wait_s)
    return [
        ListedDevice(
            *(row.name, shown(row.alias), row.class_name),
            *(row.server, row.host, row.exported),
        )
        for row in rows
    ]


def _classes(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    return [row for row in survey(catalogue, wait_s=wait_s).listed_classes if fits(row.name)]


def _servers(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    return [row for row in survey(catalogue, wait_s=wait_s).listed_servers if fits(row.name)]


def _hosts(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    servers = Counter(
        start.host.lower() for start in survey(catalogue, wait_s=wait_s).servers.values()
    )
    for name in catalogue.hosts(wait_s=wait_s):
        if fits(name):
            yield ListedHost(name, servers[name.lower()])


def _aliases(catalogue: Catalogue, _: str, fits: Matcher, wait_s: float) -> Iterable[ListedRow]:
    found = [
        ListedAlias(device.alias, device.name, "device")
        for device in all_devices(catalogue, wait_s=wait_s)
        if device.alias
    ]
    for alias in catalogue.attribute_aliases(wait_s=wait_s):
        name = unless_unknown(catalogue.attribute_of, alias, wait_s)
        found.append(ListedAlias(alias, name, "attribute"))
    found.sort(key=lambda row: row.alias.lower())
    return [row for row in found if fits(row.alias) or fits(row.name)]


_Lister = Callable[[Catalogue, str, Matcher, float], Iterable[ListedRow]]
_LISTERS: dict[str, _Lister] = {
    "devices": _devices,
    "classes": _classes,
    "servers": _servers,
    "hosts": _hosts,
    "aliases": _aliases,
}
