"""What there is on this machine to run: the database, TangoTest, and how their processes see it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ipytango.errors import DemoError

LOOPBACK = "127.0.0.1"

ON_LOOPBACK = ("-ORBendPoint", f"giop:tcp:{LOOPBACK}:0")
"""Arguments of a device server that make it, and its events, listen on loopback only."""

DATABASE_DEVICE = "sys/database/2"

DEBIAN_TANGO_TEST = Path("/usr/lib/tango/TangoTest")
"""Where the packages of Debian and Ubuntu put it: not on PATH."""

LOOK_ALIKE = Path(__file__).with_name("_lookalike.py")
"""Run by its path: it needs nothing of ipytango, and starts faster without."""


@dataclass(frozen=True)
class TangoTest:
    """A way to run TangoTest."""

    kind: str
    """`"C++"`, or `"look-alike"` for the one in Python that is part of ipytango."""

    command: tuple[str, ...]
    """Program and first arguments; the instance name and options are still to be added."""

    note: str = ""
    """A line for the user about why this one was chosen, or nothing."""


def find_tango_test(*, look_alike: bool) -> TangoTest:
    """Find the C++ TangoTest; the look-alike is taken where there is none, or when asked for."""
    command = (sys.executable, str(LOOK_ALIKE))
    if look_alike:
        return TangoTest("look-alike", command)
    beside_python = (
        Path(sys.executable).parent / "TangoTest"
    )  # conda-forge, also when not activated
    candidates = (beside_python, shutil.which("TangoTest"), DEBIAN_TANGO_TEST)
    for program in candidates:
        if program is not None and os.access(program, os.X_OK):
            return TangoTest("C++", (str(program),))
    how = "conda install -c conda-forge tango-test"
    if shutil.which("apt-get"):
        how = "apt install tango-test"
    return TangoTest(
        "look-alike", command, f"using the Python look-alike; for the C++ TangoTest: {how}"
    )


def database_command(port: int) -> list[str]:
    """Give the command for a database on loopback; port 0 is any free one, told in its output.

    Raises:
        DemoError: neither pytango-db nor PyTango is installed.
    """
    return [
        sys.executable,
        "-m",
        _database_module(),
        "--host",
        LOOPBACK,
        "--port",
        str(port),
        "--print-host-port",
        DATABASE_DEVICE.rpartition("/")[-1],
    ]


def _database_module() -> str:
    tango = importlib.util.find_spec("tango")
    if tango is None or tango.origin is None:
        raise DemoError(
            f"PyTango is not installed for {sys.executable}: "
            f"{sys.executable} -m pip install pytango"
        )
    if importlib.util.find_spec("databaseds") is not None:
        return "databaseds.database"
    # Looked up as a file: find_spec of a submodule would import all of PyTango here.
    if (Path(tango.origin).parent / "databaseds" / "database.py").exists():
        return "tango.databaseds.database"
    raise DemoError(
        "No Tango database: neither pytango-db nor the one inside PyTango is installed. "
        f"{sys.executable} -m pip install pytango-db"
    )


def environment(tango_host: str | None, logs: Path, *, green: str | None = None) -> dict[str, str]:
    """Give the environment for a process of the demo.

    Modules are found as in this process. The green mode set for this process is not that of the
    servers: `green` names theirs.
    """
    variables = dict(os.environ)
    for name in ("TANGO_HOST", "PYTANGO_GREEN_MODE"):
        variables.pop(name, None)
    if tango_host is not None:
        variables["TANGO_HOST"] = tango_host
    if green is not None:
        variables["PYTANGO_GREEN_MODE"] = green
    variables["PYTANGO_DATABASE_NAME"] = ":memory:"
    variables["TANGO_LOG_PATH"] = str(logs)  # else cppTango makes a directory of its own in /tmp
    variables["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    variables["PYTHONUNBUFFERED"] = "1"  # a log must hold the last words of a killed process
    return variables
