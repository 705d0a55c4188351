"""TAB behind a magic's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    context_matcher,
)

from ..client import NameKind
from ._green import complete_green
from ._plot import complete_plot
from ._watch import complete_watch

__all__ = ["magic_matcher"]

_COMPLETERS: dict[str, Callable[[list[str], str], Iterable[str]]] = {
    "tango_green": complete_green,
    "tango_plot": complete_plot,
    "tango_watch": complete_watch,
}
"""Options, and words that are no names: given the words before, and the one that is typed."""

_NAMES: dict[str, NameKind] = {
    "tango_db": "database",
    "tango_plot": "attribute",
    "tango_watch": "attribute",
}
"""What the names in a magic's arguments are of."""

# With or without "%" (automagic), alone or with its result assigned to names.
_LINE = re.compile(r"\s*(?:[\w\s,.]+=\s*)?%{0,2}(?P<name>\w+) (?P<arguments>.*)")


def magic_matcher(names: Callable[[NameKind, str], Iterable[str]]) -> Any:
    """Return the matcher of the magics' arguments; `names` gives what a name can become."""

    @context_matcher(identifier="ipytango.magics")
    def complete_magic(context: CompletionContext) -> dict[str, Any]:
        line = _LINE.fullmatch(context.text_until_cursor)
        name = line["name"] if line else ""
        if line is None or not (name in _COMPLETERS or name in _NAMES):
            return {"completions": []}
        *before, word = line["arguments"].split(" ")
        completer, kind = _COMPLETERS.get(name), _NAMES.get(name)
        texts = list(completer(before, word) if completer else ())
        if kind is not None and not word.startswith("-"):
            texts += names(kind, word)
        return {
            "completions": [SimpleCompletion(text=text, type="magic") for text in texts],
            "suppress": True,
            "ordered": True,
            "matched_fragment": word,
        }

    return complete_magic
