"""TAB behind a magic's name."""

from __future__ import annotations

import re
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    context_matcher,
)

from ._green import complete_green
from ._plot import complete_plot
from ._watch import complete_watch

__all__ = ["complete_magic"]

_COMPLETERS = {
    "tango_green": complete_green,
    "tango_plot": complete_plot,
    "tango_watch": complete_watch,
}

# With or without "%" (automagic), alone or with its result assigned to names.
_LINE = re.compile(r"\s*(?:[\w\s,.]+=\s*)?%{0,2}(?P<name>\w+) (?P<arguments>.*)")


@context_matcher(identifier="ipytango.magics")
def complete_magic(context: CompletionContext) -> dict[str, Any]:
    """Complete the arguments of ipytango's magics."""
    line = _LINE.fullmatch(context.text_until_cursor)
    completer = _COMPLETERS.get(line["name"]) if line else None
    if line is None or completer is None:
        return {"completions": []}
    words = line["arguments"].split(" ")
    texts = completer(words[:-1], words[-1])
    return {
        "completions": [SimpleCompletion(text=text, type="magic") for text in texts],
        "suppress": True,
        "matched_fragment": words[-1],
    }
