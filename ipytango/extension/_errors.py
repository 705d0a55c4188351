"""The errors that the shell has shown, kept as plain values for ``%tango_error``."""

from __future__ import annotations

import collections
import functools
import re
import time
from collections.abc import Iterator
from typing import Any

from ..client import Failure, failure_of, is_tango_error
from ..display import ErrorRecord
from ..green import Patches

__all__ = ["ErrorBook", "note_errors"]

KEPT = 50

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class ErrorBook:
    """The last errors. It keeps texts, not the errors: their tracebacks hold what cells made."""

    def __init__(self) -> None:
        self._tango: collections.deque[ErrorRecord] = collections.deque(maxlen=KEPT)
        self._python: ErrorRecord | None = None

    def tango(self, number: int = 1) -> ErrorRecord | None:
        """Return the last of Tango's errors (1), the one before (2)...; None if there is none."""
        return self._tango[-number] if 1 <= number <= len(self._tango) else None

    def python(self) -> ErrorRecord | None:
        """Return the last error that was none of Tango's; None if there is none."""
        return self._python

    def note(self, error: BaseException, *, cell: int = 0, traceback: str = "") -> None:
        """Keep an error; one that Tango has caused counts as Tango's."""
        cause = next((link for link in _causes(error) if is_tango_error(link)), None)
        now = time.time()
        if cause is not None:
            self._tango.append(ErrorRecord(failure_of(cause), now, cell, traceback))
        else:
            failure: Failure = failure_of(error)
            self._python = ErrorRecord(failure, now, cell, traceback, with_traceback=True)


def note_errors(patches: Patches, shell: Any, book: ErrorBook) -> None:
    """Have the shell's errors noted as they are shown."""
    original: Any = shell._showtraceback

    @functools.wraps(original)
    def showtraceback(etype: Any, evalue: Any, stb: Any, *args: Any) -> Any:
        if isinstance(evalue, BaseException):
            text = _COLOURS.sub("", "\n".join(stb) if isinstance(stb, list) else str(stb))
            book.note(evalue, cell=_cell_of(shell), traceback=text)
        return original(etype, evalue, stb, *args)

    patches.set(shell, "_showtraceback", showtraceback)


def _cell_of(shell: Any) -> int:
    """Return the number of the running cell; the shell's own count is one ahead by now."""
    result = getattr(shell.displayhook, "exec_result", None)
    return getattr(result, "execution_count", None) or int(shell.execution_count)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give the error and what has led to it, the members of groups included."""
    seen: set[int] = set()
    coming: list[BaseException | None] = [error]
    while coming:
        link = coming.pop(0)
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            context = None if link.__suppress_context__ else link.__context__
            coming += [link.__cause__, context, *getattr(link, "exceptions", ())]
