"""Signals, and what runs below a command and ends with it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator

__all__ = ["Terminated", "ctrl_c_for_the_child", "end", "terminable"]

GRACE_S = 10.0
"""How long a child may take to end after SIGTERM: JupyterLab shuts its kernels down."""


class Terminated(BaseException):
    """Somebody asked this process to end (SIGTERM or SIGHUP)."""


@contextlib.contextmanager
def terminable() -> Iterator[None]:
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


@contextlib.contextmanager
def ctrl_c_for_the_child() -> Iterator[None]:
    """Leave Ctrl-C to JupyterLab, which asks whether it is meant; both get it from the terminal."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a child that may be running still."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
