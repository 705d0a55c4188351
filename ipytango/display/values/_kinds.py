"""What a reading is to the eye: a number, a curve, a picture, lamps, words..."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import AttributeFacts, ValueSnapshot
from .._numbers import format_number

__all__ = ["array_of", "kind_of", "label_of", "words_of"]

_WORDS = {"DevString", "DevState", "DevEnum"}


def kind_of(snapshot: ValueSnapshot) -> str:
    """Return the kind of display that fits a reading.

    ``failure``, ``nothing``; of scalars ``number``, ``lamp``, ``state``, ``label``, ``text``,
    ``encoded``; of spectra and images ``empty``, ``curve``, ``lamps``, ``picture``, ``words``.
    """
    reading = snapshot.reading
    if reading.failure is not None or reading.value is None:
        return "failure" if reading.failure is not None else "nothing"
    if reading.data_format == "SCALAR":
        return _scalar_kind(reading.data_type, reading.value)
    if not _has_elements(reading.value):
        return "empty"
    array = array_of(reading.value)
    if array is None or (reading.data_type in _WORDS and not _is_plot_of_numbers(snapshot)):
        return "words"
    if array.ndim == 2:
        return "picture"
    return "lamps" if array.dtype == np.bool_ else "curve"


def _scalar_kind(data_type: str, value: Any) -> str:
    if data_type == "DevEnum":
        return "label"
    if data_type == "DevState":
        return "state"
    if data_type == "DevEncoded":
        return "encoded"
    if isinstance(value, bool | np.bool_):
        return "lamp"
    return "number" if isinstance(value, int | float | np.number) else "text"


def _is_plot_of_numbers(snapshot: ValueSnapshot) -> bool:
    """Say whether an enumeration is shown by its numbers: labels are not known, or it is large."""
    if snapshot.reading.data_type != "DevEnum":
        return False
    labels = snapshot.facts.enum_labels if snapshot.facts else ()
    return not labels or np.size(snapshot.reading.value) > 64


def _has_elements(value: Any) -> bool:
    size = value.size if isinstance(value, np.ndarray) else len(value)
    return bool(size)


def array_of(value: Any) -> NDArray[Any] | None:
    """Return numbers or booleans as an array of one or two dimensions; None for all else."""
    if isinstance(value, list | tuple) and isinstance(_first(value), int | float):
        value = np.asarray(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.ndim in {1, 2}:
        return value
    return None


def _first(value: Any) -> Any:
    """Return the first element, of the first row: an array of texts costs far too much to make."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return value


def label_of(number: Any, facts: AttributeFacts | None) -> str:
    """Return the label of an enumeration's number, or the number where it has none."""
    labels = facts.enum_labels if facts else ()
    index = int(number)
    return labels[index] if 0 <= index < len(labels) else str(index)


def words_of(snapshot: ValueSnapshot, rows: int, columns: int) -> list[list[str]]:
    """Return the first elements of an array of texts, states or labels: rows of words.

    A spectrum has one column.
    """
    reading = snapshot.reading
    values: Sequence[Any] = reading.value
    if reading.data_format == "SPECTRUM":
        return [[_word(value, snapshot)] for value in values[:rows]]
    return [[_word(value, snapshot) for value in row[:columns]] for row in values[:rows]]


def _word(value: Any, snapshot: ValueSnapshot) -> str:
    if snapshot.reading.data_type == "DevEnum":
        return label_of(value, snapshot.facts)
    if isinstance(value, int | float | np.number):
        return format_number(value, snapshot.facts.format if snapshot.facts else "")
    return str(value)
