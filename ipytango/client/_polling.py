"""What a device says of its polling."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

__all__ = ["Polled", "polled_in"]


@dataclasses.dataclass(frozen=True)
class Polled:
    """What the server of a device reads by itself."""

    kind: str
    """``attribute`` or ``command``."""

    name: str
    period_ms: int
    """0: it is read when something outside says so."""

    kept: str
    """How many readings are kept; a number, as the device writes it."""

    took_ms: str
    """How long the last reading took, as the device writes it; empty if it does not say."""

    last: str
    """What else it says of the last readings, in its words."""


def polled_in(status: Iterable[str]) -> list[Polled]:
    """Read a device's polling status: a text of several lines for each thing."""
    return [_polled(text) for text in status]


def _polled(text: str) -> Polled:
    kind = name = kept = took_ms = ""
    period_ms = 0
    last = []
    for line in text.splitlines():
        key, equals, value = (part.strip() for part in line.partition(" = "))
        if key.startswith("Polled"):
            kind, name = key.removeprefix("Polled").removesuffix("name").strip(), value
        elif key.startswith("Polling period"):
            period_ms = int(value) if value.isdecimal() else 0
        elif key.startswith("Polling ring buffer"):
            kept = value
        elif key.startswith("Time needed"):
            took_ms = value
        elif not equals or not key.startswith("Delta"):
            last.append(line.replace(" mS", " ms").strip())
    return Polled(kind, name, period_ms, kept, took_ms, " ".join(last))
