"""Numbers over their index as a curve: an SVG document of bounded size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._decimation import decimate
from ._html import escape
from ._numbers import brief_number

__all__ = ["curve_svg", "ticks"]

INK, GRID, READ, SET = "#888888", "#88888833", "#3b7dc4", "#d9730d"
"""Mid-tones: an image does not know whether the page around it is light or dark."""

DOT = 4.0
"""Pixels across of a point that stands alone between gaps."""

LEFT, RIGHT, TOP, BOTTOM = 58, 10, 8, 22
"""Margins round the curve, in pixels."""


def curve_svg(
    values: NDArray[Any],
    *,
    set_values: NDArray[Any] | None = None,
    unit: str = "",
    width: int = 560,
    height: int = 180,
) -> str:
    """Draw `values` (one dimension) as an SVG document; `set_values` as a thinner line under them.

    Each pixel column shows the least and the greatest value that it stands for. NaN and
    infinities are gaps.
    """
    columns = width - LEFT - RIGHT
    lines = [(READ, 1.5, *decimate(values, columns))]
    if set_values is not None and len(set_values):
        lines.insert(0, (SET, 1.0, *decimate(set_values, columns)))
    last = max(len(values), 0 if set_values is None else len(set_values)) - 1
    frame = _Frame(np.concatenate([line[3].astype(float) for line in lines]), last, width, height)
    body = list(frame.axes(unit))
    for colour, thickness, positions, kept in lines:
        line, dots = frame.path(positions, kept.astype(float))
        for path, width_px in ((line, thickness), (dots, DOT)):
            if path:
                body.append(
                    f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width_px}" '
                    'stroke-linejoin="round" stroke-linecap="round"/>'
                )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="system-ui,sans-serif" font-size="11" '
        f'fill="{INK}">{"".join(body)}</svg>'
    )


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return about `count` round numbers from `low` to `high`, both finite, `low` below `high`."""
    rough = (high / count) - (low / count)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 0.0
    if not power or not math.isfinite(power):
        return [low, high]
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    if last - first > 4 * count:
        return [low, high]  # numbers so close to each other that floats cannot tell the steps
    return [number * step for number in range(first, last + 1)]


class _Frame:
    """The axes of one drawing, and where a value comes to lie in it."""

    def __init__(self, values: NDArray[Any], last: int, width: int, height: int) -> None:
        finite = values[np.isfinite(values)]
        self.empty = not finite.size
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        if low == high:
            room = abs(low) * 0.1 or 1.0
            low, high = max(low - room, -1.7e308), min(high + room, 1.7e308)
        self._scale = max(abs(low), abs(high))  # two huge values have no difference that is finite
        self.low, self.high = float(low), float(high)
        self.last = max(last, 0)
        self._left, self._right = LEFT, width - RIGHT
        self._top, self._bottom = TOP, height - BOTTOM

    def x(self, positions: Any) -> Any:
        return self._left + positions / max(self.last, 1) * (self._right - self._left)

    def y(self, values: Any) -> Any:
        scale = self._scale
        share = (values / scale - self.low / scale) / (self.high / scale - self.low / scale)
        return self._bottom - share * (self._bottom - self._top)

    def axes(self, unit: str) -> Iterator[str]:
        for value in ticks(self.low, self.high, 4):
            y = self.y(value)
            yield (
                f'<path d="M{self._left} {y:.1f}H{self._right}" stroke="{GRID}"/>'
                f'<text x="{self._left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                f"{brief_number(value, 4)}</text>"
            )
        for index in ticks(0, max(self.last, 1), 6):
            if index != int(index) or index > self.last:
                continue
            yield (
                f'<text x="{self.x(index):.1f}" y="{self._bottom + 16}" text-anchor="middle">'
                f"{int(index):,}</text>"
            )
        yield f'<path d="M{self._left} {self._bottom}H{self._right}" stroke="{INK}"/>'
        if unit:
            yield (
                f'<text x="{self._left + 4}" y="{self._top + 9}" font-style="italic">'
                f"{escape(unit)}</text>"
            )
        if self.empty:
            middle = (self._left + self._right) / 2, (self._top + self._bottom) / 2
            yield (
                f'<text x="{middle[0]:.0f}" y="{middle[1]:.0f}" text-anchor="middle" '
                'font-size="13">no finite values</text>'
            )

    def path(self, positions: NDArray[Any], values: NDArray[Any]) -> tuple[str, str]:
        """Return the way through the points, broken where a value is not finite, and the dots."""
        there = np.isfinite(values)
        before, after = np.append(False, there[:-1]), np.append(there[1:], False)
        xs, ys = self.x(positions), self.y(np.where(there, values, self.low))
        line, dots = [], []
        for index in np.flatnonzero(there):
            place = f"{xs[index]:.1f} {ys[index]:.1f}"
            if before[index]:
                line.append(f"L{place}")
            elif after[index]:
                line.append(f"M{place}")
            else:
                dots.append(f"M{place}h0")  # a line of no length: its round caps are a dot
        return "".join(line), "".join(dots)
