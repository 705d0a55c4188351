"""A spectrum as a curve: as many of its points as can be seen, of any part of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import Reading
from ...display import ChartLine, Drawing, brief_number, chart, decimate, sparkline, statistics_of
from ..hub import Frame, Look
from ._arrays import ArrayPart
from ._channel import Channel

__all__ = ["Curve"]

VIEWS = 8
"""Views that may each show a range of their own."""

MOST_COLUMNS = 8000
_NARROW = ("i1", "u1", "i2", "u2", "f4")
"""Types whose every value a 32-bit float tells."""


@dataclasses.dataclass(frozen=True)
class _Range:
    low: float
    high: float
    columns: int


class Curve(ArrayPart):
    """The part of a plot that draws one spectrum; any thread."""

    kind = "curve"

    def __init__(self, channel: Channel, *, log: bool) -> None:
        super().__init__(channel)
        self._log = log
        self._ranges: dict[str, _Range] = {}

    # --- for the browser --------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the view needs."""
        return {
            **self._description(),
            "labels": self.channel.labels or None,
            "log": self._log,
        }

    def frame(self, look: Look) -> Frame | None:
        """Give the curve in as many columns as there are, and the ranges that are looked at."""
        with self._lock:
            if not (self._dirty or look.first):
                return None
            self._dirty = False
            reading, ranges = self._shown, dict(self._ranges)
        values = self._numbers(reading)
        buffers = _points(values, 0, max(look.px, 1))
        for one in ranges.values():
            first = min(max(int(np.floor(one.low)), 0), len(values))
            last = min(max(int(np.ceil(one.high)) + 1, first), len(values))
            buffers += _points(values[first:last], first, one.columns)
        found = statistics_of(values)
        data = {
            "count": len(values),
            "views": list(ranges),
            "least": found.low,
            "greatest": found.high,
            "mean": found.mean,
            "deviation": found.deviation,
            "invalid": found.nan + found.infinite,
            "time": None if reading is None else reading.time_s,
            **self.channel.status.record(),
        }
        return Frame(data, buffers, whole=True)

    def command(self, op: str, argument: dict[str, Any]) -> Any:
        """Do what a view asks: ``range`` shows a part of the curve to that view in full."""
        if op != "range":
            raise ValueError(f"a curve has no command {op!r}")
        view, wanted = str(argument["view"]), argument["range"]
        columns = min(max(int(argument["columns"]), 1), MOST_COLUMNS)
        with self._lock:
            self._dirty = True
            self._ranges.pop(view, None)
            if wanted is not None:
                self._ranges[view] = _Range(float(wanted[0]), float(wanted[1]), columns)
                while len(self._ranges) > VIEWS:
                    del self._ranges[next(iter(self._ranges))]

    # --- at rest ----------------------------------------------------------------------------------

    def drawing(self, _: float | None) -> Drawing:
        """Draw the whole curve."""
        values, channel = self.values(), self.channel
        found = statistics_of(values)
        facts = f"{len(values):,} values"
        if found.finite:
            facts += f", {brief_number(found.low)} to {brief_number(found.high)}"
        positions, kept = decimate(values, 620)
        line = ChartLine(
            label=f"{channel.attribute}   {facts}{_standing(channel)}",
            unit=channel.unit,
            colour=channel.colour,
            xs=positions.astype(float),
            ys=kept.astype(float),
            labels=channel.labels,
            steps=bool(channel.labels),
        )
        return chart([line], 0, max(len(values) - 1, 1), time=False, log=self._log, height=200)

    def lines(self, width: int) -> Iterable[tuple[Channel, str, str]]:
        """Give its size and its course as text."""
        values = self.values()
        yield self.channel, f"{len(values):,} values", sparkline(values, width)

    def _numbers(self, reading: Reading | None) -> NDArray[Any]:
        if reading is None:
            return np.empty(0)
        return self.channel.numbers(reading.value).reshape(-1)


def _standing(channel: Channel) -> str:
    state = channel.status.state
    return "" if state == "live" else f"   ({state})"


def _points(values: NDArray[Any], first: int, columns: int) -> list[NDArray[Any]]:
    positions, kept = decimate(values, columns)
    narrow = kept.dtype.str[1:] in _NARROW
    return [
        (positions + first).astype(np.uint32),
        kept.astype(np.float32 if narrow else np.float64),
    ]
