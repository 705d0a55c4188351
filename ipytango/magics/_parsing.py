"""The line behind a magic's name, taken apart: when it runs, and while it is typed."""

from __future__ import annotations

import dataclasses
import shlex
from typing import Any

from IPython.core.error import UsageError

__all__ = ["TypedWord", "parsed", "typed_word", "without_comment"]

_QUOTES = {'"': "'", "'": '"'}
"""Each with the other one."""
_BLANKS = " \t\r\n"


def parsed(magic: Any, line: str) -> Any:
    """Return the arguments in `line` as the magic (a method) declares them. Raises `UsageError`."""
    try:
        return magic.parser.parse_args(_words(without_comment(line)))
    except ValueError as error:  # a quotation that has no end
        raise UsageError(f"%{magic.__name__}: {error} in {line!r}") from None


def without_comment(line: str) -> str:
    """Return the line up to a ``#`` that begins a word (``#dbase=no`` behind a name does not)."""
    quote, before = "", " "
    for at, letter in enumerate(line):
        if letter == quote:
            quote = ""
        elif not quote and letter in _QUOTES:
            quote = letter
        elif not quote and letter == "#" and before in _BLANKS:
            return line[:at]
        before = letter
    return line


def _words(line: str) -> list[str]:
    """Split a line as a shell does, ``'rev/test/a b'`` being one word.

    A backslash stays what it is, as in regular expressions. Raises `ValueError`.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    return list(lexer)


@dataclasses.dataclass(frozen=True)
class TypedWord:
    """The last word of a line that is being typed, taken as `parsed` will take it."""

    before: tuple[str, ...]
    """The words before it."""

    written: str
    """As it stands there, with its quotation marks."""

    text: str
    """What it says."""

    quote: str = ""
    """The quotation mark that has no end yet."""

    @property
    def fragment(self) -> str:
        """The end of the line that `completed` stands for."""
        return self.text if self._is_quoted else self.written

    def completed(self, name: str) -> str:
        """Return what is to be written for a name; nothing is closed that goes on (``sys/``)."""
        if self._is_quoted:
            return _within(self.quote, name)
        if self.written == self.text and not set(name) & {*_BLANKS, *_QUOTES}:
            return name
        quote = "'" if '"' in name else '"'
        return quote + _within(quote, name) + ("" if name.endswith("/") else quote)

    @property
    def _is_quoted(self) -> bool:
        """Whether it is one quotation from its begin, and has no other mark in it."""
        return bool(self.quote) and self.written == self.quote + self.text


def typed_word(line: str) -> TypedWord:
    """Return the word at the end of a line."""
    before: list[str] = []
    text = quote = ""
    start = 0
    for at, letter in enumerate(line):
        if letter == quote:
            quote = ""
        elif quote:
            text += letter
        elif letter in _QUOTES:
            quote = letter
        elif letter not in _BLANKS:
            text += letter
        else:
            if at > start:
                before.append(text)
            text, start = "", at + 1
    return TypedWord(tuple(before), line[start:], text, quote)


def _within(quote: str, name: str) -> str:
    """Write a name into a quotation, as a shell is told of the same mark: by closing it."""
    other = _QUOTES[quote]
    return name.replace(quote, f"{quote}{other}{quote}{other}{quote}")
