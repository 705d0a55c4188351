"""What a database says of one device, one server: plain frozen values."""

from __future__ import annotations

import dataclasses

__all__ = ["DeviceRow", "ServedDevice", "ServerRow"]


@dataclasses.dataclass(frozen=True)
class DeviceRow:
    """A device as its database knows it; nobody has asked the device itself."""

    name: str
    """``domain/family/member``, spelled as it was asked for."""

    alias: str
    """Empty where it has none."""

    class_name: str
    server: str
    """``Server/instance``."""

    host: str
    """Where the server ran when it was last started; empty if it never was."""

    exported: bool
    """Whether its server has said that it runs, and not yet that it has stopped. A server that
    was killed has said nothing."""

    started: str
    """When the server was last started, as the database writes it; empty if never."""

    stopped: str
    pid: int
    """Process of the server; 0 if it was never started."""

    idl_version: str
    """Version of the device's interface: ``5``, ``6``..."""


@dataclasses.dataclass(frozen=True)
class ServedDevice:
    """A device in a server's list."""

    name: str
    class_name: str


@dataclasses.dataclass(frozen=True)
class ServerRow:
    """A server process as its database knows it."""

    name: str
    """``Server/instance``."""

    host: str
    """Where it ran when it was last started; empty if it never was."""

    controlled: bool
    """Whether Astor's Starter looks after it."""

    level: int
    """At which of the Starter's levels it starts; 0 without the Starter."""
