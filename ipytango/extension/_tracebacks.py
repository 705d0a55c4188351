"""Tracebacks from the user's line to PyTango's, without the frames of the machinery between."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from ..green import Patches

__all__ = ["show_clean_tracebacks", "strip_frames"]

_MACHINERY = (
    "ipytango.green.",
    "ipytango.client.",
    "ipytango.serve.",
    "ipytango.magics.",
    "ipytango.extension.",
)


def show_clean_tracebacks(patches: Patches, shell: InteractiveShell) -> None:
    """Have the shell leave ipytango's own frames out of what it shows."""
    original: Any = shell.showtraceback

    @functools.wraps(original)
    def showtraceback(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> Any:
        error = sys.exc_info()[1] if exc_tuple is None else exc_tuple[1]
        if error is not None:
            strip_frames(error)
        return original(exc_tuple, *args, **kwargs)

    patches.set(shell, "showtraceback", showtraceback)


def strip_frames(error: BaseException) -> None:
    """Unlink the machinery's frames from the tracebacks of `error` and of what led to it."""
    for link in _chain(error):
        entry = link.__traceback__
        while entry is not None:
            entry.tb_next = _next_outside(entry.tb_next)
            entry = entry.tb_next


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give the error, what led to it, and the members of groups."""
    seen: set[int] = set()
    coming: list[BaseException | None] = [error]
    while coming:
        link = coming.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        coming += [link.__cause__, link.__context__, *getattr(link, "exceptions", ())]


def _next_outside(entry: TracebackType | None) -> TracebackType | None:
    while entry is not None and entry.tb_frame.f_globals.get("__name__", "").startswith(_MACHINERY):
        entry = entry.tb_next
    return entry
