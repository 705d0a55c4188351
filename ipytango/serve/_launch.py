"""One start of a server's process: load its code, tell it how to serve, wait until it does."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import ServerError
from ..processes import Keeper, Process
from ..served import Job, Line, Order

__all__ = ["LOOPBACK", "Launch", "Launcher", "Loaded", "free_port", "refuse_used"]

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 60.0
"""For each of its two parts; usually both together take about a second."""
_POLL_S = 0.05
_MODULE = "ipytango.served"


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What a server's code has in it."""

    classes: tuple[str, ...]
    mode: str
    """Its green mode, in lower case."""


@dataclasses.dataclass(frozen=True)
class Launcher:
    """Starts processes of one server, again and again."""

    keeper: Keeper
    directory: Path
    """The server's own, over all its starts."""
    job: Job

    def launch(self) -> Launch:
        """Start a process that loads the code. Raises `ServerError`."""
        return Launch(self.keeper, self.directory, self.job)


class Launch:
    """A process that runs the user's code and waits for orders."""

    def __init__(self, keeper: Keeper, directory: Path, job: Job) -> None:
        job_file, socket_file = directory / "job", directory / "socket"
        job_file.write_bytes(pickle.dumps(job))
        socket_file.unlink(missing_ok=True)
        self._socket_file = socket_file
        self._line: Line | None = None
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            self._listener.bind(str(socket_file))
            self._listener.listen(1)
            self._listener.settimeout(_POLL_S)
            command = [sys.executable, "-m", _MODULE, str(job_file), str(socket_file)]
            self.process: Process = keeper.start(directory.name, command, _environment(directory))
        except BaseException:
            self._listener.close()
            raise

    def load(self) -> Loaded:
        """Wait until the code has run. Raises `ServerError`."""
        message = self._hear("The code did not end")
        return Loaded(tuple(message["classes"]), message["mode"])

    def serve(self, order: Order) -> None:
        """Have it serve, and wait until it does. Raises `ServerError`."""
        assert self._line is not None  # noqa: S101 - `load` comes first
        try:
            self._line.say(**dataclasses.asdict(order))
        except OSError:
            raise _ended(self.process) from None
        self._hear(f"{order.server} did not begin to serve")
        self._hang_up()

    def give_up(self) -> None:
        """End the process at once. Any thread, also while another waits for it."""
        self.process.kill()

    def _hear(self, what: str) -> dict[str, Any]:
        try:
            message = self._next(what)
        except BaseException:
            self._hang_up()
            self.process.kill()
            raise
        if "failed" in message:
            self._hang_up()
            self.process.kill()
            why, traceback = message["failed"], message["traceback"]
            raise ServerError(f"The server did not start: {why}" if traceback else why, traceback)
        return message

    def _next(self, what: str) -> dict[str, Any]:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                if self._line is None:
                    connected, _ = self._listener.accept()
                    self._line = Line(connected)
                message = self._line.hear(_POLL_S)
                if message is None:
                    self.process.wait(1.0)
                    raise _ended(self.process)
                return message
            if not self.process.running:
                raise _ended(self.process)
        raise ServerError(
            f"{what} within {START_TIMEOUT_S:.0f} s, and was ended. The last lines of its log:\n"
            f"{self.process.tail()}"
        )

    def _hang_up(self) -> None:
        self._listener.close()
        self._socket_file.unlink(missing_ok=True)
        if self._line is not None:
            self._line.close()


def free_port() -> int:
    """Return a port where nobody listens now.

    A server that is left to choose one itself could not have it again: of the ports that it is
    told it takes what its clients have not let go yet, too (SO_REUSEADDR).
    """
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_used(port: int) -> None:
    """Raise `ServerError` if somebody listens on a port."""
    with socket.socket() as probe:
        # What a server that has just ended left behind does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            raise ServerError(
                f"Port {port} on {LOOPBACK} cannot be used: {error}. Choose another --port, or "
                "leave the choice to ipytango."
            ) from None


def _ended(process: Process) -> ServerError:
    return ServerError(
        f"The server {process.fate()} at its start. The last lines of its log:\n{process.tail()}"
    )


def _environment(directory: Path) -> dict[str, str]:
    """Give it the environment of this process, and find modules as here."""
    variables = dict(os.environ)
    variables.pop("PYTANGO_GREEN_MODE", None)  # that of this shell; a class names its own
    variables["PYTHONPATH"] = os.pathsep.join(_search_path(sys.path))
    variables["PYTHONUNBUFFERED"] = "1"  # a log must hold the last words of a killed process
    variables["TANGO_LOG_PATH"] = str(directory)
    return variables


def _search_path(path: Sequence[str]) -> list[str]:
    return [entry or str(Path.cwd()) for entry in path]
