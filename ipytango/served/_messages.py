"""What a device server's process is told, and what it tells: plain values, JSON by the line."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Mapping
from typing import Any

__all__ = ["REGISTERED", "STAYS", "Job", "Line", "Order", "Source"]

REGISTERED = "registered"
"""A file of this name in a server's directory: it is in its database until that file has gone."""

STAYS = "stays"
"""A file of this name there: the server comes back, so it stays in its database."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Code of the user's, with the lines that it has where it stands."""

    text: str
    label: str
    """What tracebacks call the file, such as ``Cell In[3]``."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What a process has to know before it can say what it serves."""

    source: Source
    before: tuple[Source, ...] = ()
    """Device classes of other cells that it is built on, in their order."""

    modules: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Names that mean modules, and those modules' own names."""

    carried: bytes = b""
    """Names and values, as ``cloudpickle`` has written them."""

    directory: str = ""
    """Where it works."""

    classes: tuple[str, ...] = ()
    """The names of those to serve; empty: what the code runs, else those that it defines."""

    green_mode: str = ""
    """That of the classes that choose none; empty: PyTango's own, synchronous."""


@dataclasses.dataclass(frozen=True)
class Order:
    """How to serve what was loaded."""

    server: str
    """``EXECUTABLE/INSTANCE``."""

    devices: Mapping[str, tuple[str, ...]]
    """The names of the devices of each class."""

    host: str
    port: int

    database: str = ""
    """``host:port`` of the database to register in; empty: none."""

    kept: bool = False
    """Whether an earlier process of the same server has registered it, for this one to use."""


class Line:
    """One end of the connection between the kernel and a server's process."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._unread = b""

    def say(self, **message: object) -> None:
        """Send a message. Raises `OSError` when nobody is there."""
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """Return the next message; None when the other end has gone. Raises `TimeoutError`."""
        self._socket.settimeout(timeout_s)
        while b"\n" not in self._unread:
            chunk = self._socket.recv(65536)
            if not chunk:
                return None
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
