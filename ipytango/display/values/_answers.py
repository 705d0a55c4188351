"""The displays of what came without being a reading: replies of a group, events."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...client import (
    EventSnapshot,
    ReplyList,
    ReplySnapshot,
    StateSnapshot,
    ValueSnapshot,
    plain_name,
    snapshot_of,
)
from .._numbers import format_number
from .._show import html_of, line_of, text_of
from .._templates import render
from .._text_tables import facts_lines, table_lines
from .._texts import count_text, one_line, shortened, time_text
from ._kinds import kind_of
from ._values import short_text

__all__: list[str] = []

REPLIES = 200
"""Replies of a group that are shown."""

LONGEST = 300


def _row(reply: ReplySnapshot) -> dict[str, Any]:
    """Return what the table shows of one reply."""
    row = {
        "device": reply.device,
        "what": reply.what,
        "failure": reply.failure,
        "quality": "",
        "state": "",
        "lamp": None,
        "text": "",
    }
    if not reply.enabled:
        return row | {"text": "was not asked (disabled)"}
    if isinstance(reply.answer, ValueSnapshot):
        return row | _of_reading(reply.answer)
    return row | _of_result(reply.answer)


def _of_reading(answer: ValueSnapshot) -> dict[str, Any]:
    reading, kind = answer.reading, kind_of(answer)
    shown: dict[str, Any] = {"quality": reading.quality, "failure": reading.failure}
    if kind == "failure":
        return shown
    if kind in {"state", "lamp"}:
        return shown | {kind: reading.value}
    return shown | {"text": short_text(answer)}


def _of_result(answer: Any) -> dict[str, Any]:
    """Return what is shown of a command's result."""
    state = snapshot_of(answer)
    if isinstance(state, StateSnapshot):
        return {"state": state.name}
    return {"lamp": answer} if isinstance(answer, bool) else {"text": _plain_text(answer)}


def _plain_text(answer: Any) -> str:
    """Write what a command gave."""
    if answer is None:
        return "done"
    if isinstance(answer, int | float | np.number):
        return format_number(answer)
    return shortened(str(answer), LONGEST)


def _text(row: dict[str, Any]) -> str:
    if row["failure"] is not None:
        return shortened(str(row["failure"]), LONGEST)
    text = row["state"] or (str(row["lamp"]) if row["lamp"] is not None else row["text"])
    quality = row["quality"]
    return text if quality in {"", "VALID"} else f"{text} ({quality})"


@html_of.register
def _(replies: ReplyList) -> str:
    shown = replies.items[:REPLIES]
    return render(
        "replies.html",
        note=line_of(replies),
        rows=[_row(reply) for reply in shown],
        hidden=len(replies.items) - len(shown),
    )


@text_of.register
def _(replies: ReplyList) -> str:
    rows = [_row(reply) for reply in replies.items[:REPLIES]]
    cells = [(row["device"], row["what"], _text(row)) for row in rows]
    hidden = len(replies.items) - len(rows)
    lines = table_lines(("device", "asked", "answer"), cells, hidden)
    return "\n".join([f"{line_of(replies)}", *lines])


@line_of.register
def _(replies: ReplyList) -> str:
    failed = sum(1 for reply in replies.items if _row(reply)["failure"] is not None)
    nouns = {"read": "reading", "command": "answer", "write": "write"}
    return f"{count_text(len(replies.items), nouns[replies.kind])}" + (
        f", {failed} failed" if failed else ""
    )


@html_of.register
def _(reply: ReplySnapshot) -> str:
    return render("replies.html", note="", rows=[_row(reply)], hidden=0)


@line_of.register
def _(reply: ReplySnapshot) -> str:
    return f"{one_line(reply.device)}/{one_line(reply.what)}: {one_line(_text(_row(reply)))}"


def _contents(event: EventSnapshot) -> tuple[Any, ...]:
    if event.content is None:
        return ()
    return event.content if isinstance(event.content, tuple) else (event.content,)


def _note(event: EventSnapshot) -> str:
    when = f"received {time_text(event.received_s)}"
    return f"{when}, {event.reason}" if event.reason else when


@html_of.register
def _(event: EventSnapshot) -> str:
    from markupsafe import Markup

    return render(
        "event.html",
        event=event.event,
        source=plain_name(event.source),
        note=_note(event),
        notes=event.notes,
        failure=event.failure,
        contents=[Markup(html_of(part)) for part in _contents(event)],  # noqa: S704 - our own
    )


@text_of.register
def _(event: EventSnapshot) -> str:
    lines = [f"{line_of(event)}, {_note(event)}", *facts_lines(event.notes)]
    parts = [*([event.failure] if event.failure else []), *_contents(event)]
    for part in parts:
        lines += [f"  {line}" for line in text_of(part).splitlines()]
    return "\n".join(lines)


@line_of.register
def _(event: EventSnapshot) -> str:
    return f"{one_line(event.event)} event of {one_line(plain_name(event.source))}"
