"""The line behind a magic's name, taken apart."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import parse_argstring

__all__ = ["parsed"]


def parsed(magic: Any, line: str) -> Any:
    """Return the arguments in `line` as the magic (a method) declares them. Raises `UsageError`."""
    try:
        return parse_argstring(magic, line)
    except ValueError as error:  # a quotation that has no end
        raise UsageError(f"%{magic.__name__}: {error} in {line!r}") from None
