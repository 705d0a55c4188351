"""A plot in a terminal: lines of text that are written anew in their place, until Ctrl-C."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from typing import TextIO

from ..green import await_, can_wait
from ._plot import Plot

__all__ = ["plot_in_terminal"]

REFRESH_S = 0.5
LEAST_WIDTH, MOST_WIDTH = 10, 120
BESIDE = 24
"""Columns that a value and a mark take at most."""

_UP = "\x1b[{}F"
"""To the start of the line that is so many above."""
_CLEAR_BELOW = "\x1b[J"


def plot_in_terminal(plot: Plot, out: TextIO | None = None) -> None:
    """Show a plot until Ctrl-C, then close it; what was last seen stays.

    Greenlets and tasks go on meanwhile. Where `out` is no terminal, it is written once.
    """
    out = out or sys.stdout
    written = 0
    try:
        while out.isatty():
            text = _text(plot)
            out.write((_UP.format(written) if written else "") + _CLEAR_BELOW + text)
            out.flush()
            written = text.count("\n")
            _pause()
    except KeyboardInterrupt:
        return
    finally:
        if not written:
            out.write(f"{plot.text()}\n")
        plot.close()


def _text(plot: Plot) -> str:
    size = shutil.get_terminal_size()
    longest = max(map(len, plot.attributes))
    room = min(max(size.columns - longest - BESIDE, LEAST_WIDTH), MOST_WIDTH)
    lines = plot.text_of(room).splitlines()[: max(size.lines - 2, 1)]
    body = "\n".join(line[: size.columns - 1] for line in lines)
    return f"{body}\n{time.strftime('%H:%M:%S')}, Ctrl-C ends it\n"


def _pause() -> None:
    if can_wait():
        await_(asyncio.sleep(REFRESH_S))
    else:
        time.sleep(REFRESH_S)
