"""What goes wrong in a server's process, as its user reads it: the lines of the cell first."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

import tango

__all__ = ["Refused", "told"]


class Refused(Exception):
    """What was asked for cannot be served; the message is for the user."""


def told(error: BaseException, labels: Iterable[str]) -> tuple[str, str]:
    """Return an error in a line, and the traceback from the first line of code so labelled."""
    if isinstance(error, Refused):
        return str(error), ""
    known = tuple(labels)
    if isinstance(error, tango.DevFailed) and error.args:
        # An exception of the device's code, which PyTango has put into words.
        first = error.args[0]
        if "Traceback" in first.origin:
            return first.desc.strip().splitlines()[-1], _from_own(first.origin, known)
        return f"{first.reason}: {first.desc.strip()}", ""
    said = traceback.TracebackException.from_exception(error)
    words = "".join(said.format_exception_only()).strip()
    return words.splitlines()[-1], _from_own("".join(said.format()), known)


def _from_own(text: str, labels: tuple[str, ...]) -> str:
    """Leave out the frames before the first of the user's."""
    lines = text.strip().splitlines()
    starts = [f'File "{label}"' for label in labels]
    for at, line in enumerate(lines):
        if line.lstrip().startswith(tuple(starts)):
            return "\n".join(["Traceback (most recent call last):", *lines[at:]])
    return "\n".join(lines)
