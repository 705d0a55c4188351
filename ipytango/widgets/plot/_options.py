"""What a plot is asked for: names and options, checked."""

from __future__ import annotations

from collections.abc import Sequence

from ...client import AttributePattern, attribute_names
from ...errors import AttributeNameError, OptionError
from ..hub import seconds_of

__all__ = ["names_of", "window_of"]

MOST_ATTRIBUTES = 32


def names_of(attributes: Sequence[object]) -> list[str]:
    """Return the names of what is to be plotted. Raises `AttributeNameError`, `OptionError`."""
    names = list(dict.fromkeys(attribute_names(attributes)))
    if not names:
        raise AttributeNameError(
            "No attribute to plot: name at least one, such as 'sys/tg_test/1/ampli'."
        )
    if len(names) > MOST_ATTRIBUTES:
        raise OptionError(
            f"{len(names)} attributes are too many for one plot, which takes {MOST_ATTRIBUTES}; "
            "%tango_watch shows any number."
        )
    for name in names:
        if AttributePattern.of(name) is not None:
            raise AttributeNameError(
                f"{name!r} stands for several attributes; a plot wants each by its name."
            )
    return names


def window_of(seconds: float | None) -> float | None:
    """Return the seconds that trends show, None for all. Raises `OptionError`."""
    return None if seconds is None else seconds_of("window", seconds)
