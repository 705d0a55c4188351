"""All that is known of one thing, as a page of facts and tables."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Sequence
from typing import Any

from ...client import (
    About,
    CommandFacts,
    CommandList,
    ConfigList,
    ConfigSnapshot,
    Failure,
    Part,
    Rows,
    ValueSnapshot,
)
from ...errors import OptionError
from .._show import html_of, text_of
from .._templates import already_escaped, render
from .._text_tables import facts_lines
from .._texts import one_line, printable, shortened, time_text
from ..values import command_facts, command_table, config_facts, config_table, filled
from ._shown import Shown, data_frame, fitted_table

__all__ = ["Info"]

SHOWN_OPEN = 12
"""A table of so many rows is shown at once; of a longer one the title, until it is opened."""

TEXT_ROWS = 200
HTML_ROWS = 300

_CLOSED = {"recent calls", "history", "history of properties", "polled history"}
"""What only some want to see."""


@dataclasses.dataclass(frozen=True)
class _Table:
    """A part that is a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    hidden: int = 0


class Info(Shown):
    """What `%tango_info` answers: all that Tango knows of a thing, from the moment of asking."""

    def __init__(self, about: About) -> None:
        self.about = about

    @property
    def kind(self) -> str:
        """``device``, ``attribute``, ``command``, ``class``, ``server`` or ``host``."""
        return self.about.kind

    @property
    def name(self) -> str:
        """As Tango has it."""
        return self.about.name

    @property
    def facts(self) -> dict[str, str]:
        """What is known in a word: names and texts."""
        return dict(self.about.facts)

    @property
    def parts(self) -> dict[str, Any]:
        """What is known in tables, configurations, readings: by title, as plain frozen values."""
        return {part.title: part.content for part in self.about.parts}

    @property
    def failures(self) -> dict[str, Failure]:
        """What could not be found out, and why."""
        return dict(self.about.failures)

    def to_pandas(self, title: str = "") -> Any:
        """Return the part of that title as a `pandas.DataFrame`; without a title, the facts.

        Raises `OptionError` for what is no table here, `ImportError` where there is no pandas.
        """
        if not title:
            return data_frame(("fact", "value"), self.about.facts)
        content = self.parts.get(title)
        table = None if content is None else _table_of(content)
        if table is None:
            titles = [part.title for part in self.about.parts if _table_of(part.content)]
            raise OptionError(
                f"{self.name} has no table {title!r}; there is {', '.join(titles) or 'none'}."
            )
        return data_frame(table.columns, table.rows)

    def _note(self) -> str:
        also = f"; also the name of a {' and a '.join(self.about.also)}" if self.about.also else ""
        return f"{', '.join(filter(None, (self.kind, self.about.note)))}{also}"

    def _facts(self) -> list[tuple[str, str]]:
        place = self.about.database
        return [*self.about.facts, *([("database", place)] if place else [])]

    # --- text -------------------------------------------------------------------------------------

    def text(self, width: int = 0) -> str:
        """Return all as text, in lines of at most `width` characters where that is given."""
        status = self.about.status
        state = f": {status.state}" if status and status.state else ""
        lines = [f"{one_line(self.name)}{state} ({one_line(self._note())})"]
        if status and status.failure:
            lines += [f"  {line}" for line in text_of(status.failure).splitlines()]
        elif status and status.status:
            lines += [f"  {line}" for line in printable(shortened(status.status)).splitlines()]
        lines += facts_lines(self._facts())
        for part in self.about.parts:
            lines += ["", *_part_lines(part, width)]
        return "\n".join(line[:width] if width else line for line in lines)

    # --- HTML -------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        status = self.about.status
        return render(
            "info.html",
            title=self.name,
            note=self._note(),
            state=status.state if status else "",
            status=shortened(status.status) if status else "",
            failure=status.failure if status else None,
            facts=[(name, shortened(text)) for name, text in self._facts()],
            parts=[_section(part) for part in self.about.parts],
        )


def _part_lines(part: Part, width: int) -> list[str]:
    table = _table_of(part.content)
    if table is not None:
        count = len(table.rows) + table.hidden
        rows = [[_word(value) for value in row] for row in table.rows[:TEXT_ROWS]]
        hidden = table.hidden + max(0, len(table.rows) - TEXT_ROWS)
        return [f"{part.title} ({count:,})", *fitted_table(table.columns, rows, hidden, width)]
    facts = _facts_of(part.content)
    if facts is not None:
        return [part.title, *facts_lines(facts)]
    return [part.title, *(f"  {line}" for line in _text(part.content).splitlines())]


def _text(content: Any) -> str:
    return printable(content) if isinstance(content, str) else text_of(content)


def _section(part: Part) -> dict[str, Any]:
    """Return what the template shows of a part."""
    section: dict[str, Any] = {"title": part.title, "count": "", "open": True, "kind": "text"}
    content = part.content
    if isinstance(content, Failure):
        return section | {"kind": "failure", "failure": content}
    if isinstance(content, ValueSnapshot):
        return section | {"kind": "html", "html": already_escaped(html_of(content))}
    table = _table_of(content)
    if table is not None:
        count = len(table.rows) + table.hidden
        rows = [[shortened(_word(value)) for value in row] for row in table.rows[:HTML_ROWS]]
        columns, shown = filled(table.columns, [tuple(row) for row in rows])
        return section | {
            "kind": "table",
            "count": f"{count:,}",
            "open": count <= SHOWN_OPEN and part.title not in _CLOSED,
            "columns": columns,
            "rows": shown,
            "hidden": count - len(rows),
        }
    facts = _facts_of(content)
    if facts is not None:
        return section | {"kind": "facts", "facts": [(name, shortened(t)) for name, t in facts]}
    return section | {"text": shortened(str(content))}


@functools.singledispatch
def _table_of(content: Any) -> _Table | None:
    """Return a part as a table; None for what is none."""
    del content
    return None


@_table_of.register
def _(content: Rows) -> _Table:
    return _Table(content.columns, content.rows, content.hidden)


@_table_of.register
def _(content: ConfigList) -> _Table:
    columns, rows = config_table(content)
    return _Table(columns, tuple(rows), max(0, len(content.items) - len(rows)))


@_table_of.register
def _(content: CommandList) -> _Table:
    columns, rows = command_table(content)
    return _Table(columns, tuple(rows), max(0, len(content.items) - len(rows)))


def _facts_of(content: Any) -> Sequence[tuple[str, str]] | None:
    """Return a part as names and texts; None for what is none."""
    if isinstance(content, ConfigSnapshot):
        return config_facts(content)
    return command_facts(content) if isinstance(content, CommandFacts) else None


def _word(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return time_text(value.timestamp())
    return f"{value:.8g}" if isinstance(value, float) else str(value)
