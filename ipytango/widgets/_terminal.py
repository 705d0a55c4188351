"""Panels in a terminal: text that is written anew in its place, until Ctrl-C."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from ..display import watch_text
from ..green import await_, can_wait
from .device import DevicePanel
from .plot import Plot
from .watch import Watch

__all__ = ["panel_in_terminal", "plot_in_terminal", "watch_in_terminal"]

REFRESH_S = 0.5
LINES_BELOW = 2
"""Left free for the hint under the text, and for the prompt."""

LEAST_COURSE, MOST_COURSE = 10, 120
BESIDE_COURSE = 24
"""Columns that a value and a mark take at most."""

_UP = "\x1b[{}F"
"""To the start of the line that is so many above."""
_CLEAR_BELOW = "\x1b[J"


def watch_in_terminal(watch: Watch, out: TextIO | None = None) -> None:
    """Show a watch until Ctrl-C, then close it; the last table stays.

    Greenlets and tasks go on meanwhile. Where `out` is no terminal, one table is written.
    """

    def table(columns: int, lines: int) -> str:
        return watch_text(watch.rows(), width=columns, height=lines)

    _show_until_interrupted(watch, table, out or sys.stdout)


def plot_in_terminal(plot: Plot, out: TextIO | None = None) -> None:
    """Show a plot until Ctrl-C, then close it; what was last seen stays.

    Greenlets and tasks go on meanwhile. Where `out` is no terminal, it is written once.
    """
    longest = max(map(len, plot.attributes))

    def courses(columns: int, lines: int) -> str:
        room = min(max(columns - longest - BESIDE_COURSE, LEAST_COURSE), MOST_COURSE)
        shown = plot.text_of(room).splitlines()[: max(lines, 1)]
        return "\n".join(line[: columns - 1] for line in shown)

    _show_until_interrupted(plot, courses, out or sys.stdout)


def panel_in_terminal(panel: DevicePanel, out: TextIO | None = None) -> None:
    """Show a device's panel until Ctrl-C, then close it; what was last seen stays.

    Greenlets and tasks go on meanwhile. Where `out` is no terminal, it is written once.
    """
    _show_until_interrupted(panel, panel.text_of, out or sys.stdout)


def _show_until_interrupted(
    panel: Watch | Plot | DevicePanel, text_in: Callable[[int, int], str], out: TextIO
) -> None:
    """Write what ``text_in(columns, lines)`` gives again and again; close the panel at the end."""
    written = 0
    try:
        while out.isatty():
            size = shutil.get_terminal_size()
            text = text_in(size.columns, size.lines - LINES_BELOW)
            text += f"\n{time.strftime('%H:%M:%S')}, Ctrl-C ends it\n"
            out.write((_UP.format(written) if written else "") + _CLEAR_BELOW + text)
            out.flush()
            written = text.count("\n")
            _pause()
    except KeyboardInterrupt:
        return
    finally:
        if not written:
            out.write(f"{panel.text()}\n")
        panel.close()


def _pause() -> None:
    if can_wait():
        await_(asyncio.sleep(REFRESH_S))
    else:
        time.sleep(REFRESH_S)
