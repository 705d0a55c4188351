"""Terminal IPython: the prompt on the same loop as the cells."""

from __future__ import annotations

from typing import Any

from ..green import Patches

__all__ = ["share_prompt_loop"]


def share_prompt_loop(patches: Patches, shell: Any) -> str | None:
    """Let tasks and greenlets run while the user types; returns why it cannot be, or None.

    IPython runs the prompt on a loop of its own, unless ``%gui asyncio`` is on: then both are
    on the loop of the cells. Only the switch that this sets is set here.
    """
    if not hasattr(shell, "prompt_for_code"):
        return None  # no terminal
    if getattr(shell, "pt_app", None) is None:
        return "a simple prompt blocks while it waits for input: nothing runs meanwhile"
    if getattr(shell, "_use_asyncio_inputhook", False):
        return None  # %gui asyncio has done it
    if getattr(shell, "_inputhook", None) is not None:
        return f"%gui {shell.active_eventloop} holds the prompt: nothing runs while you type"
    if not hasattr(shell, "_use_asyncio_inputhook"):
        return "this IPython cannot run its prompt on the loop of the cells"
    patches.set(shell, "_use_asyncio_inputhook", True)
    return None
