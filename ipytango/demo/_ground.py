"""The running demo: one database, TangoTest, and device servers beside it."""

from __future__ import annotations

import re
import socket
import sys
import time
from typing import TYPE_CHECKING

from ipytango.errors import DemoError
from ipytango.processes import Keeper

from ._registration import Registrar, Registration, died_at_start
from ._servers import DeviceServer
from ._sources import LOOPBACK, ON_LOOPBACK, database_command, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ipytango.processes import Process

    from ._sources import TangoTest

TANGO_TEST_DEVICE = "sys/tg_test/1"

NEW_DATA_PERIOD_MS = 100
"""How often TangoTest makes new values (its property `Sleep_period`); its own default is 2 s."""

POLLING_PERIODS_MS = {
    "double_scalar": 200,
    "long_scalar": 500,
    "short_scalar_ro": 500,
    "double_spectrum_ro": 1000,
    "state": 500,
    "status": 1000,
}
"""What TangoTest polls: without polling it sends no periodic and no change events."""

CHANGE_THRESHOLDS = {"double_scalar": 0.1, "long_scalar": 1, "short_scalar_ro": 1}
"""The least absolute change of a polled number that makes a change event."""

START_TIMEOUT_S = 30.0
"""For a busy machine; usually a start takes about a second."""

_PORT = re.compile(r"port=(\d+)")
_POLL_S = 0.005


class Ground:
    """Everything that runs in a demo, from the moment it answers until it is closed."""

    def __init__(
        self, source: TangoTest, *, port: int, log_directory: Path, notify: Callable[[str], None]
    ) -> None:
        refuse_used(port)
        self.source = source
        self.log_directory = log_directory
        self.servers: list[DeviceServer] = []
        self._notify = notify
        self._keeper = Keeper(log_directory, of="demo", error=DemoError)
        self._registrar: Registrar | None = self._new_registrar()
        try:
            self.database = self._start_database(port)
            self.tango_host = self._wait_for_tango_host()
            self.tango_test = self._add_tango_test(source)
            self.database.watch(self._report)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything. May be repeated."""
        if self._registrar is not None:
            self._registrar.close()
            self._registrar = None
        self._keeper.close()

    def add_server(
        self,
        registration: Registration,
        command: Sequence[str],
        *,
        variables: Mapping[str, str],
        timeout_s: float,
    ) -> DeviceServer:
        """Register a device server, start it and wait until its devices answer.

        Raises:
            DemoError: a name is taken, or the server ended at its start or does not answer in time.
        """
        self._refuse_taken(registration)

        def launch() -> Process:
            return self._launch(registration, command, variables, timeout_s)

        server = DeviceServer(registration, launch)
        self.servers.append(server)
        return server

    def ending(self, pid: int) -> AbstractContextManager[None]:
        """Have a process of somebody else's ended too if this process dies in the block."""
        return self._keeper.adopted(pid)

    def _launch(
        self,
        registration: Registration,
        command: Sequence[str],
        variables: Mapping[str, str],
        timeout_s: float,
    ) -> Process:
        if not self.database.running:
            raise DemoError(
                f"{registration.server} cannot be started: the demo's database (pid "
                f"{self.database.pid}) {self.database.fate()}. Stop the demo and start it again."
            )
        registrar, self._registrar = self._registrar or self._new_registrar(), None
        try:
            registrar.register(registration, self.tango_host, self.database, timeout_s)
            process = self._keeper.start(registration.server, [*command, *ON_LOOPBACK], variables)
            try:
                registrar.wait_until_answering(process)
            except BaseException:
                process.kill()
                raise
        finally:
            registrar.close()
        process.watch(self._report)
        return process

    def _new_registrar(self) -> Registrar:
        logs = self.log_directory
        return Registrar(environment(None, logs), logs / "registrar.log")

    def _start_database(self, port: int) -> Process:
        variables = environment(None, self.log_directory)
        return self._keeper.start("database", database_command(port), variables)

    def _wait_for_tango_host(self) -> str:
        """Wait until the database says on which port it listens; it, not we, has chosen it."""
        database = self.database
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (match := _PORT.search(database.log.read_text(errors="replace"))):
            if database.wait(_POLL_S):
                raise died_at_start(database)
            if time.monotonic() > deadline:
                raise DemoError(
                    f"The database did not listen within {START_TIMEOUT_S:.0f} s. The last lines "
                    f"of {database.log}:\n{database.tail()}"
                )
        return f"{LOOPBACK}:{match[1]}"

    def _add_tango_test(self, source: TangoTest) -> DeviceServer:
        polling = [str(item) for pair in POLLING_PERIODS_MS.items() for item in pair]
        registration = Registration(
            "TangoTest/test",
            {"TangoTest": [TANGO_TEST_DEVICE]},
            properties={
                TANGO_TEST_DEVICE: {
                    "Sleep_period": [str(NEW_DATA_PERIOD_MS)],
                    "polled_attr": polling,
                }
            },
            attribute_properties={
                TANGO_TEST_DEVICE: {
                    name: {"abs_change": str(change)} for name, change in CHANGE_THRESHOLDS.items()
                }
            },
        )
        return self.add_server(
            registration,
            [*source.command, "test"],
            variables=environment(self.tango_host, self.log_directory),
            timeout_s=START_TIMEOUT_S,
        )

    def _refuse_taken(self, registration: Registration) -> None:
        wanted = {name.lower() for name in registration.names}
        for server in self.servers:
            taken = wanted & {name.lower() for name in server.devices}
            if taken or server.name.lower() == registration.server.lower():
                what = ", ".join(sorted(taken)) or registration.server
                raise DemoError(
                    f"{what} is already there, served by {server}: choose another name."
                )

    def _report(self, process: Process) -> None:
        self._notify(f"{process.name} (pid {process.pid}) {process.fate()}; its log: {process.log}")


def refuse_used(port: int) -> None:
    """Make sure that nobody listens on a port that the user has chosen.

    Raises:
        DemoError: somebody does, perhaps another database, which is not ours to touch.
    """
    with socket.socket() as probe:
        # What a database that has just ended left behind does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise DemoError(
                f"Port {port} on {LOOPBACK} cannot be used for the demo's database: "
                f"{error.strerror}. Choose another one, or leave the choice to the demo."
            ) from error


def script_command(source: str, instance: str) -> list[str]:
    """Give the command that runs a device server from a Python file or a module's name."""
    where = [source] if source.endswith(".py") else ["-m", source]
    return [sys.executable, *where, instance]
