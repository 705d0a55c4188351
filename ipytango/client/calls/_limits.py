"""How many calls may be in flight: in all, at one device, at one server."""

from __future__ import annotations

import dataclasses

from ...errors import OptionError

__all__ = ["Limits"]


@dataclasses.dataclass(frozen=True)
class Limits:
    """Caps on calls in flight; what is above them queues in order."""

    workers: int = 1000
    """Calls in flight in all: the threads at most (they are made when needed)."""

    per_device: int = 10
    """Calls in flight at one device. A device serialises its calls, and the time that a call
    waits there counts towards its time-out (3 s by default)."""

    per_server: int = 100
    """Calls in flight at one server process. Tango's ORB takes 128 connections, one for each
    call; a call above that waits for a connection inside its time-out."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise OptionError(
                    f"{field.name.replace('_', '-')} takes a whole number from 1 up, not {value!r}."
                )
