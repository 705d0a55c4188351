"""What a magic gives: an object that shows itself as text and as HTML, and asks nobody for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Any

from .._text_tables import table_lines

__all__ = ["Shown", "data_frame", "fitted_table"]


class Shown:
    """Shows itself; what there is to show is in `text` and `_repr_html_`."""

    def text(self, width: int = 0) -> str:
        """Return it as text, in lines of at most `width` characters where that is given."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's
        del cycle
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        for number, line in enumerate(self.text(width).split("\n")):
            if number:
                printer.break_()
            printer.text(line)


def fitted_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], hidden: int = 0, width: int = 0
) -> list[str]:
    """Return a table in lines, without the columns in which nothing stands.

    Where lines would be longer than `width`, the widest columns are cut.
    """
    used = [at for at in range(len(columns)) if any(row[at] for row in rows)] or [0]
    names = [columns[at] for at in used]
    texts = [[str(row[at]) for at in used] for row in rows]
    if width:
        texts = _cut(names, texts, width)
    return table_lines(names, texts, hidden)


_GAP, _LEAST = 2, 8


def _cut(names: list[str], texts: list[list[str]], width: int) -> list[list[str]]:
    widths = [max(map(len, column)) for column in zip(names, *texts, strict=True)]
    room = width - _GAP * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _LEAST:
        widest = widths.index(max(widths))
        widths[widest] = max(_LEAST, widths[widest] - (sum(widths) - room), _next(widths))
    return [
        [
            text if len(text) <= most else text[: most - 1] + "…"
            for text, most in zip(row, widths, strict=True)
        ]
        for row in texts
    ]


def _next(widths: list[int]) -> int:
    """Return how wide the widest column may become: as the second, so that both shrink on."""
    second = sorted(widths)[-2] if len(widths) > 1 else 0
    return second - 1 if second == max(widths) else second


def data_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Return a `pandas.DataFrame`. Raises `ImportError`, with what to do."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_pandas() needs pandas, which is not installed here: `pip install pandas`."
        ) from error
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
