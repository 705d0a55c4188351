"""The database of a whole facility: a real one, with far more devices than run anywhere."""

import itertools
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from support.ending import Ending

DOMAINS, FAMILIES, MEMBERS, CLASSES, SERVERS, HOSTS = 50, 40, 50, 300, 5_000, 200
DEVICES = DOMAINS * FAMILIES * MEMBERS
"""100,000, as the largest facilities have, and those of the servers."""

ALIASES = 2_000

_COMMAND = (sys.executable, "-m", "databaseds.database")
_PORT = re.compile(r"port=(\d+)")


class Facility(Ending):
    """A Tango database with many devices of which none runs; a context manager that ends it."""

    def __init__(self, scratch: Path, *, domains: int = DOMAINS) -> None:
        """Start it with 2,000 devices in each domain, `area-00` and so on."""
        file = scratch / "facility.db"
        self._process = subprocess.Popen(
            [*_COMMAND, "--host", "127.0.0.1", "--port", "0", "--print-host-port", "2"],
            env={**os.environ, "PYTANGO_DATABASE_NAME": str(file), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self.tango_host = f"127.0.0.1:{self._port()}"
            _fill(file, domains * FAMILIES * MEMBERS)
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process id of the database."""
        return self._process.pid

    def suspend(self) -> None:
        """Let the database hang."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)  # until it is so

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _port(self) -> int:
        """Wait until the database has told its port: its tables are there then."""
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            said.append(line)
            if found := _PORT.search(line):
                return int(found[1])
        raise AssertionError(f"the database has not started: {''.join(said)}")


def _fill(file: Path, devices: int) -> None:
    database = sqlite3.connect(file)
    with database:
        database.executemany(
            "INSERT INTO device (name, alias, domain, family, member, exported, host, server,"
            " class, version, ior, started, stopped)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '6', '', ?, ?)",
            itertools.chain(
                map(_device, range(devices)), map(_server_device, range(min(devices, SERVERS)))
            ),
        )
    database.close()


def _device(number: int) -> tuple[object, ...]:
    rest, member_number = divmod(number, MEMBERS)
    domain_number, family_number = divmod(rest, FAMILIES)
    domain, family, member = (
        f"area-{domain_number:02d}",
        f"vacuum_{family_number:02d}",
        f"{member_number:03d}",
    )
    alias = f"alias{number:06d}" if number % (DEVICES // ALIASES) == 0 else None
    return (
        f"{domain}/{family}/{member}",
        alias,
        domain,
        family,
        member,
        number % 3 and 1,
        *_served(number % SERVERS, f"Class{number % SERVERS % CLASSES:03d}"),
    )


def _server_device(number: int) -> tuple[object, ...]:
    host, server, *rest = _served(number, "DServer")
    name, instance = str(server).split("/")
    row = (f"dserver/{server}", None, "dserver", name, instance, 1)
    return (*row, host, server, *rest)


def _served(number: int, class_name: str) -> tuple[object, ...]:
    """Give what the rows of a server's devices have in common."""
    server = f"Server{number % CLASSES:03d}/{number:04d}"
    when = "2026-01-01 00:00:00"
    return f"host{number % HOSTS:03d}", server, class_name, when, when
