"""What a database lists, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from ...client import (
    ListedAlias,
    ListedClass,
    ListedDevice,
    ListedHost,
    ListedRow,
    ListedServer,
    Listing,
)
from .._templates import render
from .._texts import one_line
from ._shown import Shown, data_frame, fitted_table

__all__ = ["ListingTable"]

HTML_ROWS = 200
"""Rows that a notebook shows, and keeps when it is saved."""

TEXT_ROWS = 500

_COLUMNS: dict[type[ListedRow], tuple[tuple[str, str], ...]] = {
    ListedDevice: (
        ("device", "name"),
        ("alias", "alias"),
        ("class", "class_name"),
        ("server", "server"),
        ("host", "host"),
        ("exported", "exported"),
    ),
    ListedClass: (("class", "name"), ("devices", "devices")),
    ListedServer: (
        ("server", "name"),
        ("host", "host"),
        ("runs", "runs"),
        ("started", "started"),
        ("classes", "classes"),
        ("devices", "devices"),
    ),
    ListedHost: (("host", "name"), ("servers", "servers")),
    ListedAlias: (("alias", "alias"), ("stands for", "name"), ("kind", "kind")),
}
_SINGULAR = {
    "devices": "device",
    "classes": "class",
    "servers": "server",
    "hosts": "host",
    "aliases": "alias",
}


class ListingTable(Shown):
    """What `%tango_ls` and `%lsdev` answer: a sequence of rows that shows itself as a table."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing

    @property
    def rows(self) -> tuple[ListedRow, ...]:
        """All rows, also those that are too many to be shown."""
        return self.listing.rows

    @property
    def names(self) -> list[str]:
        """The names in the first column."""
        return [row.alias if isinstance(row, ListedAlias) else row.name for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ListedRow]:
        return iter(self.rows)

    @overload
    def __getitem__(self, at: int) -> ListedRow: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ListedRow, ...]: ...
    def __getitem__(self, at: int | slice) -> ListedRow | tuple[ListedRow, ...]:
        return self.rows[at]

    def __contains__(self, thing: object) -> bool:
        if isinstance(thing, str):  # a name, in any case
            return thing.lower() in map(str.lower, self.names)
        return thing in self.rows

    def to_pandas(self) -> Any:
        """Return all rows as a `pandas.DataFrame`; raises `ImportError` where that is missing."""
        fields = self._fields()
        rows = [[getattr(row, field) for _, field in fields] for row in self.rows]
        return data_frame([title for title, _ in fields], rows)

    def _fields(self) -> tuple[tuple[str, str], ...]:
        return _COLUMNS[type(self.rows[0])] if self.rows else (("name", "name"),)

    def _about(self) -> str:
        like = f" like {self.listing.pattern}" if self.listing.pattern else ""
        return f"{like} in {self.listing.database}".strip()

    def _counted(self) -> str:
        if len(self) == 1:
            return f"1 {_SINGULAR[self.listing.what]}"
        return f"{len(self):,} {self.listing.what}" if self.rows else f"no {self.listing.what}"

    def text(self, width: int = 0) -> str:
        """Return the table as text, in lines of at most `width` characters where that is given."""
        head = f"{self._counted()} {one_line(self._about())}"
        if not self.rows:
            return head
        fields = self._fields()
        rows = [
            [_word(getattr(row, field)) for _, field in fields] for row in self.rows[:TEXT_ROWS]
        ]
        hidden = max(0, len(self) - TEXT_ROWS)
        titles = [title for title, _ in fields]
        return "\n".join([head, *fitted_table(titles, rows, hidden, width)])

    def _repr_html_(self) -> str:
        shown = self.rows[:HTML_ROWS]
        fields = [
            (title, field)
            for title, field in self._fields()
            if any(getattr(row, field) not in ("", None) for row in shown)
        ]
        return render(
            "listing.html",
            counted=self._counted(),
            about=self._about(),
            columns=[title for title, _ in fields],
            rows=[[getattr(row, field) for _, field in fields] for row in shown],
            hidden=f"{len(self) - len(shown):,}" if len(self) > len(shown) else "",
        )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
