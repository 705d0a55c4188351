"""TAB behind a magic's name."""

from __future__ import annotations

from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    context_matcher,
)

from ._green import complete_green

__all__ = ["complete_magic"]

_COMPLETERS = {"tango_green": complete_green}


@context_matcher(identifier="ipytango.magics")
def complete_magic(context: CompletionContext) -> dict[str, Any]:
    """Complete the arguments of ipytango's magics."""
    line = context.text_until_cursor.lstrip()
    name, space, rest = line.lstrip("%").partition(" ")
    completer = _COMPLETERS.get(name)
    if completer is None or not space or not line.startswith("%"):
        return {"completions": []}
    words = rest.split(" ")
    texts = completer(words[:-1], words[-1])
    return {
        "completions": [SimpleCompletion(text=text, type="magic") for text in texts],
        "suppress": True,
        "matched_fragment": words[-1],
    }
