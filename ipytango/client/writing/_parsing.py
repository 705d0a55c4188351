"""From text to a value of Tango's types, checked before anything goes to a device."""

from __future__ import annotations

import ast
import contextlib
import csv
import math
import re
from typing import Any

import tango

from ...errors import ValueTextError
from ._fields import FLOATS, INTEGERS, ValueField

__all__ = ["lines_of", "parse_value"]

_TRUE, _FALSE = {"true", "1", "on", "yes"}, {"false", "0", "off", "no"}
_BETWEEN = re.compile(r"[\s,;\[\]()]+")
_BETWEEN_LABELS = re.compile(r"[,;\n\[\]()]+")
"""A label may have blanks in it."""
_BETWEEN_ROWS = re.compile(r"\]\s*,?\s*\[|[\n;]")
SHOWN_CHARACTERS = 40
"""Of what was typed, so much stands in an error."""


def parse_value(field: ValueField, text: str) -> Any:
    """Make a value for `field` of what was typed.

    Numbers of an array stand between commas, blanks or line ends, with or without brackets; rows
    of an image in lines; texts in lines, or as Python writes a list. Numbers are Python's:
    ``1e-3``, ``0x1f``, ``nan``.

    Raises `ValueTextError` when it is no such value, out of its limits, or too long.
    """
    if field.shape == "NONE":
        if text.strip():
            raise _refused(field, text, "is more than nothing")
        return None
    if field.shape == "SCALAR":
        return _scalar(field, text)
    if field.shape == "PAIR":
        return _pair(field, text)
    return _image(field, text) if field.shape == "IMAGE" else _spectrum(field, text)


def lines_of(text: str) -> list[str]:
    """Return the lines of what was typed; whatever else ends one for Python is part of a text."""
    return text.removesuffix("\n").split("\n") if text else []


# --- one element ----------------------------------------------------------------------------------


def _scalar(field: ValueField, text: str) -> Any:
    if field.data_type == "DevString":
        return text
    word = text.strip()
    if text in field.labels:
        word = text  # a label may begin or end with a blank, or be nothing else
    elif not word:
        raise ValueTextError(f"{field.what}: nothing was given. It takes {field.expected}.")
    if field.data_type == "DevBoolean":
        return _boolean(field, word)
    if field.labels or field.data_type == "DevEnum":
        return _choice(field, word)
    if field.data_type in FLOATS:
        return _number(field, word)
    if field.data_type in INTEGERS:
        return _whole_number(field, word)
    if field.data_type == "DevEncoded":
        return _encoded(field, word)
    raise ValueTextError(
        f"{field.what}: a {field.data_type} cannot be given as text; give it from Python."
    )


def _boolean(field: ValueField, word: str) -> bool:
    if word.lower() in _TRUE:
        return True
    if word.lower() in _FALSE:
        return False
    raise _refused(field, word, "is neither")


def _choice(field: ValueField, word: str) -> Any:
    number = _chosen(field, word)
    return tango.DevState.names[field.labels[number]] if field.data_type == "DevState" else number


def _chosen(field: ValueField, word: str) -> int:
    """Find a label as it stands, in any case where that is clear, or by its number."""
    labels = field.labels
    if word in labels:
        return labels.index(word)
    said = word.strip().lower()
    alike = [number for number, label in enumerate(labels) if label.strip().lower() == said]
    if len(alike) == 1:
        return alike[0]
    number = _int_of(word)
    if number is None or number < 0 or (labels and number >= len(labels)):
        raise _refused(field, word, "is no label of it")
    return number


def _number(field: ValueField, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        whole = _int_of(word)  # 0x1f
        if whole is None:
            raise _refused(field, word, "is no number") from None
        number = _float_of(field, word, whole)
    if math.isfinite(number) and abs(number) > FLOATS[field.data_type]:
        raise _refused(field, word, f"does not fit in a {field.data_type}")
    return float(_within(field, word, number))


def _float_of(field: ValueField, word: str, whole: int) -> float:
    try:
        return float(whole)
    except OverflowError:
        raise _refused(field, word, f"does not fit in a {field.data_type}") from None


def _whole_number(field: ValueField, word: str) -> int:
    number = _int_of(word)
    if number is None:
        raise _refused(field, word, "is no whole number")
    least, most = INTEGERS[field.data_type]
    if not least <= number <= most:
        raise _refused(field, word, f"does not fit in a {field.data_type} ({least} to {most})")
    return int(_within(field, word, number))


def _int_of(word: str) -> int | None:
    for base in (10, 0):  # 007, and 0x1f
        with contextlib.suppress(ValueError):
            return int(word, base)
    return None


def _within(field: ValueField, word: str, number: Any) -> Any:
    if field.min_value is not None and number < field.min_value:
        raise _refused(field, word, f"is below its least value {field.min_value:.15g}")
    if field.max_value is not None and number > field.max_value:
        raise _refused(field, word, f"is above its greatest value {field.max_value:.15g}")
    return number


def _encoded(field: ValueField, word: str) -> tuple[str, bytes]:
    value = _literal(word)
    match value:
        case (str() as name, bytes() as content):
            return name, content
    raise _refused(field, word, "is no such pair")


# --- several --------------------------------------------------------------------------------------


def _spectrum(field: ValueField, text: str) -> list[Any]:
    words = _lines(text) if field.data_type == "DevString" else _words(field, text)
    values = [_scalar(field, word) for word in words]
    if field.max_x is not None and len(values) > field.max_x:
        raise _too_large(field, f"{len(values)} values were given")
    return values


def _image(field: ValueField, text: str) -> list[list[Any]]:
    rows = [[_scalar(field, word) for word in row] for row in _rows(field, text)]
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        found = " and ".join(map(str, sorted(widths)))
        raise ValueTextError(
            f"{field.what}: rows of {found} values were given. Give all rows the same length."
        )
    too_wide = field.max_x is not None and max(widths, default=0) > field.max_x
    if too_wide or (field.max_y is not None and len(rows) > field.max_y):
        raise _too_large(field, f"{len(rows)} rows of {max(widths, default=0)} were given")
    return rows


def _pair(field: ValueField, text: str) -> tuple[list[Any], list[str]]:
    literal = _literal(text) if text.lstrip()[:1] in ("(", "[") else None
    match literal:
        case (list() | tuple() as numbers, list() | tuple() as texts):
            words, lines = [str(number) for number in numbers], [str(line) for line in texts]
        case _:
            first, _, rest = text.partition("\n")
            words, lines = _words(field, first), lines_of(rest)
    return [_scalar(field, word) for word in words], lines


def _words(field: ValueField, text: str) -> list[str]:
    between = _BETWEEN_LABELS if field.labels else _BETWEEN
    return [word.strip().strip("'\"") for word in between.split(text) if word.strip()]


def _lines(text: str) -> list[str]:
    literal = _literal(text) if text.strip()[:1] == "[" else None
    if isinstance(literal, list):
        return [str(element) for element in literal]
    return lines_of(text)


def _rows(field: ValueField, text: str) -> list[list[str]]:
    if field.data_type == "DevString":
        literal = _literal(text) if text.strip()[:1] == "[" else None
        if isinstance(literal, list):
            return [[str(element) for element in row] for row in literal if isinstance(row, list)]
        try:
            return list(csv.reader(lines_of(text), skipinitialspace=True))
        except csv.Error as error:
            raise _refused(field, text, f"cannot be cut into texts ({error})") from None
    rows = (_words(field, row) for row in _BETWEEN_ROWS.split(text))
    return [row for row in rows if row]


def _literal(text: str) -> Any:
    """Return what Python's own writing of a value stands for; None if it is no such writing."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


# --- errors ---------------------------------------------------------------------------------------


def _refused(field: ValueField, text: str, found: str) -> ValueTextError:
    shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return ValueTextError(f"{field.what}: {shown!r} {found}. It takes {field.expected}.")


def _too_large(field: ValueField, found: str) -> ValueTextError:
    return ValueTextError(f"{field.what}: {found}. It takes {field.expected}.")
