"""Arrays as text: a curve of blocks, a picture in shades, rows of words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import ValueSnapshot
from .._texts import one_line, shortened
from ..charts import decimate, shade
from ._kinds import array_of, kind_of, words_of

__all__ = ["text_body"]

CURVE_COLUMNS, CURVE_ROWS = 72, 4
PICTURE_COLUMNS, PICTURE_ROWS = 48, 16
LAMP_COLUMNS, LAMP_ROWS = 64, 4
WORD_ROWS, WORD_COLUMNS, LONGEST_WORD = 12, 4, 60

BLOCKS = " ▁▂▃▄▅▆▇█"
SHADES = " ░▒▓█"


def text_body(snapshot: ValueSnapshot) -> list[str]:
    """Return the lines that show an array's elements; none for a scalar."""
    kind = kind_of(snapshot)
    if kind == "words":
        return list(_words(snapshot))
    array = array_of(snapshot.reading.value) if kind in {"curve", "picture", "lamps"} else None
    if array is None:
        return []
    if kind == "lamps":
        return list(_lamps(array))
    return list(_curve(array) if kind == "curve" else _picture(array))


def _finite_range(values: NDArray[Any]) -> tuple[float, float] | None:
    finite = values if values.dtype.kind != "f" else values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _curve(values: NDArray[Any]) -> Iterator[str]:
    """Draw the greatest value of each column as a pile of blocks."""
    extent = _finite_range(decimate(values, CURVE_COLUMNS)[1])
    if extent is None or len(values) < 2:
        return
    starts = np.unique(np.linspace(0, len(values), min(CURVE_COLUMNS, len(values)) + 1).astype(int))
    with np.errstate(all="ignore"):
        tops = np.fmax.reduceat(values, starts[:-1])
    levels = (shade(tops, *extent).astype(int) * CURVE_ROWS * 8 + 254) // 255
    for row in reversed(range(CURVE_ROWS)):
        yield "".join(BLOCKS[level] for level in np.clip(levels - row * 8, 0, 8)).rstrip()


def _picture(values: NDArray[Any]) -> Iterator[str]:
    steps = (-(-values.shape[0] // PICTURE_ROWS), -(-values.shape[1] // PICTURE_COLUMNS))
    part = values[:: steps[0], :: steps[1]]
    extent = _finite_range(part)
    if extent is None:
        return
    for row in (shade(part, *extent).astype(int) * len(SHADES) - 1) // 255:
        yield "".join(SHADES[max(0, level)] for level in row).rstrip()


def _lamps(values: NDArray[Any]) -> Iterator[str]:
    shown = values[: LAMP_COLUMNS * LAMP_ROWS].tolist()
    for start in range(0, len(shown), LAMP_COLUMNS):
        yield "".join("●" if on else "○" for on in shown[start : start + LAMP_COLUMNS])
    if len(values) > len(shown):
        yield f"... and {len(values) - len(shown):,} more"


def _words(snapshot: ValueSnapshot) -> Iterator[str]:
    value = snapshot.reading.value
    for number, row in enumerate(words_of(snapshot, WORD_ROWS, WORD_COLUMNS)):
        cells = [one_line(shortened(word, LONGEST_WORD)) for word in row]
        more = " | ..." if len(row) < _width(value) else ""
        yield f"[{number}] {' | '.join(cells)}{more}"
    if len(value) > WORD_ROWS:
        yield f"... and {len(value) - WORD_ROWS:,} more"


def _width(value: Any) -> int:
    first = value[0]
    return 1 if isinstance(first, str) or not hasattr(first, "__len__") else len(first)
