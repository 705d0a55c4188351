"""The line behind a magic's name: where a comment begins."""

from __future__ import annotations

import pytest

from ipytango.magics._parsing import without_comment


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("sys/tg_test/1/*   # a live table", "sys/tg_test/1/*   "),
        ("# nothing else", ""),
        ("tango://h:1/a/b/c/d#dbase=no", "tango://h:1/a/b/c/d#dbase=no"),
        ("'a # b/c/d' # e", "'a # b/c/d' "),
        ('"it\'s # one" x', '"it\'s # one" x'),
        ("'no end # here", "'no end # here"),
    ],
)
def test_comment_is_no_argument(line: str, left: str) -> None:
    assert without_comment(line) == left
