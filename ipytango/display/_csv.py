"""Comma-separated values, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["csv_text"]

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\n")


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as comma-separated values.

    A text that a spreadsheet would take for a formula, and run, gets a ``'`` before it; numbers
    stay what they are.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(map(_cell, row) for row in rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # which would go without quotes
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text
