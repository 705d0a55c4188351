"""The ways into a database: by device, class, server, host or alias, level by level."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from ..client import Question
from ._nodes import Branch, Path

__all__ = ["WAYS", "Level", "Way"]


@dataclasses.dataclass(frozen=True)
class Level:
    """What stands below a path."""

    question: Question[Any]
    branches: Callable[[Any], Iterable[Branch]]
    """Makes the entries of the answer."""


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to find devices."""

    name: str
    """As it is asked for: ``device``."""

    title: str
    levels: tuple[Callable[..., Level], ...]
    """Each is called with the names above it."""

    def level(self, path: Path) -> Level | None:
        """Return what stands below a path; None where nothing can."""
        return self.levels[len(path)](*path) if len(path) < len(self.levels) else None


def _folders(question: Question[Any]) -> Level:
    return Level(question, lambda names: (Branch(name) for name in names))


def _devices(question: Question[Any]) -> Level:
    return Level(question, lambda names: (Branch(name, name) for name in names))


def _members(domain: str, family: str) -> Level:
    return Level(
        Question.members(domain, family),
        lambda names: (Branch(name, f"{domain}/{family}/{name}") for name in names),
    )


def _served(server: str) -> Level:
    return Level(
        Question.server_devices(server),
        lambda served: (Branch(one.name, one.name, one.class_name) for one in served),
    )


_WAYS = (
    Way(
        "device",
        "Devices",
        (
            lambda: _folders(Question.domains()),
            lambda domain: _folders(Question.families(domain)),
            _members,
        ),
    ),
    Way(
        "class",
        "Classes",
        (
            lambda: _folders(Question.classes()),
            lambda name: _devices(Question.class_devices(name)),
        ),
    ),
    Way(
        "server",
        "Servers",
        (
            lambda: _folders(Question.server_names()),
            lambda name: _folders(Question.instances(name)),
            lambda name, instance: _served(f"{name}/{instance}"),
        ),
    ),
    Way(
        "host",
        "Hosts",
        (
            lambda: _folders(Question.hosts()),
            lambda host: _folders(Question.host_servers(host)),
            lambda _, server: _served(server),
        ),
    ),
    Way("alias", "Aliases", (lambda: _devices(Question.aliases()),)),
)

WAYS = {way.name: way for way in _WAYS}
