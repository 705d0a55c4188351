"""A table of attributes at one moment: as text, as HTML for a saved notebook, as CSV."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..client import Failure, FailureLevel
from ._csv import csv_text
from ._templates import render
from ._texts import shortened
from ._watch_cells import one_line
from .charts import quality_colour, state_colour

__all__ = [
    "WATCH_COLUMNS",
    "WatchRow",
    "failure_levels",
    "watch_colours",
    "watch_csv",
    "watch_html",
    "watch_record",
    "watch_text",
]

SAVED_ROWS = 200
"""Rows that a saved notebook keeps of a table."""

SHOWN_LEVELS = 20
LONGEST_ERROR_TEXT = 1000
"""Of an error's stack, so many levels and of each text so many characters go to a browser."""

QUALITIES = ("VALID", "CHANGING", "WARNING", "ALARM", "INVALID")
STATES = (
    *("ON", "OFF", "CLOSE", "OPEN", "INSERT", "EXTRACT", "MOVING", "STANDBY", "FAULT"),
    *("INIT", "RUNNING", "ALARM", "DISABLE", "UNKNOWN"),
)

WATCH_COLUMNS = (
    *("attribute", "value", "unit", "quality", "set_value", "time", "source", "state"),
    *("dropped", "errors", "error"),
)
"""The columns that a table is taken away with."""

_COLUMNS = ("attribute", "value", "unit", "quality", "set", "time", "source", "dropped")
_NAME_CHARACTERS, _VALUE_CHARACTERS = 60, 48


@dataclasses.dataclass(frozen=True)
class WatchRow:
    """One attribute of a table at one moment."""

    name: str
    value: Any
    """As in `Reading`, but that an enumeration is its label; None where there is none."""

    set_value: Any
    text: str
    """The value as it is shown."""

    set_text: str
    kind: str
    """``number``, ``text``, ``state``, ``lamp`` or ``array``."""

    unit: str
    quality: str
    state: str
    """``connecting``, ``live``, ``away``, ``failed``, ``asleep``, ``closed`` (not followed)."""

    source: str
    """``change``, ``periodic``, ``poll``, or empty while there is none."""

    since_s: float
    """When `state` began, seconds since the epoch."""

    time_s: float
    """The device's time of the value, seconds since the epoch; 0 where there is none."""

    dropped: int
    errors: int
    failure: Failure | None

    @property
    def shown(self) -> str:
        """What stands in the place of the value: of what is away, the last that was known."""
        last_known = self.state == "away" and self.text
        return self.text if self.failure is None or last_known else str(self.failure)

    @property
    def standing(self) -> str:
        """Whether it is live, and since when it is not."""
        if self.state == "live":
            return {"change": "events"}.get(self.source, self.source)
        return self.state if self.state == "connecting" else f"{self.state} {clock(self.since_s)}"


def clock(time_s: float, *, fine: bool = False) -> str:
    """Return the local time of day, with milliseconds where asked for; empty for 0."""
    if not time_s:
        return ""
    moment = datetime.datetime.fromtimestamp(time_s).astimezone()
    return moment.strftime("%H:%M:%S") + (f".{moment.microsecond // 1000:03}" if fine else "")


def watch_html(rows: Sequence[WatchRow], at_s: float) -> str:
    """Return a table for where nothing is live; `at_s` is when the rows were so."""
    taken = datetime.datetime.fromtimestamp(at_s).astimezone()
    shown = rows[:SAVED_ROWS]
    used = {
        "unit": any(row.unit for row in shown),
        "quality": any(row.quality for row in shown),
        "set": any(row.set_text for row in shown),
        "dropped": any(row.dropped for row in shown),
    }
    return render(
        "watch.html",
        columns=[name for name in _COLUMNS if used.get(name, True)],
        rows=[
            (row, row.failure and _bounded(row.failure), clock(row.time_s, fine=True))
            for row in shown
        ],
        hidden=max(0, len(rows) - SAVED_ROWS),
        count=len(rows),
        at=taken.strftime("%Y-%m-%d %H:%M:%S %Z"),
    )


def watch_text(rows: Sequence[WatchRow], *, width: int = 0, height: int = 0) -> str:
    """Return a table in plain text, cut to `width` characters and `height` lines where given."""
    shown = rows if not height or len(rows) < height else rows[: max(1, height - 2)]
    lines: list[tuple[str, ...]] = [
        ("attribute", "value", "unit", "quality", "set", "time", "source")
    ]
    lines += [_line(row) for row in shown]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    texts = ["  ".join(_padded(line, widths)).rstrip() for line in lines]
    if hidden := len(rows) - len(shown):
        texts.append(f"… and {hidden} more")
    if not rows:
        texts.append("(no attributes)")
    return "\n".join(one_line(text, width) if width else text for text in texts)


def _line(row: WatchRow) -> tuple[str, ...]:
    name = one_line(row.name)
    if len(name) > _NAME_CHARACTERS:
        name = "…" + name[1 - _NAME_CHARACTERS :]
    return (
        name,
        one_line(row.shown, _VALUE_CHARACTERS),
        one_line(row.unit, 12),
        row.quality.lower(),
        one_line(row.set_text, 16),
        clock(row.time_s, fine=True),
        row.standing,
    )


def _padded(line: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    return (text.ljust(width) for text, width in zip(line, widths, strict=True))


def watch_colours() -> dict[str, dict[str, str]]:
    """Return the CSS colours of qualities and states by name, for a browser."""
    return {
        "quality": {name: quality_colour(name) for name in QUALITIES},
        "state": {name: state_colour(name) for name in STATES},
    }


def failure_levels(failure: Failure | None) -> list[dict[str, str]]:
    """Return an error's levels as a browser shows them; none for None."""
    return [] if failure is None else [dict(vars(level)) for level in _bounded(failure).levels]


def _bounded(failure: Failure) -> Failure:
    """Cut an error to what a person would read."""
    levels = (
        FailureLevel(*(shortened(str(text), LONGEST_ERROR_TEXT) for text in vars(level).values()))
        for level in failure.levels[:SHOWN_LEVELS]
    )
    return Failure(failure.kind, tuple(levels))


def watch_record(row: WatchRow) -> tuple[Any, ...]:
    """Return what `WATCH_COLUMNS` name; the time is in seconds since the epoch, or None."""
    return (
        *(row.name, row.value, row.unit, row.quality, row.set_value, row.time_s or None),
        *(row.source, row.state, row.dropped, row.errors),
        None if row.failure is None else str(row.failure),
    )


def watch_csv(rows: Iterable[WatchRow], *, elements: int | None = None) -> str:
    """Return comma-separated values with a line of names.

    Times are in ISO 8601, arrays in JSON, or as their cell shows them where they have more than
    so many `elements`.
    """
    return csv_text([WATCH_COLUMNS, *(_csv_row(row, elements) for row in rows)])


def _csv_row(row: WatchRow, elements: int | None) -> tuple[Any, ...]:
    name, value, unit, quality, set_value, time_s, *rest = watch_record(row)
    return (
        *(name, _csv_value(value, row.text, elements), unit, quality),
        *(_csv_value(set_value, row.set_text, elements), _iso(time_s), *rest),
    )


def _csv_value(value: Any, text: str, elements: int | None) -> Any:
    if isinstance(value, bytes):
        return text
    if not isinstance(value, np.ndarray | list | tuple):
        return value
    if elements is not None and np.size(value) > elements:
        return text
    return json.dumps(value.tolist() if isinstance(value, np.ndarray) else value, default=str)


def _iso(time_s: float | None) -> str:
    if time_s is None:
        return ""
    return datetime.datetime.fromtimestamp(time_s, datetime.timezone.utc).isoformat()
