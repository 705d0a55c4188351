"""`ipytango demo`: a private Tango, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..demo import demo
from ._jupyter import check_lab, run_lab
from ._processes import Terminated, terminable

if TYPE_CHECKING:
    from ..demo import Demo

__all__ = ["add_to"]

FIRST_NOTEBOOK = Path("notebooks/00_start_here.ipynb")
"""Relative to the working directory, or to a checkout of the sources."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        help="a private Tango database with TangoTest, until Ctrl-C",
        description="Start a private Tango database (SQLite, in memory) with TangoTest as "
        "sys/tg_test/1 on loopback, print the TANGO_HOST to use, and stop both on Ctrl-C.",
    )
    parser.add_argument(
        "--look-alike", action="store_true", help="take the TangoTest in Python, not the C++ one"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="where the database listens (default: any free port)"
    )
    parser.add_argument(
        "--lab",
        action="store_true",
        help="open JupyterLab with TANGO_HOST set; arguments after -- are passed on to it",
    )
    parser.set_defaults(run=run, takes_more=lambda options: options.lab)


def run(options: argparse.Namespace) -> int:
    """Run the demo until it is ended, or JupyterLab is."""
    if options.lab:
        check_lab()
    begin = time.monotonic()
    with terminable():
        ground = demo(look_alike=options.look_alike, port=options.port, export=True, notify=_warn)
        with ground:
            _introduce(ground, time.monotonic() - begin)
            if options.lab:
                return run_lab([*options.more, *_first_page()], ending=ground.ending)
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


def _first_page() -> list[str]:
    roots = (Path.cwd(), Path(__file__).parents[2])
    root = next((root for root in roots if (root / FIRST_NOTEBOOK).exists()), None)
    if root is None:
        return []
    page = f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK.as_posix()}"
    return [f"--ServerApp.root_dir={root}", page]


def _warn(line: str) -> None:
    print(f"ipytango: {line}", file=sys.stderr, flush=True)
