"""The one place where ipytango registers with a shell, and unregisters."""

from __future__ import annotations

from typing import Any

from ._green_shell import GreenShell

__all__ = ["load", "unload"]

_loaded: dict[int, GreenShell] = {}


def load(shell: Any) -> None:
    """Make `shell` green; a shell that is already stays as it is."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = GreenShell(shell)


def unload(shell: Any) -> None:
    """Leave `shell` as it was before `load`."""
    green = _loaded.get(id(shell))
    if green is not None:
        green.close()
        del _loaded[id(shell)]
