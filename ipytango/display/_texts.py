"""Texts and times as they are shown: bounded, in local time."""

from __future__ import annotations

import datetime
import math

__all__ = ["LONGEST_TEXT", "count_text", "one_line", "printable", "shortened", "time_text"]

LONGEST_TEXT = 4000
"""Characters of a device's text that a display shows."""


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the beginning of `text`, and how much is hidden where it is longer."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"


def printable(text: str) -> str:
    """Return `text` without what would move a terminal's cursor, colour it or turn its writing."""
    return text if text.isprintable() else "".join(map(_visible, text))


def one_line(text: str) -> str:
    """Return `text` like `printable`, without line ends too."""
    return printable(text).replace("\n", "\\n").replace("\t", " ")


def _visible(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    return repr(character)[1:-1]


def count_text(count: int, noun: str) -> str:
    """Return the number with its noun, in the plural where there is not one of it."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def time_text(time_s: float) -> str:
    """Write a time (seconds since the epoch) as local date and time, to the millisecond."""
    if not math.isfinite(time_s):
        return "no time"
    try:
        moment = datetime.datetime.fromtimestamp(time_s).astimezone()
    except (OverflowError, OSError, ValueError):
        return f"{time_s} s since 1970"
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
