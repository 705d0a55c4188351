"""The display of errors: reason, description and origin of each level of Tango's stack."""

from __future__ import annotations

from ...client import Failure
from .._show import html_of, line_of, text_of
from .._templates import render
from .._texts import one_line, printable, shortened

__all__: list[str] = []

LEVELS = 20
"""Levels of a stack that are shown."""


@html_of.register
def _(failure: Failure) -> str:
    return render("failure.html", failure=failure, open=False)


@line_of.register
def _(failure: Failure) -> str:
    return f"{failure.kind}: {one_line(shortened(str(failure), 300))}"


@text_of.register
def _(failure: Failure) -> str:
    lines = []
    for number, level in enumerate(failure.levels[:LEVELS]):
        reason, description = (
            printable(shortened(text, length))
            for text, length in ((level.reason, 200), (level.description, 4000))
        )
        severity = "" if level.severity == "ERR" else f" ({level.severity})"
        head = f"{failure.kind}{severity} {reason}" if number == 0 else f"  {reason}{severity}"
        lines.append(f"{head}: {description}".rstrip(": "))
        if level.origin:
            lines.append(f"    in {one_line(shortened(level.origin, 500))}")
    if (hidden := len(failure.levels) - LEVELS) > 0:
        lines.append(f"  ... and {hidden} more levels")
    return "\n".join(lines)
