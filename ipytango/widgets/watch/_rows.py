"""The rows of a watch: what is followed, and what browsers have been told of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ...client import AttributeFacts, Failure, FeedStatus, Following, Reading
from ...display import CellWriter, WatchRow, failure_levels, one_line

__all__ = ["Row"]

LOOK_AGAIN_S = 1.0
"""So late may counts be in a browser."""

UNIT_CHARACTERS, LABEL_CHARACTERS = 24, 500

_NO_WRITER = CellWriter("", "SCALAR", None)


class Row:
    """One attribute of a watch.

    That there is news is told in any thread (`notice`); all else belongs to one at a time.
    """

    def __init__(self, key: int, place: float, name: str, touched: Callable[[Row], object]) -> None:
        self.key = key
        self.place = place
        """Where it stands among the others."""
        self.name = name
        self.out = False
        """Whether it was taken out, so that a late reading brings it back nowhere."""
        self.following: Following | None = None
        self.told: dict[str, Any] = {}
        """What browsers know of it; `text`, `time_s` and `received_s` go with every reading."""
        self.text = ""
        self.time_s = self.received_s = 0.0
        self._kept: Reading | None = None
        self._kept_value: Reading | None = None
        """What was known when it was followed last."""
        self._touched = touched
        self._failure: Failure | None = None
        """Why the row cannot be followed, where that is known before a feed says so."""
        self._since_s = time.time()
        self._resting = "connecting"
        """Its state while it is not followed."""
        self._quick_until_s = 0.0
        self._told_type = ""
        self._told_reading: Reading | None = None
        self._facts: AttributeFacts | None = None
        self._writer = _NO_WRITER
        self._written_for: tuple[str, str, AttributeFacts | None] | None = None
        self._set_value: Any = None
        self._set_text = ""

    def notice(self) -> None:
        """Note that there is something new to look at, in a thread of the feeds."""
        if self.following is not None:  # else it is asleep, or about to look by itself
            self._touched(self)

    @property
    def reading(self) -> Reading | None:
        """The newest, be it an error."""
        told = self.following.told if self.following is not None else None
        return told or self._kept

    def fail(self, failure: Failure) -> None:
        """Have it say why it cannot be followed."""
        self._failure, self._since_s = failure, time.time()
        self._quick_until_s = 0.0

    def rest(self, state: str = "closed") -> None:
        """Stop following; what is known stays, and no longer counts as live."""
        self._resting, self._since_s = state, time.time()
        self._status()  # for what is to be known of it later
        self._kept, self._kept_value = self.reading, self._value
        following, self.following = self.following, None
        self._quick_until_s = 0.0
        if following is not None:
            following.close()

    # --- as it is now -----------------------------------------------------------------------------

    def _status(self) -> FeedStatus | None:
        following = self.following
        if following is None:
            return None
        status = following.status
        self._facts = status.facts or self._facts
        return status

    @property
    def _value(self) -> Reading | None:
        """The newest that had a value."""
        value = self.following.latest_value if self.following is not None else None
        return value or self._kept_value

    def _shown(self, state: str, reading: Reading | None) -> Reading | None:
        """Return the reading to show: of an attribute that is away, the last that had a value."""
        if self._failure is not None:
            return None
        return (self._value or reading) if state == "away" else reading

    def _state(
        self, status: FeedStatus | None, reading: Reading | None
    ) -> tuple[str, float, Failure | None]:
        if self._failure is not None:
            return "failed", self._since_s, self._failure
        if status is None:
            return self._resting, self._since_s, None
        if status.state == "live":
            return "live", status.since_s, reading.failure if reading else None
        return status.state, status.since_s, status.failure

    def _writer_for(self, reading: Reading, facts: AttributeFacts | None) -> CellWriter:
        kind = (reading.data_type, reading.data_format, facts)
        known = self._written_for
        if known is None or known[2] is not facts or known[:2] != kind[:2]:
            self._writer, self._written_for = CellWriter(*kind), kind
            self._set_value = None
        return self._writer

    def snapshot(self) -> WatchRow:
        """Return all that is known of the attribute now."""
        status, newest = self._status(), self.reading
        state, since_s, failure = self._state(status, newest)
        reading, facts = self._shown(state, newest), self._facts
        good = reading if reading is not None and reading.failure is None else None
        writer = CellWriter(good.data_type, good.data_format, facts) if good else _NO_WRITER
        set_value = _set_value(good, facts) if good else None
        return WatchRow(
            name=self.name,
            value=writer.plain(good.value) if good else None,
            set_value=writer.plain(set_value),
            text=writer.write(good.value)[0] if good else "",
            set_text=writer.write(set_value)[0],
            kind=writer.kind,
            unit=facts_told(facts)["unit"] if facts else "",
            quality=good.quality if good else "",
            state=state,
            source=status.source if status else "",
            since_s=since_s,
            time_s=reading.time_s if reading else 0.0,
            dropped=status.dropped if status else 0,
            errors=status.errors if status else 0,
            failure=failure,
        )

    # --- for browsers -----------------------------------------------------------------------------

    def news(self) -> dict[str, Any]:
        """Look at the attribute; return what browsers do not know, but value and times."""
        newest = self.reading
        if self._took_only_value(newest):
            return {}
        status = self._status()
        state, since_s, failure = self._state(status, newest)
        self._quick_until_s = time.monotonic() + LOOK_AGAIN_S if state == "live" else 0.0
        told: dict[str, Any] = {"state": state, "since": since_s, "failure": failure}
        if status is not None:
            told["source"], told["dropped"] = status.source, status.dropped
            told["errors"] = status.errors
        reading = self._told_reading = self._shown(state, newest)
        if reading is not None:
            self.time_s, self.received_s = reading.time_s, reading.received_s
            if reading.failure is None:
                told |= self._value_told(reading, self._facts)
            else:
                self.text, told["quality"], told["full"] = "", "", ""
        return self._unknown(told)

    def _took_only_value(self, reading: Reading | None) -> bool:
        """Take a reading that differs in its value alone: most rows, most of the time.

        Counts may be so late; the same reading again tells of something else.
        """
        if reading is None or reading is self._told_reading or reading.failure is not None:
            return False
        if self.following is None or self.following.facts is not self._facts:
            return False
        known = self.told
        if (
            time.monotonic() > self._quick_until_s
            or reading.quality != known.get("quality")
            or reading.data_type != self._told_type
            or not _same_scalar(reading.set_value, self._set_value)
        ):
            return False
        self.text, full = self._writer.write(reading.value)
        if full != known["full"]:
            return False
        self.time_s, self.received_s = reading.time_s, reading.received_s
        self._told_reading = reading
        return True

    def _value_told(self, reading: Reading, facts: AttributeFacts | None) -> dict[str, Any]:
        writer = self._writer_for(reading, facts)
        self.text, full = writer.write(reading.value)
        self._told_type = reading.data_type
        if not _same_scalar(reading.set_value, self._set_value):
            self._set_value = reading.set_value
            self._set_text = writer.write(_set_value(reading, facts))[0]
        told = {
            "kind": writer.kind,
            "quality": reading.quality,
            "set": self._set_text,
            "full": full,
        }
        if facts is not None and self.told.get("facts") is not facts:
            self.told["facts"] = facts
            told |= facts_told(facts)
        return told

    def _unknown(self, told: dict[str, Any]) -> dict[str, Any]:
        known = self.told
        news = {name: value for name, value in told.items() if known.get(name, None) != value}
        if news:
            known.update(news)
            if "failure" in news:
                news["failure"] = failure_levels(news["failure"])
        return news

    def everything(self) -> dict[str, Any]:
        """Return what a browser needs that knows nothing of it, but value and times."""
        told = {name: value for name, value in self.told.items() if name != "facts"}
        told |= {"name": self.name, "place": self.place}
        return told | {"failure": failure_levels(told.get("failure"))}


def facts_told(facts: AttributeFacts) -> dict[str, str]:
    """Return what is shown of an attribute's configuration, cut to what fits."""
    return {
        "unit": one_line(facts.unit, UNIT_CHARACTERS),
        "label": one_line(facts.label, LABEL_CHARACTERS),
        "description": one_line(facts.description, LABEL_CHARACTERS),
    }


def _set_value(reading: Reading, facts: AttributeFacts | None) -> Any:
    # Of an array that is read only PyTango gives an empty one.
    return reading.set_value if facts is None or facts.writable else None


def _same_scalar(one: Any, other: Any) -> bool:
    if one is other:
        return True
    return isinstance(one, float | int | str) and type(one) is type(other) and bool(one == other)
