"""All that a device's panel shows, as plain values; its HTML and its text."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator

from ...client import CommandFacts, Failure
from .._templates import render
from .._text_tables import facts_lines
from .._texts import count_text, one_line, printable, shortened
from .._watch import WatchRow, clock, watch_text

__all__ = ["DeedLine", "DeviceSheet", "SheetGroup", "sheet_html", "sheet_text"]

SAVED_ROWS = 200
SAVED_DEEDS = 20
"""Of a group's attributes, and of what was done, so many are kept in a notebook."""

TEXT_ROWS = 100


@dataclasses.dataclass(frozen=True)
class SheetGroup:
    """Attributes of one form."""

    title: str
    rows: tuple[WatchRow, ...]
    """Named without their device."""

    pictures: dict[str, str]
    """The addresses of small pictures by the attributes' names."""


@dataclasses.dataclass(frozen=True)
class DeedLine:
    """One thing that was done in a panel."""

    time_s: float
    said: str
    outcome: str
    """``running``, ``done``, ``failed`` or ``withdrawn``."""

    result: str
    """What a command gave, or why it failed."""

    line: str
    """The Python line that does the same."""


@dataclasses.dataclass(frozen=True)
class DeviceSheet:
    """A device's panel at one moment."""

    name: str
    facts: tuple[tuple[str, str], ...]
    """What it is: class, server, alias..., by name."""

    state: str
    status: str
    standing: str
    """Empty where it answers; else since when it does not."""

    failure: Failure | None
    notes: tuple[str, ...]
    """What has to be known: locks, members that are not shown."""

    groups: tuple[SheetGroup, ...]
    commands: tuple[CommandFacts, ...]
    deeds: tuple[DeedLine, ...]
    """The newest first."""

    at_s: float


def sheet_html(sheet: DeviceSheet) -> str:
    """Return the panel for where nothing is live."""
    taken = datetime.datetime.fromtimestamp(sheet.at_s).astimezone()
    return render(
        "device_panel.html",
        sheet=sheet,
        status=shortened(sheet.status),
        note=" · ".join(text for _, text in sheet.facts),
        groups=[
            (group, group.rows[:SAVED_ROWS], max(0, len(group.rows) - SAVED_ROWS))
            for group in sheet.groups
            if group.rows
        ],
        commands=[_signature(command) for command in sheet.commands],
        deeds=[(clock(deed.time_s), deed) for deed in sheet.deeds[:SAVED_DEEDS]],
        at=taken.strftime("%Y-%m-%d %H:%M:%S %Z"),
    )


def _signature(command: CommandFacts) -> str:
    takes = "" if command.in_type == "DevVoid" else command.in_type
    gives = "" if command.out_type == "DevVoid" else f" → {command.out_type}"
    return f"{command.name}({takes}){gives}"


def sheet_text(sheet: DeviceSheet, *, width: int = 0, height: int = 0) -> str:
    """Return the panel as text, cut to `width` characters and `height` lines where given."""
    lines = list(_text_lines(sheet, width))
    if height and len(lines) > height:
        hidden = len(lines) - height + 1
        lines = [*lines[: height - 1], f"… and {count_text(hidden, 'line')} more"]
    return "\n".join(line[:width] if width else line for line in lines)


def _text_lines(sheet: DeviceSheet, width: int) -> Iterator[str]:
    state = f": {sheet.state}" if sheet.state else ""
    standing = f" ({sheet.standing})" if sheet.standing else ""
    yield f"{one_line(sheet.name)}{state}{standing}"
    if sheet.failure is not None:
        yield f"  {one_line(str(sheet.failure))}"
    yield from (f"  {line}" for line in printable(shortened(sheet.status)).splitlines())
    yield from facts_lines(sheet.facts)
    yield from (f"  {one_line(note)}" for note in sheet.notes)
    for group in sheet.groups:
        if group.rows:
            yield ""
            yield from watch_text(group.rows, width=width, height=TEXT_ROWS).splitlines()
    if sheet.commands:
        yield ""
        yield f"commands: {', '.join(one_line(_signature(one)) for one in sheet.commands)}"
    if sheet.deeds:
        yield ""
        for deed in sheet.deeds[:SAVED_DEEDS]:
            result = f": {one_line(deed.result)}" if deed.result else ""
            yield f"{clock(deed.time_s)} {one_line(deed.said)} {deed.outcome}{result}"
