"""Numbers as they are written: by an attribute's own format where that format fits."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import numpy as np

__all__ = ["brief_number", "format_number", "number_text"]

LONGEST = 24
"""Characters; a number that a format makes longer is shown as it is instead."""

TOLERANCE = 0.02
"""How far, relative to the number, a format may round it: ``%6.2f`` does not fit 0.001."""

# C's notation, without `*`, `%n` and widths that fill the memory.
_C_NOTATION = re.compile(
    r"%([-+ #0]*)(\d{0,2})(?:\.(\d{1,2}))?(?:hh|h|ll|l|L|q|j|z|t)?([diouxXeEfFgG])"
)
_MANIPULATOR = re.compile(r"(?:std::)?(\w+)(?:\((\d{1,2})\))?")


def format_number(value: Any, format: str = "") -> str:  # noqa: A002 - Tango's own word for it
    """Write `value` (a Python or numpy number) as the attribute's display format says.

    `format` is C's notation (``%6.2f``) or C++ manipulators (``scientific;setprecision(3)``). A
    format that is neither, that is made for another type, or that would hide the number is passed
    over: the number is shown as it is. Never raises for a number.
    """
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        return str(plain)
    if isinstance(plain, float) and not math.isfinite(plain):
        return number_text(plain)
    notation = _notation(format)
    text = _written(plain, notation) if notation else None
    return number_text(value) if text is None else text


def number_text(value: Any) -> str:
    """Write a number as it is: short, with all digits that its type carries."""
    if isinstance(value, np.floating) and not isinstance(value, np.float64):
        value = (
            float(np.format_float_positional(value, unique=True)) if np.isfinite(value) else value
        )
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float):
        if math.isnan(plain):
            return "NaN"
        if math.isinf(plain):
            return "∞" if plain > 0 else "-∞"
        if plain == int(plain) and abs(plain) < 1e15:
            return f"{plain:.1f}"
        return repr(plain)
    return str(plain)


def brief_number(value: Any, digits: int = 5) -> str:
    """Write a number for an axis or a statistic, rounded to so many digits."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, int) or not math.isfinite(plain):
        text = number_text(plain)
        return text if len(text) <= 12 else f"{plain:.{digits}g}"
    return f"{plain:.{digits}g}"


@functools.lru_cache(maxsize=1024)
def _notation(format_: str) -> re.Match[str] | None:
    text = format_.strip()
    return _C_NOTATION.fullmatch(text) or _C_NOTATION.fullmatch(_from_manipulators(text))


def _from_manipulators(text: str) -> str:
    """Turn C++ stream manipulators into C's notation; empty where that is not possible."""
    letter, precision, flags = "g", "", ""
    for part in text.split(";") if text else ():
        known = _MANIPULATOR.fullmatch(part.strip())
        if known is None:
            return ""
        name, number = known.groups()
        if name in _LETTERS:
            letter = _LETTERS[name]
        elif name == "setprecision" and number:
            precision = f".{number}"
        elif name in {"showbase", "showpos"}:
            flags += {"showbase": "#", "showpos": "+"}[name]
        elif name == "uppercase":
            letter = letter.upper()
        elif name not in {"setw", "left", "right", "internal", "showpoint", "setfill"}:
            return ""
    return f"%{flags}{'' if letter in 'doxX' else precision}{letter}" if text else ""


_LETTERS = {"scientific": "e", "fixed": "f", "hex": "x", "oct": "o", "dec": "d"}


def _written(value: int | float, notation: re.Match[str]) -> str | None:
    """Apply C's notation to a finite number; None where it does not fit."""
    flags, _, precision, letter = notation.groups()
    digits = "" if precision is None else f".{precision}"
    if letter in "diouxX":
        if value != int(value):
            return None
        value = int(value)
        if letter in "oxX" and value < 0:
            return None  # C would show the bits of a type that we do not know here
        text = f"%{flags}{digits}{letter}" % value
    else:
        try:
            text = f"%{flags}{digits}{letter}" % value
            kept = float(text)
        except (OverflowError, ValueError):  # an integer beyond what a float can be
            return None
        if abs(kept - value) > TOLERANCE * abs(value):
            return None
    text = text.strip()
    return text if len(text) <= LONGEST else None
