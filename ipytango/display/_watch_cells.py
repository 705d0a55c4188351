"""A value in one line of a table: what a cell of a watch shows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..client import AttributeFacts
from ._numbers import brief_number, format_number
from .charts import sparkline

__all__ = ["FULL_CHARACTERS", "CellWriter", "one_line"]

SHORT_CHARACTERS = 60
"""A text that is longer is cut; the whole of it is on hover."""

FULL_CHARACTERS = 4000
"""More of a text than this is not sent to a browser for a table."""

SHOWN_ELEMENTS = 6
"""Elements of an array of words (texts, states, labels) that a cell shows."""

SPARK_COLUMNS = 12
SPARK_SAMPLES = 4096
"""A curve that is so small is drawn from about so many samples at most."""

# The usual format, "%6.2f". Numbers from so many of its last digit on it never hides, so that in a
# large table `format_number` need not look at each.
_FIXED = re.compile(r"%\d{0,2}\.(\d)f")
FITS_FROM, FITS_UP_TO = 25, 1e12

_TIMES = "\N{MULTIPLICATION SIGN}"


class CellWriter:
    """Writes the values of one attribute as its configuration says."""

    def __init__(self, data_type: str, data_format: str, facts: AttributeFacts | None) -> None:
        self._labels = facts.enum_labels if facts else ()
        self._format = facts.format if facts else ""
        fixed = _FIXED.fullmatch(self._format)
        self._fixed = f"%.{fixed[1]}f" if fixed else ""
        self._fits_from = FITS_FROM * 10.0 ** -int(fixed[1]) if fixed else math.inf
        scalar = data_format == "SCALAR"
        self.kind = _kind(data_type) if scalar else "array"
        """``number``, ``text``, ``state``, ``lamp`` or ``array``: how it is set."""
        self._write = self._scalar(data_type) if scalar else self._array(data_type)

    def write(self, value: Any) -> tuple[str, str]:
        """Return `value` as one short line, and in full where that says less than all."""
        return ("", "") if value is None else self._write(value)

    def plain(self, value: Any) -> Any:
        """Return `value` as it is taken away: of an enumeration its label."""
        if not self._labels or value is None:
            return value
        if np.ndim(value) == 0:
            return self._label(value)
        return [self.plain(element) for element in value]

    def _scalar(self, data_type: str) -> Callable[[Any], tuple[str, str]]:
        if data_type == "DevString":
            return _text
        if data_type == "DevEncoded":
            return _encoded
        element = self._element(data_type)
        return lambda value: (element(value), "")

    def _element(self, data_type: str) -> Callable[[Any], str]:
        if data_type == "DevEnum":
            return self._label
        if data_type in ("DevBoolean", "DevState"):
            return str
        return _one_line_of if data_type == "DevString" else self._number

    def _number(self, value: Any) -> str:
        if self._fits_from <= abs(value) < FITS_UP_TO:
            return str(self._fixed % value)
        return format_number(value, self._format)

    def _label(self, value: Any) -> str:
        number = int(value)
        if 0 <= number < len(self._labels):
            return one_line(self._labels[number])
        return f"{number} (no label)" if self._labels else str(number)

    def _array(self, data_type: str) -> Callable[[Any], tuple[str, str]]:
        element = self._element(data_type)
        if data_type in ("DevString", "DevState", "DevEnum"):
            return lambda value: _words(value, element)
        if data_type == "DevBoolean":
            return _lamps
        extreme = element if self._format else brief_number
        return lambda value: (_curve(np.asarray(value), extreme), "")


def one_line(text: str, characters: int = FULL_CHARACTERS) -> str:
    """Return `text` cut, and without what would move a terminal's cursor or turn its writing."""
    cut = text if len(text) <= characters else text[: characters - 1] + "…"
    return cut if cut.isprintable() else "".join(map(_visible, cut))


def _visible(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]


def _kind(data_type: str) -> str:
    known = {"DevBoolean": "lamp", "DevState": "state"}
    words = ("DevString", "DevEncoded", "DevEnum")
    return known.get(data_type, "text" if data_type in words else "number")


def _text(value: Any) -> tuple[str, str]:
    text = str(value)
    short = one_line(text, SHORT_CHARACTERS)
    return (short, "") if short == text else (short, _full(text))


def _full(text: str) -> str:
    if len(text) <= FULL_CHARACTERS:
        return text
    return f"{text[:FULL_CHARACTERS]}… ({len(text)} characters)"


def _one_line_of(value: Any) -> str:
    return f"'{one_line(str(value), SHORT_CHARACTERS)}'"


def _encoded(value: Any) -> tuple[str, str]:
    name, content = value
    return f"{one_line(str(name), SHORT_CHARACTERS)}: {len(content)} bytes", ""


def _words(value: Any, element: Callable[[Any], str]) -> tuple[str, str]:
    rows, size = _rows_and_size(value)
    first = [element(word) for row in rows for word in row[:SHOWN_ELEMENTS]][:SHOWN_ELEMENTS]
    more = ", …" if _count(value) > len(first) else ""
    line = f"{size}: {', '.join(first)}{more}"
    short = one_line(line, SHORT_CHARACTERS)
    return short, (line if short != line else "")


def _rows_and_size(value: Any) -> tuple[list[Any], str]:
    """Return the first row as the only one of a spectrum, and the size in words."""
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return list(value[:1]), f"{value.shape[1]} {_TIMES} {value.shape[0]}"
    if len(value) and isinstance(value[0], list | tuple):
        return [value[0]], f"{len(value[0])} {_TIMES} {len(value)}"
    return [value], str(len(value))


def _count(value: Any) -> int:
    if len(value) and isinstance(value[0], list | tuple):
        return sum(len(row) for row in value)
    return int(np.size(value)) if isinstance(value, np.ndarray) else len(value)


def _lamps(value: Any) -> tuple[str, str]:
    states = np.asarray(value, dtype=bool)
    size = f" {_TIMES} ".join(map(str, reversed(states.shape)))
    lamps = "".join("●" if on else "○" for on in states.ravel()[:SPARK_COLUMNS])
    more = "…" if states.size > SPARK_COLUMNS else ""
    return f"{lamps}{more} {size}: {int(states.sum())} on".strip(), ""


def _curve(values: NDArray[Any], number: Callable[[Any], str]) -> str:
    size = f" {_TIMES} ".join(map(str, reversed(values.shape)))
    flat = values.ravel()
    finite = flat if flat.dtype.kind != "f" else flat[np.isfinite(flat)]
    if not finite.size:
        return f"{size}: no numbers" if flat.size else "empty"
    low, high = finite.min(), finite.max()
    extent = f"{number(low)} … {number(high)}" if low != high else number(low)
    if values.ndim > 1 or low == high:
        return f"{size}: {extent}"
    some = flat[:: 1 + flat.size // SPARK_SAMPLES]
    return f"{sparkline(some, SPARK_COLUMNS)} {size}: {extent}"
