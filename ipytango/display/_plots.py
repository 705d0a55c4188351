"""A plot at one moment: its drawings as HTML for a saved notebook, its values as text."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ._addresses import svg_address
from ._templates import render
from .charts import Drawing

__all__ = ["plot_html", "plot_text"]

LONGEST_NOTE = 300

Note = tuple[str, str, str]
"""An attribute that is not drawn, how it stands, and why."""


def plot_html(drawings: Sequence[Drawing], notes: Sequence[Note], at_s: float) -> str:
    """Return drawings below each other, for where nothing is live; `at_s` is when they were so."""
    taken = datetime.datetime.fromtimestamp(at_s).astimezone()
    return render(
        "plot.html",
        pictures=[
            (svg_address(drawing.to_svg()), drawing.alt, drawing.width, drawing.height)
            for drawing in drawings
        ],
        notes=[(name, state, text[:LONGEST_NOTE]) for name, state, text in notes],
        at=taken.strftime("%Y-%m-%d %H:%M:%S %Z"),
    )


def plot_text(lines: Sequence[tuple[str, str, str, str]], notes: Sequence[Note]) -> str:
    """Return a line for each attribute: name, value, course and mark; then the notes."""
    rows = [[_one_line(cell) for cell in line] for line in lines]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    texts = [
        "  ".join(
            [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].ljust(widths[2]), row[3]]
        ).rstrip()
        for row in rows
    ]
    texts += [
        _one_line(f"{name}: {state}{f', {text}' if text else ''}")[:LONGEST_NOTE]
        for name, state, text in notes
    ]
    return "\n".join(texts)


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)
