"""What can stand behind a magic's name, for TAB."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from ..client import NameKind

__all__ = ["Arguments", "Names", "Offer"]

Names = NameKind | Literal["alias"]
"""What names are of: an ``alias`` is one of a device or of an attribute."""

Offer = tuple[list[str], Names | None]
"""The words that belong there, and what the names are of that do; None where none does."""


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What a magic takes."""

    names: Names | None = None
    """What the names among its arguments are of; None where it takes none."""

    options: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...] | Names] = dataclasses.field(default_factory=dict)
    """What stands behind those options that take a value: words, or names."""

    instead: Mapping[str, Names] = dataclasses.field(default_factory=dict)
    """The options with which the names are of another kind."""

    def offer(self, before: list[str], word: str) -> Offer:
        """Return what `word` can become, given the words before it."""
        value = self.values.get(before[-1]) if before else None
        if isinstance(value, str):
            return [], value
        if value is not None:
            return [text for text in value if text.startswith(word)], None
        names = next((self.instead[one] for one in before if one in self.instead), self.names)
        if word.startswith("-") or (not word and names is None):
            return [option for option in self.options if option.startswith(word)], None
        return [], names
