"""The rows of listings, as plain frozen values."""

from __future__ import annotations

import dataclasses

__all__ = [
    "LISTED",
    "ListedAlias",
    "ListedClass",
    "ListedDevice",
    "ListedHost",
    "ListedRow",
    "ListedServer",
    "Listing",
]

LISTED = ("devices", "classes", "servers", "hosts", "aliases")
"""What can be listed."""


@dataclasses.dataclass(frozen=True)
class ListedDevice:
    """A device as its database knows it."""

    name: str
    alias: str
    class_name: str
    server: str
    """``Server/instance``."""

    host: str
    """Where the server ran when it was last started; empty if it never was."""

    exported: bool
    """Whether its server has said that it runs, and not yet that it has stopped."""


@dataclasses.dataclass(frozen=True)
class ListedClass:
    """A class of devices."""

    name: str
    devices: int
    """How many there are of it."""


@dataclasses.dataclass(frozen=True)
class ListedServer:
    """A server process."""

    name: str
    """``Server/instance``."""

    host: str
    runs: bool
    """Whether it has said that it runs, and not yet that it has stopped."""

    started: str
    """When it was last started, as the database writes it; empty if never."""

    classes: str
    devices: int


@dataclasses.dataclass(frozen=True)
class ListedHost:
    """A computer on which servers have run."""

    name: str
    servers: int


@dataclasses.dataclass(frozen=True)
class ListedAlias:
    """Another name for a device or an attribute."""

    alias: str
    name: str
    """What it stands for; empty where that is not known any more."""

    kind: str
    """``device`` or ``attribute``."""


ListedRow = ListedDevice | ListedClass | ListedServer | ListedHost | ListedAlias


@dataclasses.dataclass(frozen=True)
class Listing:
    """What a database lists under a pattern."""

    what: str
    """One of `LISTED`."""

    pattern: str
    """What was asked for; empty for all."""

    database: str
    """``host:port``."""

    rows: tuple[ListedRow, ...]
