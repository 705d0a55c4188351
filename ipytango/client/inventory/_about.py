"""What is known of one thing of the control system, as plain frozen values."""

from __future__ import annotations

import dataclasses
from typing import Any

from .._readings import Failure
from ..snapshots import (
    CommandFacts,
    CommandList,
    ConfigList,
    ConfigSnapshot,
    DeviceStatus,
    ValueSnapshot,
)

__all__ = ["KINDS", "About", "Content", "Part", "Rows"]

KINDS = ("device", "attribute", "command", "class", "server", "host")
"""What can be asked about, in the order in which a name is tried."""


@dataclasses.dataclass(frozen=True)
class Rows:
    """A table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Texts and numbers, one for each column."""

    hidden: int = 0
    """Rows more that were not asked for, as there are so many."""


Content = (
    Rows | ConfigList | ConfigSnapshot | CommandList | CommandFacts | ValueSnapshot | Failure | str
)


@dataclasses.dataclass(frozen=True)
class Part:
    """One thing that is known, under its title; a `Failure` where the question was not answered."""

    title: str
    content: Content


@dataclasses.dataclass(frozen=True)
class About:
    """All that Tango knows of a device, attribute, command, class, server or host."""

    kind: str
    """One of `KINDS`."""

    name: str
    database: str
    """``host:port``; empty for a device without a database."""

    note: str = ""
    """What kind of thing it is, in few words."""

    facts: tuple[tuple[str, str], ...] = ()
    status: DeviceStatus | None = None
    parts: tuple[Part, ...] = ()
    also: tuple[str, ...] = ()
    """Other kinds of things that bear the same name."""

    @property
    def failures(self) -> tuple[tuple[str, Failure], ...]:
        """The questions that were not answered, and why."""
        state = self.status.failure if self.status else None
        failed = [("state", state)] if state else []
        failed += [
            (part.title, part.content) for part in self.parts if isinstance(part.content, Failure)
        ]
        return tuple(failed)
