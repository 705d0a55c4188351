"""Comma-separated values that are opened in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from ipytango.display import csv_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_is_no_formula(text: str) -> None:
    [[cell]] = csv.reader(io.StringIO(csv_text([[text]]), newline=""))
    assert cell == f"'{text}".replace("\r", "\n")


def test_numbers_and_other_texts_stay() -> None:
    rows = [["sys/tg_test/1/ampli", -1.5, -3, None, True, 'a=b, "c"']]
    assert csv_text(rows) == 'sys/tg_test/1/ampli,-1.5,-3,,True,"a=b, ""c"""\n'
