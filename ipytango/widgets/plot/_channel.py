"""One attribute of a plot: followed, and told apart by what it is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...client import AttributeFacts, Reading

if TYPE_CHECKING:
    from ...client import FeedStatus, Following

__all__ = ["Channel", "Status", "numbers_of"]

NOT_NUMBERS = {
    "DevString": "text",
    "DevEncoded": "bytes",
    "ConstDevString": "text",
    "DevPipeBlob": "a pipe",
}

_BOOLEANS = ("False", "True")


@dataclasses.dataclass(frozen=True)
class Status:
    """How an attribute stands: what plots show beside its values."""

    state: str
    """``connecting``, ``live``, ``away`` or ``failed``."""

    source: str
    failure: str | None
    quality: str = "VALID"

    def record(self) -> dict[str, Any]:
        """Give it as the browser wants it."""
        return dict(vars(self))


class Channel:
    """An attribute, how it stands, and the names that its numbers have."""

    def __init__(self, number: int, attribute: str, colour: str) -> None:
        self.key = f"a{number}"
        self.number = number
        self.attribute = attribute
        self.colour = colour
        self.following: Following | None = None
        self.facts: AttributeFacts | None = None
        self.latest: Reading | None = None
        self._states: list[str] = []

    @property
    def kind(self) -> str | None:
        """``trend``, ``curve``, ``picture``; ``note`` for no numbers; None while not known."""
        known = self.facts or self.latest
        if known is None or (known is self.latest and known.value is None):
            return None
        if self.unplottable:
            return "note"
        return {"SCALAR": "trend", "SPECTRUM": "curve", "IMAGE": "picture"}.get(known.data_format)

    @property
    def data_type(self) -> str:
        """Tango's name of the type, empty while it is not known."""
        known = self.facts or self.latest
        return known.data_type if known is not None else ""

    @property
    def unplottable(self) -> str:
        """What its values are, where they are no numbers; else empty."""
        return NOT_NUMBERS.get(self.data_type, "")

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of 0, 1, 2...; empty where numbers are numbers."""
        if self.data_type == "DevBoolean":
            return _BOOLEANS
        if self.data_type == "DevEnum" and self.facts is not None:
            return self.facts.enum_labels
        return tuple(self._states)

    @property
    def unit(self) -> str:
        """Empty where there is none."""
        return self.facts.unit if self.facts is not None else ""

    @property
    def format(self) -> str:
        """How a value is written."""
        return self.facts.format if self.facts is not None else ""

    @property
    def status(self) -> Status:
        """How it stands now."""
        feed: FeedStatus | None = self.following.status if self.following is not None else None
        quality = self.latest.quality if self.latest is not None else "VALID"
        if feed is None:
            return Status("asleep", "", None, quality)
        # A failure that is over is no news; one reading that fails does not take a device away.
        failure = self.latest.failure if self.latest is not None else None
        failure = failure or (feed.failure if feed.state != "live" else None)
        state = "failed" if failure is not None and feed.state == "live" else feed.state
        return Status(state, feed.source, None if failure is None else str(failure), quality)

    @property
    def mark(self) -> str:
        """What is said of it in a word: nothing while it is live and valid."""
        status = self.status
        if status.state != "live":
            return status.state
        return "" if status.quality == "VALID" else status.quality.lower()

    def follow(self, following: Following) -> bool:
        """Go on as a following says; returns whether what is known of the attribute has changed.

        Its readings may have come before: its sink is called in another thread.
        """
        self.following = following
        return self._learn()

    def take(self, reading: Reading) -> bool:
        """Take a reading; returns whether what is known of the attribute has changed."""
        self.latest = reading
        before = len(self._states)
        if reading.data_type == "DevState" and reading.value is not None:
            for name in [reading.value] if isinstance(reading.value, str) else _flat(reading.value):
                if name not in self._states:
                    self._states.append(name)
        return self._learn() or before != len(self._states)

    def _learn(self) -> bool:
        following, before = self.following, self.facts
        if following is not None:
            self.facts = following.facts or before
        return self.facts != before

    def numbers(self, value: Any) -> NDArray[Any]:
        """Return an attribute's value as an array of numbers; a state is its place in `labels`."""
        if self.data_type == "DevState" or isinstance(value, str):
            places = {name: place for place, name in enumerate(self._states)}
            names = [value] if isinstance(value, str) else _flat(value)
            found = np.array([places.get(name, np.nan) for name in names], dtype=float)
            return found.reshape(() if isinstance(value, str) else np.shape(value))
        return numbers_of(value)


def numbers_of(value: Any) -> NDArray[Any]:
    """Return an attribute's value as an array of numbers (booleans are 0 and 1)."""
    array = np.asarray(value)
    if array.dtype == np.bool_:
        return array.view(np.uint8)
    if array.dtype.kind in "iuf":
        return array
    return array.astype(float)


def _flat(names: Any) -> list[str]:
    return [str(name) for name in np.asarray(names, dtype=object).ravel()]
