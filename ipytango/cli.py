"""The command line: `ipytango ...`."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ._version import __version__
from .demo import demo
from .errors import IpytangoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .demo import Demo

FIRST_NOTEBOOK = Path("notebooks/01_green_modes.ipynb")
"""Relative to the working directory, or to a checkout of the sources."""

LAB_GRACE_S = 10.0
"""How long JupyterLab may take to shut its kernels down after SIGTERM."""


class Terminated(BaseException):
    """Somebody asked this process to end (SIGTERM or SIGHUP)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of the command line; give its exit code."""
    arguments, extra = _split(sys.argv[1:] if argv is None else argv)
    parser = _make_parser()
    options = parser.parse_args(arguments)
    if extra and not getattr(options, "lab", False):
        parser.error("arguments after -- are for JupyterLab: they need demo --lab")
    try:
        with _terminable():
            return _run_demo(options, extra)
    except IpytangoError as error:
        print(f"ipytango: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Terminated:
        return 128 + signal.SIGTERM


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part our own arguments from those after `--`."""
    if "--" not in argv:
        return list(argv), []
    at = list(argv).index("--")
    return list(argv[:at]), list(argv[at + 1 :])


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ipytango", description="Interactive green Tango for IPython and Jupyter."
    )
    parser.add_argument("--version", action="version", version=f"ipytango {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo_parser = commands.add_parser(
        "demo",
        help="a private Tango database with TangoTest, until Ctrl-C",
        description="Start a private Tango database (SQLite, in memory) with TangoTest as "
        "sys/tg_test/1 on loopback, print the TANGO_HOST to use, and stop both on Ctrl-C.",
    )
    demo_parser.add_argument(
        "--look-alike", action="store_true", help="take the TangoTest in Python, not the C++ one"
    )
    demo_parser.add_argument(
        "--port", type=int, default=0, help="where the database listens (default: any free port)"
    )
    demo_parser.add_argument(
        "--lab",
        action="store_true",
        help="open JupyterLab with TANGO_HOST set; arguments after -- are passed on to it",
    )
    return parser


def _run_demo(options: argparse.Namespace, lab_arguments: Sequence[str]) -> int:
    if options.lab and importlib.util.find_spec("jupyterlab") is None:
        raise IpytangoError(
            f"JupyterLab is not installed for {sys.executable}: "
            f"{sys.executable} -m pip install jupyterlab"
        )
    begin = time.monotonic()
    ground = demo(look_alike=options.look_alike, port=options.port, export=True, notify=_warn)
    with ground:
        _introduce(ground, time.monotonic() - begin)
        if options.lab:
            return _run_lab(ground, lab_arguments)
        with contextlib.suppress(KeyboardInterrupt, Terminated):
            print("Ctrl-C stops it.", flush=True)
            threading.Event().wait()
    return 0


def _introduce(ground: Demo, duration_s: float) -> None:
    if ground.note:
        print(ground.note)
    print(f"TangoTest ({ground.kind}) answers as {ground.device} after {duration_s:.1f} s.")
    print(f"Logs: {ground.log_directory}")
    print(f"export TANGO_HOST={ground.tango_host}", flush=True)


def _run_lab(ground: Demo, arguments: Sequence[str]) -> int:
    """Run JupyterLab in the foreground, with the terminal; give its exit code."""
    roots = (Path.cwd(), Path(__file__).parents[1])
    root = next((root for root in roots if (root / FIRST_NOTEBOOK).exists()), None)
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    if os.geteuid() == 0:  # in a container; JupyterLab wants to be told that it is meant so
        command.append("--allow-root")
    if root is not None:
        command.append(f"--ServerApp.root_dir={root}")
        command.append(f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK.as_posix()}")
    lab = subprocess.Popen(command)  # noqa: S603 - the user's own arguments
    try:
        with ground.ending(lab.pid), _ctrl_c_for_the_child():
            return lab.wait()
    finally:
        _end(lab)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(LAB_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _ctrl_c_for_the_child() -> Iterator[None]:
    """Leave Ctrl-C to JupyterLab, which asks whether it is meant; both get it from the terminal."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and a closed terminal unwind the `with` blocks, as Ctrl-C does."""

    def terminate(*_: object) -> None:
        raise Terminated

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, terminate) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _warn(line: str) -> None:
    print(f"ipytango: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
