"""The owner's side of the registrar: register a server, then wait until it answers."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ipytango.errors import DemoError
from ipytango.processes import ANSWER_TIMEOUT_S, tail

from ._sources import DATABASE_DEVICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ipytango.processes import Process

PROGRAM = Path(__file__).with_name("_registrar.py")
POLL_S = 0.02


@dataclass(frozen=True)
class Registration:
    """What the database has to know about a device server."""

    server: str
    """`EXECUTABLE/INSTANCE`, as the server calls itself."""

    devices: Mapping[str, Sequence[str]]
    """The names of its devices, for each class."""

    properties: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Device properties: for each device, name and values."""

    attribute_properties: Mapping[str, Mapping[str, Mapping[str, str]]] = field(
        default_factory=dict
    )
    """Attribute properties: for each device and attribute, name and value."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its devices."""
        return tuple(name for names in self.devices.values() for name in names)


class Registrar:
    """A registrar process for one registration. It imports PyTango while its owner goes on."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as stream:
            self._popen = subprocess.Popen(
                [sys.executable, str(PROGRAM)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                bufsize=0,
                start_new_session=True,
            )
        self._requests = cast(IO[bytes], self._popen.stdin)
        self._messages = cast(IO[bytes], self._popen.stdout)
        self._deadline = 0.0

    def register(
        self, registration: Registration, tango_host: str, database: Process, timeout_s: float
    ) -> None:
        """Enter the server; from now on it has `timeout_s` seconds until its devices answer.

        Raises:
            DemoError: the database is not the demo's, refuses, hangs or has ended.
        """
        # The registrar gives up first, and says more about it.
        self._deadline = time.monotonic() + timeout_s + ANSWER_TIMEOUT_S
        host, port = tango_host.split(":")
        request = {
            "host": host,
            "port": int(port),
            "database_device": DATABASE_DEVICE,
            "database_pid": database.pid,
            "timeout_s": timeout_s,
            **asdict(registration),
        }
        self._requests.write(json.dumps(request).encode() + b"\n")
        self._expect("registered", database, registration.server)

    def wait_until_answering(self, server: Process) -> None:
        """Wait until all devices of the registered server answer.

        Raises:
            DemoError: they don't answer in time, or the server has ended.
        """
        self._expect("answering", server, server.name)

    def close(self) -> None:
        """End the registrar, also while it waits."""
        self._popen.kill()
        self._popen.wait()
        self._requests.close()
        self._messages.close()

    def _expect(self, word: str, watched: Process, server: str) -> None:
        message = self._next(watched)
        if message is None:
            raise DemoError(
                f"Registering {server} failed, the last lines of {self._log}:\n{tail(self._log)}"
            )
        if word not in message:
            raise DemoError(
                f"{server} did not start: {message['error']}. The last lines of {watched.log}:\n"
                f"{watched.tail()}"
            )

    def _next(self, watched: Process) -> dict[str, Any] | None:
        """Give the registrar's next message, or None when it ended without one."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._messages, selectors.EVENT_READ)
            while not selector.select(POLL_S):
                if not watched.running:
                    raise died_at_start(watched)
                if time.monotonic() > self._deadline:
                    raise DemoError(
                        f"{watched.name} did not answer in time: it or the database hangs. "
                        f"The last lines of {watched.log}:\n{watched.tail()}"
                    )
        line = self._messages.readline()
        message: dict[str, Any] | None = json.loads(line) if line else None
        return message


def died_at_start(process: Process) -> DemoError:
    """Make the error for a process that ended before it was ready."""
    return DemoError(
        f"{process.name} {process.fate()} at its start. The last lines of {process.log}:\n"
        f"{process.tail()}"
    )
