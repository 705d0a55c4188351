"""A device server as a handle over its starts and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipytango.processes import Process

    from ._registration import Registration


class DeviceServer:
    """A device server of the demo."""

    def __init__(self, registration: Registration, launch: Callable[[], Process]) -> None:
        self._registration = registration
        self._launch = launch
        self._process = launch()

    def __repr__(self) -> str:
        return f"<DeviceServer {self.name}: pid {self.pid}, {self._process.fate()}>"

    @property
    def name(self) -> str:
        """`EXECUTABLE/INSTANCE`, its name in the database."""
        return self._registration.server

    @property
    def devices(self) -> tuple[str, ...]:
        """The names of its devices."""
        return self._registration.names

    @property
    def pid(self) -> int:
        """Number of its process, or of the last one it had."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit code, or minus the number of the signal that ended it; None while it runs."""
        return self._process.returncode

    @property
    def running(self) -> bool:
        """Whether its process is there (also when it is suspended)."""
        return self._process.running

    @property
    def log(self) -> Path:
        """File with everything that it wrote to its standard output and error, over all starts."""
        return self._process.log

    def stop(self) -> None:
        """End it (SIGTERM): it withdraws its devices from the database, and stays registered."""
        self._process.stop()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would: the database goes on to call it exported."""
        self._process.kill()

    def restart(self) -> None:
        """Stop it if it runs, start it again, and wait until its devices answer.

        Raises:
            DemoError: it ended at its start or does not answer in time.
        """
        self.stop()
        self._process = self._launch()

    def suspend(self) -> None:
        """Make it look hung to its clients (SIGSTOP): it takes connections and never answers."""
        self._process.suspend()

    def resume(self) -> None:
        """Let it go on after `suspend` (SIGCONT)."""
        self._process.resume()
