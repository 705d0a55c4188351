"""What a command gave, as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._numbers import format_number
from .._texts import printable, shortened

__all__ = ["result_text"]

SHOWN_ELEMENTS = 50
LONGEST = 2000


def result_text(value: Any) -> str:
    """Write what a command gave, of bounded length; empty where it gave nothing."""
    return "" if value is None else shortened(printable(_text(value)), LONGEST)


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | float | np.number):
        return format_number(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes: {bytes(value[:SHOWN_ELEMENTS]).hex(' ')}"
    if isinstance(value, np.ndarray | list | tuple):
        shown = ", ".join(map(_element, value[:SHOWN_ELEMENTS]))
        hidden = len(value) - SHOWN_ELEMENTS
        return f"[{shown}{f', … and {hidden:,} more' if hidden > 0 else ''}]"
    return str(value)


def _element(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _text(value)
