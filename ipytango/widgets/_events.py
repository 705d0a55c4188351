"""Events of attributes as they come: what `%mon` shows where there is a page."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..display import EventTable, RecordedEvent
from .hub import Frame, Look, Panel, weakly

if TYPE_CHECKING:
    from ..client import Recorder
    from .hub import Hub

__all__ = ["Events"]

FIRST_EVENTS = 200
"""The newest events, which a page shows; the table has all that are kept."""


class Events(Panel):
    """The events that are recorded, the newest first, growing while they come.

    What it gives is what has been recorded by then: `events`, `to_pandas`, its length.
    """

    view = "events"
    rate_hz = 4.0

    def __init__(
        self, hub: Hub, recorder: Recorder, fits: Callable[[str, str], object] | None = None
    ) -> None:
        self._recorder = recorder
        self._fits = fits
        self._shown: list[int] = []
        # The recorder holds what it calls, and must not hold the panel.
        self._changed = weakly(self.changed)
        self._end = weakref.finalize(self, recorder.tell_no_more, self._changed)
        self._end.atexit = False
        super().__init__(hub)

    # --- for the user -----------------------------------------------------------------------------

    def table(self) -> EventTable:
        """Return what has been recorded until now, as a table that stays as it is."""
        events = [
            RecordedEvent(record.number, record.reading, record.facts)
            for record in self._recorder.records()
        ]
        table = EventTable(events, self._recorder.attributes, self._recorder.dropped)
        return table if self._fits is None else table.of(self._fits)

    @property
    def events(self) -> tuple[RecordedEvent, ...]:
        """The events, the oldest first."""
        return self.table().events

    @property
    def monitored(self) -> tuple[str, ...]:
        """The attributes that are being monitored."""
        return self._recorder.attributes

    @property
    def lost(self) -> int:
        """Events that were more than are kept: the oldest are gone."""
        return self._recorder.dropped

    def __len__(self) -> int:
        return len(self.table())

    def __iter__(self) -> Iterator[RecordedEvent]:
        return iter(self.table())

    def __bool__(self) -> bool:
        return True

    def of(self, fits: Callable[[str, str], object]) -> EventTable:
        """Return the events whose device and attribute fit."""
        return self.table().of(fits)

    def to_pandas(self) -> Any:
        """Return all events as a `pandas.DataFrame`, the oldest first; times are in UTC.

        Raises `ImportError` where pandas is not installed.
        """
        return self.table().to_pandas()

    def close(self) -> None:
        """Let it grow no more; what is shown stays. What is monitored goes on."""
        self._end()
        super().close()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the columns are, and how many rows are shown."""
        return {"columns": list(EventTable.columns), "most": FIRST_EVENTS}

    def frame(self, look: Look) -> Frame | None:
        """Give the events that are new, the newest first; all where they are no continuation."""
        table = self.table()
        newest = table.events[: -FIRST_EVENTS - 1 : -1]
        numbers = [event.id for event in newest]
        last = self._shown[0] if self._shown else -1
        fresh = sum(number > last for number in numbers)
        # Others than before: some were forgotten, or more have come than are shown.
        continued = numbers[fresh:] == self._shown[: len(numbers) - fresh]
        whole = look.first or not continued or fresh == len(numbers)
        self._shown = numbers
        events = newest if whole else newest[:fresh]
        return Frame(
            {
                "whole": whole,
                "counted": table.counted,
                "monitored": table.monitored_text,
                "hidden": len(table) - len(newest),
                "events": [event.record() for event in events],
            },
            whole=whole,
        )

    def waken(self) -> None:
        """Be told of what comes."""
        self._recorder.tell(self._changed)

    def sleep(self) -> None:
        """Be told of nothing: the output is gone."""
        self._recorder.tell_no_more(self._changed)

    def static_html(self) -> str:
        """Give the table as it is now."""
        return self.table()._repr_html_()

    def text(self) -> str:
        """Give the table as text."""
        return self.table().text()
