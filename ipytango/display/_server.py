"""A device server of this kernel at one moment, as a saved notebook or a terminal shows it."""

from __future__ import annotations

import dataclasses
import time

from ._templates import render
from ._texts import printable

__all__ = ["ServerStatus", "server_html", "server_text"]

SAVED_LOG_LINES = 30
TEXT_LOG_LINES = 5

_TANGO_STATES = {
    "starting": "INIT",
    "running": "ON",
    "stopping": "INIT",
    "stopped": "OFF",
    "replaced": "OFF",
    "failed": "FAULT",
    "ended": "FAULT",
}

_NOTES = {
    "asyncio": "asyncio mode: Tango's serialisation is off (NO_SYNC). While one request awaits, "
    "others run in the same device.",
    "gevent": "gevent mode: Tango's serialisation is off (NO_SYNC). While one request waits, "
    "others run in the same device, each in a greenlet.",
}


@dataclasses.dataclass(frozen=True)
class ServerStatus:
    """What there is to show of a device server."""

    name: str
    state: str
    """``starting``, ``running``, ``stopping``, ``stopped``, ``failed``, ``ended``; ``replaced``
    where a newer run of the cell has taken its place.
    """

    since_s: float
    """Seconds since the epoch."""

    error: str
    devices: tuple[str, ...]
    """Their full names."""

    mode: str
    """The green mode, in lower case."""

    address: str
    database: str
    """The one in which it is registered; empty: none."""

    pid: int
    log: str
    """The end of it."""

    @property
    def tango_state(self) -> str:
        """The state of a device that has the colour of this one."""
        return _TANGO_STATES[self.state]

    @property
    def note(self) -> str:
        """What has to be known of its green mode."""
        return _NOTES.get(self.mode, "")

    def facts(self) -> list[tuple[str, str]]:
        """Give what is told in two columns."""
        return [
            ("green mode", self.mode),
            ("database", self.database or "none: it is reached by its full name"),
            ("address", self.address),
            ("process", str(self.pid)),
        ]


def server_html(status: ServerStatus) -> str:
    """Return a device server for where nothing is live."""
    return render(
        "server.html",
        status=status,
        since=_clock(status.since_s),
        log="\n".join(status.log.splitlines()[-SAVED_LOG_LINES:]),
    )


def server_text(status: ServerStatus) -> str:
    """Return a device server as text."""
    facts = ", ".join((status.mode, status.database or "no database", f"pid {status.pid}"))
    lines = [
        f"Device server {status.name}: {status.state} since {_clock(status.since_s)} ({facts})",
        *(f"  {device}" for device in status.devices),
    ]
    if status.note:
        lines.append(f"  note: {status.note}")
    lines += [f"  {line}" for line in status.error.splitlines()]
    log = status.log.splitlines()[-TEXT_LOG_LINES:]
    return "\n".join([*lines, *(f"  | {printable(line)}" for line in log)])


def _clock(since_s: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(since_s))
