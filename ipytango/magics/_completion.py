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
from ._arguments import Arguments, Offer
from ._demo import DEMO_ARGUMENTS
from ._explore import EXPLORE_ARGUMENTS
from ._green import offer_green
from ._itango import MON_ARGUMENTS
from ._listings import INFO_ARGUMENTS, LS_ARGUMENTS
from ._parsing import TypedWord, typed_word
from ._plot import PLOT_ARGUMENTS
from ._server import SERVER_ARGUMENTS
from ._watch import WATCH_ARGUMENTS

__all__ = ["final", "magic_matcher"]

_OFFERS: dict[str, Callable[[list[str], str], Offer]] = {
    "lsdev": Arguments("device").offer,
    "lsdevclass": Arguments("class").offer,
    "lsserv": Arguments("server").offer,
    "mon": MON_ARGUMENTS.offer,
    "python_error": Arguments().offer,
    "refreshdb": Arguments("database").offer,
    "switchdb": Arguments("database").offer,
    "tango_db": Arguments("database").offer,
    "tango_demo": DEMO_ARGUMENTS.offer,
    "tango_error": Arguments().offer,
    "tango_explore": EXPLORE_ARGUMENTS.offer,
    "tango_green": offer_green,
    "tango_info": INFO_ARGUMENTS.offer,
    "tango_itango": Arguments().offer,
    "tango_ls": LS_ARGUMENTS.offer,
    "tango_panel": Arguments("device").offer,
    "tango_plot": PLOT_ARGUMENTS.offer,
    "tango_server": SERVER_ARGUMENTS.offer,
    "tango_watch": WATCH_ARGUMENTS.offer,
}
"""By magic, what belongs behind it: given the words before, and the one that is typed."""

_ONE_EXPRESSION = {"lsdev", "lsdevclass", "lsserv"}
"""All that stands behind these is one regular expression: a quotation mark is part of it."""

# With or without "%" (automagic), alone or with its result assigned to names.
_LINE = re.compile(r"\s*(?:[\w\s,.]+=\s*)?%{0,2}(?P<name>\w+) (?![ ]*[=.(,])(?P<arguments>.*)")


def magic_matcher(names: Callable[[NameKind, str], Iterable[str]]) -> Any:
    """Return the matcher of the magics' arguments; `names` gives what a name can become."""

    @context_matcher(identifier="ipytango.magics")
    def complete_magic(context: CompletionContext) -> dict[str, Any]:
        line = _LINE.fullmatch(context.text_until_cursor)
        if line is None or line["name"] not in _OFFERS:
            return {"completions": []}
        if line["name"] in _ONE_EXPRESSION:
            expression = line["arguments"].lstrip()
            word = TypedWord((), expression, expression)
        else:
            word = typed_word(line["arguments"])
        texts, kind = _OFFERS[line["name"]](list(word.before), word.text)
        if kind == "alias":
            texts += _aliases(names, word.text)
        elif kind is not None:
            texts += names(kind, word.text)
        if line["name"] not in _ONE_EXPRESSION:
            texts = [word.completed(text) for text in texts]
        return final([SimpleCompletion(text=text, type="magic") for text in texts], word.fragment)

    return complete_magic


def _aliases(names: Callable[[NameKind, str], Iterable[str]], word: str) -> list[str]:
    """Return the aliases among what devices and attributes begin with: no other name ends there."""
    if "/" in word:
        return []
    found = (*names("device", word), *names("attribute", word))
    return sorted({name for name in found if not name.endswith("/")}, key=str.lower)


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
