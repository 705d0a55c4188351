"""The demo as its user holds it: start, stop, with."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ipytango.errors import DemoError

from ._ground import START_TIMEOUT_S, Ground, script_command
from ._registration import Registration
from ._sources import environment, find_tango_test

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from ipytango.processes import Process

    from ._servers import DeviceServer

_LOG = logging.getLogger("ipytango.demo")


class Demo:
    """A private Tango database with TangoTest; made by `demo`."""

    def __init__(
        self,
        *,
        look_alike: bool = False,
        port: int = 0,
        export: bool | None = None,
        log_directory: str | os.PathLike[str] | None = None,
        notify: Callable[[str], None] = _LOG.warning,
    ) -> None:
        if os.name != "posix":
            raise DemoError(f"The demo runs on Linux and macOS; this is {sys.platform}.")
        self._look_alike = look_alike
        self._port = port
        self._export = export
        self._given_log_directory = log_directory
        self._notify = notify
        self._ground: Ground | None = None
        self._replaced: list[str | None] = []

    def __repr__(self) -> str:
        if self._ground is None:
            return "<Demo: not started>"
        return f"<Demo: TANGO_HOST={self.tango_host}, {self.kind} TangoTest {self.device}>"

    def __enter__(self) -> str:
        self._start(export=self._export is not False)
        return self.tango_host

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Start the database and TangoTest; give the `TANGO_HOST` once the device answers.

        Raises:
            DemoError: something is missing, or ended or hung at its start; the message has the
                last lines of its log. Nothing is left running.
        """
        self._start(export=self._export is True)
        return self.tango_host

    def stop(self) -> None:
        """End everything that the demo has started, and take back `TANGO_HOST`. May be repeated."""
        if self._replaced:
            _set_tango_host(self._replaced.pop())
        if self._ground is not None:
            self._ground.close()
            self._ground = None

    @property
    def running(self) -> bool:
        """Whether the demo has been started and not stopped; processes may have died meanwhile."""
        return self._ground is not None

    @property
    def tango_host(self) -> str:
        """`host:port` of the database, as the environment variable TANGO_HOST wants it."""
        return self._running_ground.tango_host

    @property
    def kind(self) -> str:
        """Which TangoTest runs: `"C++"` or `"look-alike"`."""
        return self._running_ground.source.kind

    @property
    def note(self) -> str:
        """A line about why this TangoTest runs, empty when it is the one that was asked for."""
        return self._running_ground.source.note

    @property
    def device(self) -> str:
        """The name of TangoTest's device."""
        return self.tango_test.devices[0]

    @property
    def devices(self) -> tuple[str, ...]:
        """The names of all devices, TangoTest's first."""
        return tuple(name for server in self.servers for name in server.devices)

    @property
    def log_directory(self) -> Path:
        """Where each process has its log; it stays when the demo is stopped."""
        return self._running_ground.log_directory

    @property
    def database(self) -> Process:
        """The database's process; it holds everything in memory, so that it cannot be restarted."""
        return self._running_ground.database

    @property
    def tango_test(self) -> DeviceServer:
        """The server of TangoTest."""
        return self._running_ground.tango_test

    @property
    def servers(self) -> tuple[DeviceServer, ...]:
        """All device servers, TangoTest first."""
        return tuple(self._running_ground.servers)

    def add_server(  # noqa: PLR0913 - a keyword for each thing that a server may need
        self,
        source: str | os.PathLike[str],
        instance: str,
        devices: Mapping[str, Sequence[str]],
        *,
        server: str | None = None,
        arguments: Sequence[str] = (),
        properties: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        green: str | None = None,
        timeout_s: float = START_TIMEOUT_S,
    ) -> DeviceServer:
        """Start a device server in Python beside TangoTest, and wait until its devices answer.

        Args:
            source: a Python file (`*.py`), or the name of a module that is importable here.
            instance: the instance name, its first argument.
            devices: for each device class, the names of its devices.
            server: the server's executable name in the database, if it is not the file's name.
            arguments: what follows the instance name on its command line.
            properties: for each device, its properties before the first start.
            green: the server's green mode (PYTANGO_GREEN_MODE), if its code does not choose one.
            timeout_s: how long its devices may take to answer, in seconds.

        Raises:
            DemoError: the demo is not running, a name is taken, or the server ended at its start
                or does not answer in time; the message has the last lines of its log.
        """
        ground = self._running_ground
        path = os.fspath(source)
        executable = server or Path(path.removesuffix(".py").rpartition(".")[-1]).name
        return ground.add_server(
            Registration(f"{executable}/{instance}", devices, properties or {}),
            [*script_command(path, instance), *arguments],
            variables=environment(ground.tango_host, ground.log_directory, green=green),
            timeout_s=timeout_s,
        )

    def ending(self, pid: int) -> AbstractContextManager[None]:
        """Have a process that the demo has not started end too if this process dies meanwhile."""
        return self._running_ground.ending(pid)

    @property
    def _running_ground(self) -> Ground:
        if self._ground is None:
            raise DemoError("The demo is not running: call start(), or use it in a `with` block.")
        return self._ground

    def _start(self, *, export: bool) -> None:
        if self._ground is not None:
            raise DemoError(f"The demo is already running, TANGO_HOST={self.tango_host}.")
        self._ground = Ground(
            find_tango_test(look_alike=self._look_alike),
            port=self._port,
            log_directory=self._make_log_directory(),
            notify=self._notify,
        )
        if export:
            self._replaced.append(os.environ.get("TANGO_HOST"))
            _set_tango_host(self.tango_host)

    def _make_log_directory(self) -> Path:
        if self._given_log_directory is None:
            return Path(tempfile.mkdtemp(prefix="ipytango-demo-"))
        directory = Path(self._given_log_directory)
        directory.mkdir(parents=True, exist_ok=True)
        return directory


def demo(
    *,
    look_alike: bool = False,
    port: int = 0,
    export: bool | None = None,
    log_directory: str | os.PathLike[str] | None = None,
    notify: Callable[[str], None] = _LOG.warning,
) -> Demo:
    """Give a private Tango database with TangoTest as `sys/tg_test/1`, to be started.

    In a `with` block it runs for the block, which gets its `TANGO_HOST`; or call its `start` and
    `stop`. Everything listens on loopback only, and ends with this process, however that ends.

    Args:
        look_alike: take the TangoTest in Python even where the C++ one is installed.
        port: where the database listens; 0 is any free port.
        export: set `os.environ["TANGO_HOST"]` while it runs. None: only in a `with` block.
        log_directory: where the logs go; None makes a temporary directory, which stays.
        notify: is called with a line of text, from another thread, when a process of the demo
            ends that was not asked to. It must not call the demo.
    """
    return Demo(
        look_alike=look_alike,
        port=port,
        export=export,
        log_directory=log_directory,
        notify=notify,
    )


def _set_tango_host(value: str | None) -> None:
    if value is None:
        os.environ.pop("TANGO_HOST", None)
    else:
        os.environ["TANGO_HOST"] = value
