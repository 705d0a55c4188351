"""The display of a snapshot: each room of values registers its own with these three."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["html_of", "line_of", "text_of"]


@functools.singledispatch
def html_of(snapshot: Any) -> str:
    """Return the HTML display of a snapshot of Tango's (`ipytango.client.snapshot_of`)."""
    raise TypeError(f"there is no display of a {type(snapshot).__name__}; ask with a snapshot.")


@functools.singledispatch
def text_of(snapshot: Any) -> str:
    """Return the display as text, of one or several lines."""
    return line_of(snapshot)


@functools.singledispatch
def line_of(snapshot: Any) -> str:
    """Return the display in one line, as it stands in a list or a table."""
    raise TypeError(f"there is no display of a {type(snapshot).__name__}; ask with a snapshot.")
