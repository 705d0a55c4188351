"""A tree of devices at one moment, as it stands in a saved notebook or a terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ._templates import render
from ._texts import printable

__all__ = ["TreeLine", "tree_html", "tree_text"]

SAVED_LINES = 300
"""Lines that a saved notebook keeps of a tree."""

_MARKS = {"open": "▾", "folder": "▸"}


@dataclasses.dataclass(frozen=True)
class TreeLine:
    """One line of a tree that is partly open."""

    depth: int
    name: str
    kind: str = "folder"
    """``folder``, ``open`` (a folder that is), ``device``, ``note`` or ``failure``."""

    state: str = ""
    """The state of a device, where it is known."""

    note: str = ""


def tree_html(title: str, lines: Sequence[TreeLine]) -> str:
    """Return a tree for where nothing is live."""
    return render(
        "tree.html",
        title=title,
        lines=[(line, _MARKS.get(line.kind, "")) for line in lines[:SAVED_LINES]],
        hidden=max(0, len(lines) - SAVED_LINES),
    )


def tree_text(title: str, lines: Sequence[TreeLine]) -> str:
    """Return a tree as text, a line each."""
    shown = [_text_of(line) for line in lines[:SAVED_LINES]]
    if len(lines) > SAVED_LINES:
        shown.append(f"... and {len(lines) - SAVED_LINES} more")
    return "\n".join([f"Tango database {title}", *shown])


def _text_of(line: TreeLine) -> str:
    words = (_MARKS.get(line.kind, "·"), line.name, line.note, line.state)
    return "  " * line.depth + " ".join(printable(word) for word in words if word)
