"""The Tango databases of a shell, as text and as HTML."""

from __future__ import annotations

import dataclasses

from ._templates import render
from ._text_tables import facts_lines
from ._texts import one_line

__all__ = ["DatabaseStatus"]


@dataclasses.dataclass(frozen=True)
class DatabaseStatus:
    """What `%tango_db` answers: a snapshot that shows itself."""

    host: str
    """The current database, ``host:port``; several with commas where `TANGO_HOST` lists them."""

    address: str
    """The one of them that has answered."""

    facts: tuple[tuple[str, str], ...]
    """What it says of itself: names and values."""

    error: str
    """Why it says nothing; empty if it does."""

    others: tuple[str, ...]
    """Other databases that this shell has asked."""

    before: str | None
    """The one that has just been left (empty if there was none); None if nothing has changed."""

    def _rows(self) -> list[tuple[str, str]]:
        rows = [(name.lower(), value) for name, value in self.facts if value]
        if self.address != self.host:
            rows.insert(0, ("answers", self.address))
        if self.error:
            rows.append(("error", self.error))
        if self.others:
            rows.append(("others known", ", ".join(self.others)))
        return rows

    def _change(self) -> str:
        if self.before is None:
            return ""
        was = f" (it was {self.before})" if self.before else ""
        return (
            f"TANGO_HOST is {self.host} from now on{was}: for proxies and groups that are made, "
            "for names in magics and completion, and for processes started from here. "
            "What exists already stays with its database."
        )

    def __repr__(self) -> str:
        lines = [f"Tango database {one_line(self.host)}", *facts_lines(self._rows())]
        return "\n".join(lines + ([one_line(self._change())] if self.before is not None else []))

    def _repr_html_(self) -> str:
        return render(
            "database.html",
            host=self.host,
            rows=self._rows(),
            change=self._change(),
        )
