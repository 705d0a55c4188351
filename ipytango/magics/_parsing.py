"""The line behind a magic's name, taken apart."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.error import UsageError

__all__ = ["parsed"]


def parsed(magic: Any, line: str) -> Any:
    """Return the arguments in `line` as the magic (a method) declares them. Raises `UsageError`."""
    try:
        return magic.parser.parse_args(_words(line))
    except ValueError as error:  # a quotation that has no end
        raise UsageError(f"%{magic.__name__}: {error} in {line!r}") from None


def _words(line: str) -> list[str]:
    """Split a line as a shell does, ``'rev/test/a b'`` being one word.

    A backslash stays what it is, as in regular expressions. Raises `ValueError`.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    return list(lexer)
