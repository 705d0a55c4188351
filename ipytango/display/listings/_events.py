"""What has been recorded of attributes, reading by reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, overload

from ...client import AttributeFacts, Reading, ValueSnapshot
from .._show import html_of, text_of
from .._templates import already_escaped, render
from .._texts import one_line, shortened, time_text
from .._watch_cells import CellWriter
from ..charts import quality_colour, state_colour
from ..values import filled
from ._shown import Shown, data_frame, fitted_table

__all__ = ["EventTable", "RecordedEvent"]

HTML_ROWS = 200
TEXT_ROWS = 500
_COLUMNS = ("id", "attribute", "value", "unit", "quality", "time", "source")
_VALUE_LETTERS = 150


@dataclasses.dataclass(frozen=True, repr=False)
class RecordedEvent(Shown):
    """One reading that was recorded."""

    id: int
    """Its number: 0 is the first since monitoring began."""

    reading: Reading
    facts: AttributeFacts | None = None

    def _snapshot(self) -> ValueSnapshot:
        return ValueSnapshot(self.reading, self.facts)

    def _about(self) -> str:
        received = time_text(self.reading.received_s)
        return f"event {self.id}, {self.reading.source}, received {received}"

    def text(self, width: int = 0) -> str:
        """Return all of it as text."""
        del width
        return f"{self._about()}\n{text_of(self._snapshot())}"

    def _repr_html_(self) -> str:
        value = already_escaped(html_of(self._snapshot()))
        return render("event_record.html", about=self._about(), value=value)

    def row(self) -> tuple[str, ...]:
        """Return what a table shows of it, as `_COLUMNS`."""
        reading, facts = self.reading, self.facts
        if reading.failure is None:
            writer = CellWriter(reading.data_type, reading.data_format, facts)
            value, _ = writer.write(reading.value)
        else:
            value = str(reading.failure)
        unit = facts.unit if facts and reading.failure is None else ""
        return (
            *(str(self.id), reading.attribute, one_line(value), unit, reading.quality),
            *(time_text(reading.time_s), {"change": "event"}.get(reading.source, reading.source)),
        )

    def record(self) -> dict[str, Any]:
        """Return its row for a live view: texts, and what is coloured."""
        reading = self.reading
        texts = list(self.row())
        at = _COLUMNS.index("value")
        texts[at] = shortened(texts[at], _VALUE_LETTERS)
        state = reading.failure is None and reading.data_type == "DevState"
        bad = reading.quality not in {"VALID", ""}
        return {
            "texts": texts,
            "failed": reading.failure is not None,
            "state": state_colour(texts[at]) if state else "",
            "quality": quality_colour(reading.quality) if bad else "",
        }


class EventTable(Shown):
    """What `%mon` answers: the events that have been recorded, the newest first."""

    columns: ClassVar = _COLUMNS
    """What a row says."""

    def __init__(
        self, events: Sequence[RecordedEvent], monitored: Sequence[str], lost: int = 0
    ) -> None:
        self.events = tuple(events)
        """The events, the oldest first."""
        self.monitored = tuple(monitored)
        """The attributes that are being monitored."""
        self.lost = lost
        """Events that were more than are kept: the oldest are gone."""

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[RecordedEvent]:
        return iter(self.events)

    @overload
    def __getitem__(self, at: int) -> RecordedEvent: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[RecordedEvent, ...]: ...
    def __getitem__(self, at: int | slice) -> RecordedEvent | tuple[RecordedEvent, ...]:
        return self.events[at]

    def of(self, fits: Callable[[str, str], object]) -> EventTable:
        """Return the events whose device and attribute fit."""
        events = [event for event in self.events if fits(*_parted(event.reading.attribute))]
        return EventTable(events, self.monitored, self.lost)

    def to_pandas(self) -> Any:
        """Return all events as a `pandas.DataFrame`, the oldest first; times are in UTC.

        Raises `ImportError` where pandas is not installed.
        """
        columns = ("id", "attribute", "value", "unit", "quality", "time", "source", "error")
        frame = data_frame(columns, [_record(event) for event in self.events])
        import pandas as pd

        frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True)
        return frame

    @property
    def counted(self) -> str:
        """How many events there are, in words."""
        count = len(self.events)
        lost = f", {self.lost:,} older ones are gone" if self.lost else ""
        return f"{count:,} event{'' if count == 1 else 's'}{lost}"

    @property
    def monitored_text(self) -> str:
        """What is monitored, in words."""
        if not self.monitored:
            return "nothing is monitored now"
        first = ", ".join(self.monitored[:5])
        more = len(self.monitored) - 5
        return f"monitored: {first}" + (f" and {more} more" if more > 0 else "")

    def text(self, width: int = 0) -> str:
        """Return the table as text, in lines of at most `width` characters where that is given."""
        head = f"{self.counted}; {one_line(self.monitored_text)}"
        shown = self.events[::-1][:TEXT_ROWS]
        if not shown:
            return head
        rows = [event.row() for event in shown]
        hidden = len(self.events) - len(shown)
        return "\n".join([head, *fitted_table(_COLUMNS, rows, hidden, width)])

    def _repr_html_(self) -> str:
        shown = self.events[::-1][:HTML_ROWS]
        columns, rows = filled(_COLUMNS, [event.row() for event in shown])
        return render(
            "events.html",
            counted=self.counted,
            monitored=self.monitored_text,
            columns=columns,
            rows=[(row, event.reading) for row, event in zip(rows, shown, strict=True)],
            hidden=f"{len(self.events) - len(shown):,}" if len(self.events) > len(shown) else "",
        )


def _parted(attribute: str) -> tuple[str, str]:
    device, _, name = attribute.rpartition("/")
    return device, name


def _record(event: RecordedEvent) -> tuple[Any, ...]:
    reading, facts = event.reading, event.facts
    writer = CellWriter(reading.data_type, reading.data_format, facts)
    return (
        *(event.id, reading.attribute, writer.plain(reading.value), facts.unit if facts else ""),
        *(reading.quality, reading.time_s, reading.source),
        None if reading.failure is None else str(reading.failure),
    )
