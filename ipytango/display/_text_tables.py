"""Facts and tables as text."""

from __future__ import annotations

from collections.abc import Sequence

from ._texts import printable, shortened

__all__ = ["facts_lines", "table_lines"]

WIDEST = 60
"""Characters of a cell."""


def facts_lines(facts: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each name and its value, the values under each other."""
    width = max((len(name) for name, _ in facts), default=0)
    return [
        f"  {printable(name):<{width}}  {printable(shortened(str(value)))}" for name, value in facts
    ]


def table_lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], hidden: int = 0
) -> list[str]:
    """Return a table in lines; `hidden` rows more are not shown."""
    cells = [[_cell(text) for text in row] for row in (columns, *rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    lines = [
        "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return [*lines, f"... and {hidden} more"] if hidden else lines


def _cell(text: str) -> str:
    cell = printable(str(text)).replace("\n", " ").replace("\t", " ")
    return cell if len(cell) <= WIDEST else cell[: WIDEST - 1] + "…"
