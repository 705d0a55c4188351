"""`ipytango doctor`: what is installed, which database answers, whether events come; what to do."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib.metadata
import platform
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .._version import __version__
from ..client import (
    CallPool,
    Feeds,
    Limits,
    Reading,
    database_report,
    database_setting,
    library_versions,
)
from ..demo import demo
from ..errors import DemoError
from ._processes import terminable

__all__ = ["add_to"]

CONNECT_S = 2.0
ANSWER_S = 5.0
EVENT_S = 15.0
"""Tango needs some seconds where it finds out only then that events do not get through."""

_PACKAGES = (
    *("ipython", "ipykernel", "jupyterlab", "ipywidgets", "anywidget"),
    *("gevent", "greenlet", "nest-asyncio2", "pytango-db"),
)
_OPTIONAL = {"jupyterlab": "for `ipytango lab` and notebooks: pip install jupyterlab"}
_TANGOTEST = "/usr/lib/tango/TangoTest"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the report."""

    mark: str
    """``ok``, ``note`` or ``bad``."""

    about: str
    found: str
    advice: str = ""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="what is installed, which database answers, whether events come; what to do",
        description="Look at this installation: versions, the database of TANGO_HOST, and a "
        "private Tango that is started for a moment to see whether calls and events get through. "
        "Ends with 1 where something is bad.",
    )
    parser.set_defaults(run=run, takes_more=lambda _: False)


def run(options: argparse.Namespace) -> int:
    """Print the findings; give 1 where one of them is bad."""
    del options
    worst = 0
    with terminable():
        for finding in _findings():
            print(f"{finding.mark:<5}{finding.about:<32}{finding.found}", flush=True)
            if finding.advice:
                print(f"{'':37}{finding.advice}", flush=True)
            worst |= finding.mark == "bad"
    return worst


def _findings() -> Iterator[Finding]:
    yield Finding("ok", "ipytango", f"{__version__}, Python {platform.python_version()}")
    for name, version in library_versions().items():
        yield Finding("ok", name, version)
    yield from map(_package, _PACKAGES)
    yield _tangotest()
    yield from _databases()
    yield from _private_tango()


# --- what is installed ----------------------------------------------------------------------------


def _package(name: str) -> Finding:
    try:
        return Finding("ok", name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        advice = _OPTIONAL.get(name, f"{sys.executable} -m pip install {name}")
        return Finding("note" if name in _OPTIONAL else "bad", name, "not installed", advice)


def _tangotest() -> Finding:
    found = shutil.which("TangoTest") or (_TANGOTEST if Path(_TANGOTEST).exists() else "")
    if found:
        return Finding("ok", "TangoTest", found)
    advice = "The demo runs its look-alike in Python; on Debian and Ubuntu: apt install tango-test"
    return Finding("note", "TangoTest", "not installed", advice)


# --- the database of TANGO_HOST -------------------------------------------------------------------


def _databases() -> Iterator[Finding]:
    hosts, where = database_setting()
    if not hosts:
        yield Finding(
            "note",
            "TANGO_HOST",
            "not set",
            "export TANGO_HOST=host:port, or choose in a cell: %tango_db host:port, %tango_demo",
        )
        return
    yield Finding("ok", "TANGO_HOST", f"{hosts} (from {where})")
    with _closing_pool() as pool:
        for host in hosts.split(","):
            yield _database(pool, host.strip())


def _database(pool: CallPool, host: str) -> Finding:
    about = f"database {host}"
    name, _, port = host.rpartition(":")
    try:
        socket.create_connection((name, int(port)), CONNECT_S).close()
    except (OSError, ValueError, OverflowError) as error:
        return Finding("bad", about, f"no connection: {error}", "Is it the right host and port?")
    call = pool.submit(host, database_report, (host,), {})
    if not call.wait(ANSWER_S):
        advice = "Something listens there and does not speak: restart the database, if it is one."
        return Finding("bad", about, f"no answer within {ANSWER_S:g} s", advice)
    if call.error is not None:
        first = str(call.error).strip().splitlines()[0]
        return Finding("bad", about, f"{type(call.error).__name__}: {first}")
    told = ", ".join(f"{name} {value}" for name, value in list(call.result.items())[:2])
    return Finding("ok", about, f"answers ({told})" if told else "answers")


def _closing_pool() -> contextlib.closing[CallPool]:
    return contextlib.closing(CallPool(Limits()))


# --- calls and events -----------------------------------------------------------------------------


def _private_tango() -> Iterator[Finding]:
    """Try a Tango of our own: what fails there is this machine's, not the facility's."""
    begin = time.monotonic()
    try:
        with demo() as host:
            took = f"TangoTest answers after {time.monotonic() - begin:.1f} s"
            yield Finding("ok", "private Tango", took)
            yield _events(f"tango://{host}/sys/tg_test/1/double_scalar")
    except DemoError as error:
        yield Finding("bad", "private Tango", str(error))


def _events(attribute: str) -> Finding:
    came = threading.Event()
    begin = time.monotonic()

    def take(reading: Reading) -> None:
        if reading.source in {"change", "periodic"}:
            came.set()

    with contextlib.closing(Feeds()) as feeds:
        feeds.follow(attribute, take)
        if came.wait(EVENT_S):
            return Finding("ok", "events", f"come after {time.monotonic() - begin:.1f} s")
    advice = "Attributes are polled instead. Is ZeroMQ kept off by a firewall, or the host's name?"
    return Finding("bad", "events", f"none within {EVENT_S:g} s", advice)
