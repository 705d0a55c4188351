"""What a name stands for: its form says it, else the database, or the device itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from ...errors import NotInDatabase, TangoNameError
from ..catalogue import Catalogue, Catalogues, DevicePlace
from ._about import KINDS
from ._aliases import unless_unknown

__all__ = ["Found", "find"]

_WRITTEN = (
    "Give a device (sys/tg_test/1, or its alias), an attribute or a command of one "
    "(sys/tg_test/1/ampli), a class (TangoTest), a server (TangoTest/test) or a host."
)


@dataclasses.dataclass(frozen=True)
class Found:
    """What a name stands for."""

    kind: str
    """One of `KINDS`; ``member`` while the device is still to say whether it has an attribute or a
    command of that name."""

    name: str
    """As Tango has it: of an alias, what it stands for."""

    catalogue: Catalogue | None
    """Of the database that it belongs to; None for a device without one."""

    host: str = ""
    """``host:port`` of the server of a device without a database."""

    note: str = ""
    also: tuple[str, ...] = ()
    """Other kinds of things of that name."""

    @property
    def device(self) -> str:
        """The device's own name, where it is one, belongs to one, or is administered by one."""
        if self.kind == "server":
            return f"dserver/{self.name}"
        return "/".join(self.name.split("/")[:3])

    @property
    def own_name(self) -> str:
        """The own name of what belongs to a device: of an attribute, a command."""
        return self.name.rpartition("/")[2]

    @property
    def address(self) -> str:
        """What a proxy of the device is made of, so that it keeps to its database."""
        host = self.catalogue.address if self.catalogue else self.host
        return str(DevicePlace(self.device, host, has_database=self.catalogue is not None))


def find(catalogues: Catalogues, name: str, kind: str, wait_s: float) -> Found:
    """Find what `name` stands for; waits for the database only where the form does not say it.

    Raises `TangoNameError` for what is no name, `NotInDatabase` for what stands for nothing, and
    `CatalogueError`.
    """
    if kind and kind not in KINDS:
        raise TangoNameError(f"{kind!r} is no kind of thing; the kinds are {', '.join(KINDS)}.")
    place = DevicePlace.of(name)
    parts = place.path.split("/")
    if len(parts) > 4 or not all(part.strip() for part in parts):
        raise TangoNameError(f"{name!r} is no name of Tango's. {_WRITTEN}")
    if not place.has_database and not (place.host and len(parts) >= 3):
        raise TangoNameError(
            f"{name!r} names no server: without a database a device is written "
            "tango://host:port/domain/family/member#dbase=no."
        )
    catalogue = catalogues.of_device(name)
    if len(parts) >= 3 or catalogue is None:
        own = "device" if len(parts) == 3 else "member"
        found = [Found(own, place.path, catalogue, place.host)]
    else:
        finders = _OF_ONE_PART if len(parts) == 1 else _OF_TWO_PARTS
        found = [one for finder in finders for one in finder(catalogue, place.path, wait_s)]
    of_kind = [one for one in found if kind in {"", one.kind} or _is_member(one, kind)]
    if not of_kind:
        raise NotInDatabase(_nothing(place.path, catalogue, kind, found))
    chosen, *others = of_kind
    return dataclasses.replace(chosen, also=tuple(other.kind for other in others))


def _is_member(found: Found, kind: str) -> bool:
    return found.kind == "member" and kind in {"attribute", "command"}


def _nothing(path: str, catalogue: Catalogue | None, kind: str, found: list[Found]) -> str:
    where = f" in {catalogue.host}" if catalogue else ""
    if found:
        return f"{path!r} was looked for as a {kind}{where}; it is a {found[0].kind} there."
    word = path.partition("/")[0]
    return (
        f"{path!r} was looked for{f' as a {kind}' if kind else ''}{where}; there is nothing of "
        f"that name. `%tango_ls {word}` lists devices like it, and with --classes, "
        "--servers, --hosts or --aliases these."
    )


_Finder = Callable[[Catalogue, str, float], Iterator[Found]]


def _alias(catalogue: Catalogue, alias: str, wait_s: float) -> Iterator[Found]:
    if device := unless_unknown(catalogue.device_of, alias, wait_s):
        yield Found("device", device, catalogue, note=f"alias {alias}")


def _attribute_alias(catalogue: Catalogue, alias: str, wait_s: float) -> Iterator[Found]:
    if attribute := unless_unknown(catalogue.attribute_of, alias, wait_s):
        yield Found("attribute", attribute, catalogue, note=f"alias {alias}")


def _member_of_alias(catalogue: Catalogue, path: str, wait_s: float) -> Iterator[Found]:
    alias, name = path.split("/")
    if device := unless_unknown(catalogue.device_of, alias, wait_s):
        yield Found("member", f"{device}/{name}", catalogue, note=f"of alias {alias}")


def _class(catalogue: Catalogue, name: str, wait_s: float) -> Iterator[Found]:
    if known := _as_written(catalogue.classes(wait_s=wait_s), name):
        yield Found("class", known, catalogue)


def _server(catalogue: Catalogue, name: str, wait_s: float) -> Iterator[Found]:
    if known := _as_written(catalogue.servers(wait_s=wait_s), name):
        yield Found("server", known, catalogue)


def _host(catalogue: Catalogue, name: str, wait_s: float) -> Iterator[Found]:
    hosts = catalogue.hosts(wait_s=wait_s)
    # A host may be kept with its domain, and be asked for without.
    short = {host.partition(".")[0].lower(): host for host in hosts}
    if known := _as_written(hosts, name) or short.get(name.lower(), ""):
        yield Found("host", known, catalogue)


_OF_ONE_PART: tuple[_Finder, ...] = (_alias, _attribute_alias, _class, _host)
_OF_TWO_PARTS: tuple[_Finder, ...] = (_server, _member_of_alias)


def _as_written(names: tuple[str, ...], name: str) -> str:
    """Return the one of `names` that Tango takes for the same as `name`; empty for none."""
    return next((known for known in names if known.lower() == name.lower()), "")
