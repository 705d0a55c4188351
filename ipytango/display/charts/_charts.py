"""Lines over time or over an index, as a drawing: what a plot leaves in a saved notebook."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._numbers import brief_number
from ._decimation import decimate
from ._drawings import GRID, INK, Anchor, Colour, Drawing, Point
from ._ticks import ticks

__all__ = ["MARKED", "PALETTE", "ChartLine", "chart", "rgb"]

PALETTE = (
    "#2f7fd1",
    "#e07b00",
    "#1f9e77",
    "#c2569b",
    "#a08a00",
    "#4fb3d9",
    "#d2483b",
    "#8a7fd1",
)
"""Colours of lines that the colour-blind can tell apart, and that read on white and on black."""

MARKED = {"WARNING": "#c99700", "ALARM": "#e0501b"}
"""Qualities whose points are marked, and the colours of the marks and of the limits."""

RIGHT, TOP, BOTTOM = 28, 8, 22
AXIS_WIDTH = 58
LEGEND_HEIGHT = 18
LONE_DOT = 2.0
"""Radius of a point that stands alone between gaps."""

LONGEST_LABEL = 60
DAY_S = 86400
TIME_STEPS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(DAY_S, 2 * DAY_S, 7 * DAY_S, 30 * DAY_S, 365 * DAY_S),
)


@dataclasses.dataclass(frozen=True)
class ChartLine:
    """One line of a chart."""

    label: str
    """How it is called, with its newest value."""

    unit: str
    colour: str
    width: float = dataclasses.field(default=1.5, kw_only=True)
    """Pixels."""

    xs: NDArray[np.float64]
    """Ascending: seconds since the epoch, or an index."""

    ys: NDArray[np.float64]
    """NaN is a gap."""

    labels: tuple[str, ...] = ()
    """Names of 0, 1, 2...: lines of the same names share an axis, else those of the same unit."""

    steps: bool = False
    """Whether a value holds until the next one."""

    until: float | None = None
    """The last value holds up to there."""

    marks: Sequence[tuple[int, str]] = ()
    """Positions of points that are marked, and their colours."""

    limits: Sequence[tuple[float, str]] = ()
    """Values with a faint line across, and its colour."""

    @property
    def scale(self) -> tuple[str, ...]:
        """What it shares an axis by."""
        return self.labels or (self.unit,)


def rgb(colour: str) -> Colour:
    """Return the red, green and blue of ``#rrggbb``."""
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def chart(  # noqa: PLR0913 - flags and sizes, by name
    lines: Sequence[ChartLine],
    low: float,
    high: float,
    *,
    time: bool,
    log: bool = False,
    legend: bool = True,
    width: int = 680,
    height: int = 230,
) -> Drawing:
    """Draw `lines` for x from `low` to `high`; `time` says that x is a time.

    NaN and infinities are gaps. Of more points than there is room for, each pixel column shows the
    least and the greatest value.
    """
    head = LEGEND_HEIGHT * max(len(lines), 1) if legend else 0
    drawing = Drawing(width, height + head)
    for row, line in enumerate(lines if legend else ()):
        y = 12 + row * LEGEND_HEIGHT
        drawing.box((2, y - 8), (9, 9), rgb(line.colour))
        drawing.text((17, y), _shortened(line.label, 2 * LONGEST_LABEL), size=12)
    scales = list(dict.fromkeys(line.scale for line in lines)) or [("",)]
    sides = [scales[0::2], scales[1::2]]
    left = AXIS_WIDTH * max(len(sides[0]), 1)
    right = width - max(AXIS_WIDTH * len(sides[1]), RIGHT)
    if not low < high:
        low, high = low - 0.5, low + 0.5
    area = _Area(left, right, head + TOP, head + height - BOTTOM, low, high)
    _draw_x_axis(drawing, area, time=time)
    for number, scale in enumerate(scales):
        own = [line for line in lines if line.scale == scale]
        y_scale = _scale_of(own, area, log=log)
        _draw_y_axis(drawing, area, y_scale, number, own)
        for line in own:
            _draw_line(drawing, area, y_scale, line)
    if lines and not any(np.isfinite(line.ys).any() for line in lines):
        middle = (area.left + area.right) / 2, (area.top + area.bottom) / 2
        drawing.text(middle, "no finite values", "middle", size=13)
    return drawing


@dataclasses.dataclass(frozen=True)
class _Area:
    """The part of a drawing where lines are."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float

    @property
    def columns(self) -> int:
        return max(int(self.right - self.left), 1)

    def x(self, values: Any) -> Any:
        return self.left + (values - self.low) / (self.high - self.low) * (self.right - self.left)


@dataclasses.dataclass(frozen=True)
class _Scale:
    """Which values lie at the bottom and at the top; of a logarithmic one their logarithms."""

    low: float
    high: float
    log: bool = False

    def share(self, values: Any) -> Any:
        """Return how far up each value lies, 0 to 1; NaN where it has no place."""
        if self.log:
            with np.errstate(all="ignore"):
                values = np.where(np.asarray(values) > 0, np.log10(values), np.nan)
        size = max(abs(self.low), abs(self.high))  # a difference of huge values is not finite
        return (values / size - self.low / size) / (self.high / size - self.low / size)


def _scale_of(lines: Sequence[ChartLine], area: _Area, *, log: bool) -> _Scale:
    if lines and lines[0].labels:
        return _Scale(-0.5, len(lines[0].labels) - 0.5)
    seen = [line.ys[slice(*_seen(line, area))] for line in lines]
    values = np.concatenate(seen) if seen else np.empty(0)
    values = values[np.isfinite(values)]
    if log:
        values = np.log10(values[values > 0])
    if not values.size:
        return _Scale(-1.0 if log else 0.0, 1.0, log)
    low, high = float(np.min(values)), float(np.max(values))
    margin = max(abs(low) * 0.05, 0.5) if low == high else (high / 2 - low / 2) * 0.14
    return _Scale(max(low - margin, -1.7e308), min(high + margin, 1.7e308), log)


def _seen(line: ChartLine, area: _Area) -> tuple[int, int]:
    first = int(np.searchsorted(line.xs, area.low))
    last = int(np.searchsorted(line.xs, area.high, side="right"))
    return max(first - 1, 0), min(last + 1, len(line.xs))


def _draw_line(drawing: Drawing, area: _Area, scale: _Scale, line: ChartLine) -> None:
    def place(xs: Any, ys: Any) -> tuple[Any, Any]:
        return area.x(xs), area.bottom - scale.share(ys) * (area.bottom - area.top)

    colour = rgb(line.colour)
    for value, limit_colour in line.limits:
        share = float(scale.share(value))
        if 0 <= share <= 1:
            y = area.bottom - share * (area.bottom - area.top)
            drawing.line([(area.left, y), (area.right, y)], (*rgb(limit_colour), 140), dash=True)
    first, last = _seen(line, area)
    xs, ys = line.xs[first:last], line.ys[first:last]
    if len(xs) > 2 * area.columns:
        positions, ys = decimate(ys, area.columns)
        xs = xs[positions]
    if line.until is not None and len(xs) and line.until > xs[-1]:
        xs, ys = np.append(xs, line.until), np.append(ys, ys[-1])
    px, py = place(xs, ys)
    px = np.clip(px, area.left, area.right)
    for run in _runs(px, py, steps=line.steps):
        if len(run) > 1:
            drawing.line(run, colour, line.width)
        else:
            drawing.dot(run[0], LONE_DOT, colour)
    for position, mark in line.marks:
        x, y = place(line.xs[position], line.ys[position])
        if math.isfinite(y) and area.left <= x <= area.right:
            drawing.dot((float(x), float(y)), 2.4, rgb(mark))


def _runs(xs: NDArray[Any], ys: NDArray[Any], *, steps: bool) -> Iterable[list[Point]]:
    """Yield the parts of a line between its gaps."""
    run: list[Point] = []
    for x, y, there in zip(xs.tolist(), ys.tolist(), np.isfinite(ys), strict=True):
        if not there:
            if run:
                yield run
            run = []
            continue
        if steps and run:
            run.append((x, run[-1][1]))
        run.append((x, y))
    if run:
        yield run


def _draw_x_axis(drawing: Drawing, area: _Area, *, time: bool) -> None:
    places = time_ticks(area.low, area.high, 7) if time else _index_ticks(area)
    for value, text in places:
        x = float(area.x(value))
        drawing.line([(x, area.top), (x, area.bottom)], GRID)
        drawing.text((x, area.bottom + 16), text, "middle")
    drawing.line([(area.left, area.bottom), (area.right, area.bottom)], INK)


def _index_ticks(area: _Area) -> list[tuple[float, str]]:
    return [
        (index, f"{int(index):,}") for index in ticks(area.low, area.high, 7) if index == int(index)
    ]


def time_ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """Return about `count` round times from `low` to `high`, and how each is written."""
    rough = (high - low) / count
    step = next((step for step in TIME_STEPS_S if step >= rough), TIME_STEPS_S[-1])
    try:
        offset = datetime.datetime.fromtimestamp(high).astimezone().utcoffset()
    except (OverflowError, OSError, ValueError):
        return []  # a clock that is far off
    local = offset.total_seconds() if offset else 0.0
    first, last = math.ceil((low + local) / step), math.floor((high + local) / step)
    times = [number * step - local for number in range(first, min(last, first + 4 * count) + 1)]
    return [(time_s, _clock(time_s, step)) for time_s in times]


def _clock(time_s: float, step_s: float) -> str:
    moment = datetime.datetime.fromtimestamp(time_s).astimezone()
    if step_s >= DAY_S:
        return moment.strftime("%Y-%m-%d")
    if step_s >= 60:
        return moment.strftime("%H:%M")
    text = moment.strftime("%H:%M:%S")
    return text if step_s >= 1 else f"{text}.{moment.microsecond // 1000:03}"


def _draw_y_axis(
    drawing: Drawing, area: _Area, scale: _Scale, number: int, lines: Sequence[ChartLine]
) -> None:
    """Draw an axis: the first one left, the next right, then left of the first, and so on."""
    on_right, depth = number % 2 == 1, number // 2
    colour = rgb(lines[0].colour) if len(lines) == 1 and number else INK
    anchor: Anchor = "start" if on_right else "end"
    outwards = depth * AXIS_WIDTH + 6
    x = area.right + outwards if on_right else area.left - outwards
    for share, text in _y_ticks(scale, lines):
        y = area.bottom - share * (area.bottom - area.top)
        if number == 0:
            drawing.line([(area.left, y), (area.right, y)], GRID)
        drawing.text((x, y + 4), _shortened(text, 9), anchor, colour)
    unit = lines[0].unit if lines and not lines[0].labels else ""
    if unit:
        place = area.right - 4 if on_right else area.left + 4, area.top + 10 + 13 * depth
        drawing.text(place, _shortened(unit, 20), "end" if on_right else "start", colour)


def _y_ticks(scale: _Scale, lines: Sequence[ChartLine]) -> list[tuple[float, str]]:
    if lines and lines[0].labels:
        labels = lines[0].labels
        return [((number + 0.5) / len(labels), label) for number, label in enumerate(labels)]
    if scale.log:
        places = [place for place in ticks(scale.low, scale.high, 4) if place == int(place)]
        if len(places) > 1:
            return [
                (float(scale.share(10.0**place)), brief_number(10.0**place)) for place in places
            ]
        places = ticks(scale.low, scale.high, 3)
        return [(float(scale.share(10.0**place)), brief_number(10.0**place, 3)) for place in places]
    places = ticks(scale.low, scale.high, 4)
    step = places[1] - places[0] if len(places) > 1 else 0.0
    return [(float(scale.share(value)), _tick_text(value, step)) for value in places]


def _tick_text(value: float, step: float) -> str:
    """Write a tick's value with as many digits as tell it from the next."""
    largest = max(abs(value), step)
    if not step or not 1e-3 <= largest < 1e6:
        return brief_number(value, 4) if value else "0"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{min(digits, 9)}f}"


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
