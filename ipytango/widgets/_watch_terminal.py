"""A watch in a terminal: a table that is written anew in its place, until Ctrl-C."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from typing import TextIO

from ..display import watch_text
from ..green import await_, can_wait
from ._watch import Watch

__all__ = ["watch_in_terminal"]

REFRESH_S = 0.5
LINES_BELOW = 2
"""Left free for the hint under the table, and for the prompt."""

_UP = "\x1b[{}F"
"""To the start of the line that is so many above."""
_CLEAR_BELOW = "\x1b[J"


def watch_in_terminal(watch: Watch, out: TextIO | None = None) -> None:
    """Show a watch until Ctrl-C, then close it; the last table stays.

    Greenlets and tasks go on meanwhile. Where `out` is no terminal, one table is written.
    """
    out = out or sys.stdout
    written = 0
    try:
        while out.isatty():
            table = _table(watch)
            out.write((_UP.format(written) if written else "") + _CLEAR_BELOW + table)
            out.flush()
            written = table.count("\n")
            _pause()
    except KeyboardInterrupt:
        return
    finally:
        if not written:
            out.write(f"{watch.text()}\n")
        watch.close()


def _table(watch: Watch) -> str:
    size = shutil.get_terminal_size()
    text = watch_text(watch.rows(), width=size.columns, height=size.lines - LINES_BELOW)
    return f"{text}\n{time.strftime('%H:%M:%S')}, Ctrl-C ends it\n"


def _pause() -> None:
    if can_wait():
        await_(asyncio.sleep(REFRESH_S))
    else:
        time.sleep(REFRESH_S)
