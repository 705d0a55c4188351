"""How a name goes on: level by level, from what is known, and never waiting for long."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import Literal

from ...errors import CatalogueError
from ._catalogue import Catalogue
from ._catalogues import Catalogues
from ._interfaces import Interfaces
from ._places import DevicePlace
from ._questions import Names, Question

__all__ = ["Completions", "NameKind"]

NameKind = Literal["device", "attribute", "class", "server", "host", "database", "any"]
"""What a name is to be of: ``any`` is a device, an attribute, a class, a server or a host."""

PATIENCE_S = 0.14
"""How long a completion waits, in all, for what has never been asked before."""

_FIRST_LEVEL = (Question.domains(), Question.aliases(), Question.attribute_aliases())
_DOMAIN, _FAMILY, _MEMBER, _ATTRIBUTE = range(1, 5)


class Completions:
    """Gives what a name can become; from any thread, within `PATIENCE_S` whatever happens."""

    def __init__(self, catalogues: Catalogues, interfaces: Interfaces) -> None:
        self._catalogues = catalogues
        self._interfaces = interfaces

    def prepare(self) -> None:
        """Ask in the background for what the first name will need; returns at once."""
        with contextlib.suppress(CatalogueError):  # no database is chosen
            for question in _FIRST_LEVEL:
                self._catalogues.current.known(question)

    def of(self, kind: NameKind, typed: str) -> list[str]:
        """Return names of that kind that begin with what is typed, up to their next ``/``."""
        until = time.monotonic() + PATIENCE_S
        try:
            return list(dict.fromkeys(self._names(kind, typed, until)))
        except CatalogueError:
            return []  # no database is chosen: there is nothing to offer

    def of_class(self, class_name: str, typed: str) -> list[str]:
        """Return the devices of a class that begin with what is typed, up to their next ``/``.

        Nothing if the current database knows no such class.
        """
        until = time.monotonic() + PATIENCE_S
        try:
            catalogue = self._catalogues.current
        except CatalogueError:
            return []
        classes = _ask(catalogue, Question.classes(), until)
        if class_name.lower() not in map(str.lower, classes):
            return []
        names = _ask(catalogue, Question.class_devices(class_name), until)
        return list(dict.fromkeys(_up_to_next_level(names, typed)))

    def _names(self, kind: NameKind, typed: str, until: float) -> Iterator[str]:
        if kind == "database":
            yield from _beginning(self._databases(), typed)
            return
        place = DevicePlace.of(typed)
        if "#" in typed:
            return  # a device without a database: nobody lists it
        before = typed[: len(typed) - len(place.path)]
        if not before and kind in ("device", "attribute", "any"):
            yield from _beginning((f"tango://{host}/" for host in self._databases()), typed or "-")
            if typed.lower().startswith("tango:"):
                return
        catalogue = self._catalogues.of(place.host) if place.host else self._catalogues.current
        for name in self._in(catalogue, kind, place.path, until):
            yield before + name

    def _databases(self) -> Names:
        current = self._catalogues.current_host.split(",")
        known = (catalogue.address for catalogue in self._catalogues.known)
        return tuple(dict.fromkeys((*filter(None, current), *known)))

    def _in(self, catalogue: Catalogue, kind: NameKind, path: str, until: float) -> Iterator[str]:
        if kind in ("class", "any"):
            yield from _beginning(_ask(catalogue, Question.classes(), until), path)
        if kind in ("host", "any"):
            yield from _beginning(_ask(catalogue, Question.hosts(), until), path)
        if kind in ("server", "any"):
            yield from self._servers(catalogue, path, until)
        if kind in ("device", "attribute", "any"):
            yield from self._devices(catalogue, path, until, attributes=kind != "device")

    @staticmethod
    def _servers(catalogue: Catalogue, path: str, until: float) -> Iterator[str]:
        name, slash, instance = path.partition("/")
        if not slash:
            names = _ask(catalogue, Question.server_names(), until)
            yield from (f"{server}/" for server in _beginning(names, name))
        elif "/" not in instance:
            names = _ask(catalogue, Question.instances(name), until)
            yield from (f"{name}/{found}" for found in _beginning(names, instance))

    def _devices(
        self, catalogue: Catalogue, path: str, until: float, *, attributes: bool
    ) -> Iterator[str]:
        *above, last = path.split("/")
        level = len(above) + 1
        start = "".join(f"{part}/" for part in above)
        if level == _DOMAIN:
            domains, aliases, of_attributes = _ask_all(catalogue, _FIRST_LEVEL, until)
            yield from (f"{name}/" for name in _beginning(domains, last))
            end = "/" if attributes else ""
            yield from (f"{name}{end}" for name in _beginning(aliases, last))
            yield from _beginning(of_attributes if attributes else (), last)
        elif level == _FAMILY:
            families = _ask(catalogue, Question.families(above[0]), until)
            yield from (f"{start}{name}/" for name in _beginning(families, last))
            if attributes and not families:  # an alias, perhaps
                aliases = _ask(catalogue, Question.aliases(), until)
                if above[0].lower() in map(str.lower, aliases):
                    yield from self._attributes(catalogue, above[0], last, until)
        elif level == _MEMBER:
            end = "/" if attributes else ""
            members = _ask(catalogue, Question.members(*above), until)
            yield from (f"{start}{name}{end}" for name in _beginning(members, last))
        elif level == _ATTRIBUTE and attributes:
            yield from self._attributes(catalogue, "/".join(above), last, until)

    def _attributes(
        self, catalogue: Catalogue, device: str, typed: str, until: float
    ) -> Iterator[str]:
        place = DevicePlace(device, catalogue.address)
        interface = self._interfaces.known(str(place), patience_s=until - time.monotonic())
        if interface is not None:
            names = sorted((facts.name for facts in interface.attributes), key=str.lower)
            yield from (f"{device}/{name}" for name in _beginning(names, typed))


def _ask(catalogue: Catalogue, question: Question[Names], until: float) -> Names:
    return catalogue.glance(question, patience_s=until - time.monotonic()) or ()


def _ask_all(
    catalogue: Catalogue, questions: Iterable[Question[Names]], until: float
) -> list[Names]:
    asked = list(questions)
    for question in asked:
        catalogue.known(question)  # all are under way before one is waited for
    return [_ask(catalogue, question, until) for question in asked]


def _beginning(names: Iterable[str], typed: str) -> Iterator[str]:
    """Give those that begin with what is typed, in any case, as Tango's names are."""
    start = typed.lower()
    return (name for name in names if name.lower().startswith(start))


def _up_to_next_level(names: Iterable[str], typed: str) -> Iterator[str]:
    levels = typed.count("/") + 1
    for name in _beginning(names, typed):
        parts = name.split("/")
        yield "/".join(parts[:levels]) + ("/" if len(parts) > levels else "")
