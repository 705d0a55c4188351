"""Names that were put into the user's namespace."""

from __future__ import annotations

from .._templates import render
from .._text_tables import facts_lines
from ._shown import Shown

__all__ = ["NamesTable"]

SHOWN = 100


class NamesTable(Shown):
    """What `%tango_itango` answers: names, each with what it stands for."""

    def __init__(self, names: tuple[tuple[str, str], ...]) -> None:
        self.names = names

    def _rows(self) -> list[tuple[str, str]]:
        hidden = len(self.names) - SHOWN
        more = [("…", f"and {hidden:,} more")] if hidden > 0 else []
        return [*self.names[:SHOWN], *more]

    def _head(self) -> str:
        return f"{len(self.names):,} names of ITango's are there now"

    def text(self, width: int = 0) -> str:
        """Return the names as text."""
        return "\n".join(
            [self._head(), *(line[: width or None] for line in facts_lines(self._rows()))]
        )

    def _repr_html_(self) -> str:
        return render("facts.html", title="", note=self._head(), facts=self._rows())
