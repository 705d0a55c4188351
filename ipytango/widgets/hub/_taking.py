"""What is asked of a panel from code: options checked, and what it has gathered taken away."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ...errors import OptionError

__all__ = ["imported_pandas", "path_of", "seconds_of", "text_or_file"]


def seconds_of(what: str, value: object) -> float:
    """Return the option `what` as seconds above 0. Raises `OptionError`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # type: ignore[operator] # it is a number
        raise OptionError(f"{what}={value!r}: give a number of seconds above 0.")
    return float(value)  # type: ignore[arg-type] # it is a number


def imported_pandas() -> Any:
    """Import pandas. Raises `ImportError`, with what to do, where it is not installed."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_pandas() needs pandas, which is not installed here: `pip install pandas`, or take "
            "to_csv()."
        ) from error
    return pd


def path_of(path: str | Path) -> Path:
    """Return the path of a file to write, ``~`` being the home directory."""
    return Path(path).expanduser()


def text_or_file(text: str, path: str | Path | None) -> str | None:
    """Return `text`, or write it to the file `path`. Raises `OSError` where that cannot be."""
    if path is None:
        return text
    path_of(path).write_text(text, encoding="utf-8")
    return None
