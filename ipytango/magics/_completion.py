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
from ._demo import complete_demo
from ._explore import complete_explore
from ._green import complete_green
from ._listings import complete_info, complete_ls
from ._plot import complete_plot
from ._watch import complete_watch

__all__ = ["final", "magic_matcher"]

_COMPLETERS: dict[str, Callable[[list[str], str], Iterable[str]]] = {
    "tango_demo": complete_demo,
    "tango_explore": complete_explore,
    "tango_green": complete_green,
    "tango_info": complete_info,
    "tango_ls": complete_ls,
    "tango_plot": complete_plot,
    "tango_watch": complete_watch,
}
"""Options, and words that are no names: given the words before, and the one that is typed."""

_NAMES: dict[str, NameKind] = {
    "lsdev": "device",
    "lsdevclass": "class",
    "lsserv": "server",
    "mon": "attribute",
    "switchdb": "database",
    "tango_db": "database",
    "tango_explore": "device",
    "tango_info": "any",
    "tango_ls": "device",
    "tango_panel": "device",
    "tango_plot": "attribute",
    "tango_watch": "attribute",
}
"""What the names in a magic's arguments are of."""

# With or without "%" (automagic), alone or with its result assigned to names.
_LINE = re.compile(r"\s*(?:[\w\s,.]+=\s*)?%{0,2}(?P<name>\w+) (?![ ]*[=.(,])(?P<arguments>.*)")


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
        found = [SimpleCompletion(text=text, type="magic") for text in texts]
        return final(found, word)

    return complete_magic


def final(completions: Iterable[SimpleCompletion], fragment: str) -> dict[str, Any]:
    """Return what a matcher found, in order, for the typed `fragment`; no other is to be asked."""
    return {
        "completions": _Final(completions),
        "suppress": True,
        "ordered": True,
        "matched_fragment": fragment,
    }


class _Final(tuple[SimpleCompletion, ...]):
    """Completions of which nothing is an answer, too.

    IPython asks its other matchers when there are none: they offer what does not belong there,
    and Jedi takes seconds for it.
    """

    __slots__ = ()

    def __len__(self) -> int:
        return max(1, super().__len__())
