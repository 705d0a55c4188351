"""What a plot has gathered, as a table: for pandas and for a file."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...display import csv_text
from ...errors import OptionError
from ..hub import imported_pandas
from ._channel import Channel
from ._samples import Columns

__all__ = ["csv_for_browser", "csv_of", "frame_of"]

BROWSER_CSV = 4_000_000
"""Characters of a CSV that a browser is sent at most."""

Taken = Sequence[tuple[Channel, Any]]
"""Attributes of one kind, and what there is of each: see `Trend.columns`, `Curve.values`..."""


def frame_of(taken: Taken) -> Any:
    """Return a `pandas.DataFrame`. Raises `ImportError` where pandas is not installed."""
    pd = imported_pandas()
    if not taken:
        return pd.DataFrame()
    kind = taken[0][0].kind
    if kind == "picture":
        return pd.DataFrame(taken[0][1])
    if kind == "curve":
        columns = {channel.attribute: pd.Series(values) for channel, values in taken}
        return pd.DataFrame(columns).rename_axis("index")
    times, values = _aligned([columns for _, columns in taken])
    index = pd.to_datetime(times, unit="s", utc=True).rename("time")
    frame = pd.DataFrame(values, index=index, columns=[channel.attribute for channel, _ in taken])
    for channel, _ in taken:
        if channel.labels:
            names = dict(enumerate(channel.labels))
            frame[channel.attribute] = frame[channel.attribute].map(names)
    return frame


def csv_of(taken: Taken) -> str:
    """Return comma-separated values, with a line of names but for images."""
    return csv_text(_csv_rows(taken))


def csv_for_browser(taken: Taken) -> str:
    """Return the same for a browser. Raises `OptionError` where that is too much."""
    text = csv_of(taken)
    if len(text) > BROWSER_CSV:
        raise OptionError(
            f"These are {len(text):,} characters of CSV, too many for a browser: "
            "to_csv(path) of the plot writes them to a file."
        )
    return text


def _csv_rows(taken: Taken) -> Iterable[Sequence[Any]]:
    kind = taken[0][0].kind if taken else None
    names = [channel.attribute for channel, _ in taken]
    if kind == "picture":
        yield from taken[0][1].tolist()
    elif kind == "curve":
        yield ["index", *names]
        yield from _rows_of_curves(taken)
    elif kind == "trend":
        yield ["time", *names]
        times, values = _aligned([columns for _, columns in taken])
        for time_s, row in zip(times.tolist(), values.tolist(), strict=True):
            cells = [_cell(channel, value) for (channel, _), value in zip(taken, row, strict=True)]
            yield [_iso(time_s), *cells]


def _rows_of_curves(taken: Taken) -> Iterable[list[Any]]:
    length = max(len(values) for _, values in taken)
    lists = [values.tolist() for _, values in taken]
    for index in range(length):
        yield [index, *(values[index] if index < len(values) else "" for values in lists)]


def _aligned(columns: Sequence[Columns]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put samples of several times into one table by time; NaN where one has none."""
    times = np.unique(np.concatenate([times for times, *_ in columns]))
    table = np.full((len(times), len(columns)), np.nan)
    for number, (own, values, _) in enumerate(columns):
        table[np.searchsorted(times, own), number] = values
    return times, table


def _cell(channel: Channel, value: float) -> Any:
    if math.isnan(value):
        return ""
    if channel.labels and 0 <= int(value) < len(channel.labels):
        return channel.labels[int(value)]
    return int(value) if abs(value) < 2**53 and value == int(value) else value


def _iso(time_s: float) -> str:
    return datetime.datetime.fromtimestamp(time_s, datetime.timezone.utc).isoformat()
