"""Scalars over time: their samples, and what the view and the snapshot are told of them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import Reading
from ...display import MARKED, ChartLine, Drawing, chart, format_number, sparkline
from ...green import allocate_lock
from ..hub import Frame, Look
from ._channel import Channel
from ._samples import FAILED, KEPT_POINTS, QUALITIES, Columns, Samples

__all__ = ["Trend"]

HELD_PERIODS = 3.0
"""A value that came by an event is drawn as held when the next one is so many periods away."""

MARKS_DRAWN = 400
_LIMITS = (
    ("min_warning", "WARNING"),
    ("max_warning", "WARNING"),
    ("min_alarm", "ALARM"),
    ("max_alarm", "ALARM"),
)


@dataclasses.dataclass(eq=False)
class _Series:
    """One attribute's line."""

    channel: Channel
    samples: Samples = dataclasses.field(default_factory=Samples)
    sent: int = 0
    """Number of the first sample that no browser has been sent."""

    clock_ahead_s: float = 0.0
    """By how much the device's clock was ahead when the newest value came."""


class Trend:
    """The part of a plot that draws scalars; any thread."""

    kind = "trend"
    key = "trend"

    def __init__(self, period_s: float, *, log: bool) -> None:
        self._hold_s = max(HELD_PERIODS * period_s, 1.0)
        self._log = log
        self._lock = allocate_lock()
        self._series: dict[str, _Series] = {}
        self._whole = True
        self._dirty = False
        self._frozen_s: float | None = None

    def add(self, channel: Channel) -> None:
        """Draw one attribute more."""
        with self._lock:
            self._series.setdefault(channel.key, _Series(channel))
            self._whole = self._dirty = True

    def has(self, channel: Channel) -> bool:
        """Say whether the attribute is one of those drawn here."""
        return channel.key in self._series

    def take(self, channel: Channel, reading: Reading) -> None:
        """Take in a sample."""
        with self._lock:
            series = self._series[channel.key]
            self._dirty = True  # also for the state alone
            value, quality = _sample_of(channel, reading)
            time_s = reading.time_s
            if reading.failure is None:
                series.clock_ahead_s = time_s - reading.received_s
            else:  # it has the time here, not the device's
                time_s = reading.received_s + min(series.clock_ahead_s, 0.0)
            end = series.samples.end
            if series.samples.append(time_s, value, quality) and series.samples.end <= end:
                self._whole = True  # some went: pages begin anew

    def interrupt(self) -> None:
        """Leave a gap: nothing is followed from now on."""
        with self._lock:
            for series in self._series.values():
                if len(series.samples):
                    newest = float(series.samples.all[0][-1])
                    series.samples.append(newest, np.nan, FAILED)
            self._dirty = True

    def take_history(self, channel: Channel, readings: Sequence[Reading]) -> None:
        """Put what the device has kept before what has come since."""
        rows = sorted((reading.time_s, *_sample_of(channel, reading)) for reading in readings)
        if not rows:
            return
        times, values, qualities = (np.array(column) for column in zip(*rows, strict=True))
        columns = times.astype(float), values.astype(float), qualities.astype(np.uint8)
        with self._lock:
            if self._series[channel.key].samples.prepend(columns):
                self._whole = self._dirty = True

    def freeze(self, at_s: float | None) -> None:
        """Show what was at that time (None: what is now); samples are taken all the same."""
        self._frozen_s = at_s
        self._dirty = True

    # --- for the browser --------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the view needs: the lines, and the scales that they share."""
        with self._lock:
            ordered = self._ordered()
        scales: dict[str, list[Channel]] = {}
        for series in ordered:
            scales.setdefault(_scale_of(series.channel), []).append(series.channel)
        return {
            "log": self._log,
            "kept_points": KEPT_POINTS,
            "scales": [
                {
                    "key": key,
                    "title": channels[0].unit,
                    "labels": channels[0].labels or None,
                    "colour": channels[0].colour
                    if len(channels) == 1 and len(scales) > 1
                    else None,
                }
                for key, channels in scales.items()
            ],
            "series": [_description(series.channel) for series in ordered],
        }

    def frame(self, look: Look) -> Frame | None:
        """Give the samples since the last frame, or all of them."""
        with self._lock:
            whole = look.first or self._whole
            if not (whole or self._dirty):
                return None
            self._whole = self._dirty = False
            entries, parts = [], []
            for series in self._ordered():
                samples = series.samples
                start = samples.first if whole else max(series.sent, samples.first)
                part = samples.since(start)
                parts.append(_copied(part))
                series.sent = samples.end
                entries.append(
                    {
                        "key": series.channel.key,
                        "start": start,
                        "count": len(part[0]),
                        "hold": self._hold_s,
                        **series.channel.status.record(),
                    }
                )
        columns = _joined(parts)
        return Frame({"whole": whole, "series": entries}, columns, whole=whole)

    def command(self, op: str, _: dict[str, Any]) -> Any:
        """Do what the view asks."""
        if op != "whole":
            raise ValueError(f"a trend has no command {op!r}")
        with self._lock:
            self._whole = True

    # --- at rest ----------------------------------------------------------------------------------

    def columns(self, channel: Channel) -> Columns:
        """Return a copy of one attribute's samples."""
        with self._lock:
            return _copied(self._series[channel.key].samples.all)

    def drawing(self, window_s: float | None) -> Drawing:
        """Draw the window up to now."""
        with self._lock:
            taken = [(series.channel, _copied(series.samples.all)) for series in self._ordered()]
        times = [times for _, (times, _, _) in taken if len(times)]
        high = self._frozen_s or max([time.time(), *(float(own[-1]) for own in times)])
        oldest = min((float(own[0]) for own in times), default=high - 1)
        low = oldest if window_s is None else high - window_s
        lines = [_line_of(channel, columns, high, self._hold_s) for channel, columns in taken]
        return chart(lines, low, high, time=True, log=self._log)

    def lines(self, width: int) -> Iterable[tuple[Channel, str, str]]:
        """Give for each attribute its newest value and its course as text."""
        with self._lock:
            ordered = [(one.channel, one.samples.all[1][-500:].copy()) for one in self._ordered()]
        for channel, values in ordered:
            yield channel, _newest(channel, values), sparkline(values, width)

    def _ordered(self) -> list[_Series]:
        return sorted(self._series.values(), key=lambda series: series.channel.number)


def _sample_of(channel: Channel, reading: Reading) -> tuple[float, int]:
    """Return a reading's number and quality; NaN where it has no valid one."""
    if reading.failure is not None:
        return np.nan, FAILED
    quality = QUALITIES.index(reading.quality) if reading.quality in QUALITIES else 0
    if reading.value is None or reading.quality == "INVALID":
        return np.nan, QUALITIES.index("INVALID")
    try:
        return float(channel.numbers(reading.value)), quality
    except (TypeError, ValueError):
        return np.nan, QUALITIES.index("INVALID")  # it has changed its type


def _scale_of(channel: Channel) -> str:
    if channel.labels:
        return "labels " + "\n".join(channel.labels)
    return f"unit {channel.unit}"


def _description(channel: Channel) -> dict[str, Any]:
    facts = channel.facts
    limits = {name: getattr(facts, name) for name, _ in _LIMITS} if facts is not None else {}
    return {
        "key": channel.key,
        "attribute": channel.attribute,
        "label": channel.attribute,
        "unit": channel.unit,
        "format": channel.format,
        "colour": channel.colour,
        "scale": _scale_of(channel),
        "labels": channel.labels or None,
        "steps": bool(channel.labels),
        **limits,
    }


def _joined(parts: Sequence[Columns]) -> list[NDArray[Any]]:
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _copied(columns: Columns) -> Columns:
    times, values, qualities = columns
    return times.copy(), values.copy(), qualities.copy()


def _line_of(channel: Channel, columns: Columns, until_s: float, hold_s: float) -> ChartLine:
    times, values, qualities = columns
    facts, status = channel.facts, channel.status
    told = status.source == "change"
    if told and not channel.labels:
        times, values, qualities = _held(columns, hold_s)
    marked = [number for number, name in enumerate(QUALITIES) if name in MARKED]
    positions = np.flatnonzero(np.isin(qualities, marked))[-MARKS_DRAWN:]
    return ChartLine(
        label=f"{channel.attribute}   {_newest(channel, values)}"
        + ("" if status.state == "live" else f"   ({status.state})"),
        unit=channel.unit,
        colour=channel.colour,
        xs=times,
        ys=values,
        labels=channel.labels,
        steps=bool(channel.labels),
        until=until_s if told and status.state == "live" else None,
        marks=[(int(at), MARKED[QUALITIES[qualities[at]]]) for at in positions],
        limits=[
            (value, MARKED[quality])
            for name, quality in _LIMITS
            if facts is not None and (value := getattr(facts, name)) is not None
        ],
    )


def _held(columns: Columns, hold_s: float) -> Columns:
    """Repeat a value just before the next, where that is far away: it held until then."""
    times, values, qualities = columns
    late = np.flatnonzero(np.diff(times) > hold_s) + 1
    return (
        np.insert(times, late, times[late] - 1e-6),
        np.insert(values, late, values[late - 1]),
        np.insert(qualities, late, qualities[late - 1]),
    )


def _newest(channel: Channel, values: NDArray[np.float64]) -> str:
    if not len(values) or np.isnan(values[-1]):
        return "\N{EN DASH}"
    value = float(values[-1])
    if channel.labels:
        place = int(value)
        return channel.labels[place] if 0 <= place < len(channel.labels) else str(place)
    return f"{format_number(value, channel.format)} {channel.unit}".strip()
