"""The one place where ipytango registers with a shell, and unregisters."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython

from ..errors import NotLoaded
from ._green_shell import GreenShell

__all__ = ["GreenShell", "load", "loaded", "unload"]

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


def loaded() -> GreenShell:
    """Return the current shell with ipytango in it. Raises `NotLoaded`."""
    green = _loaded.get(id(get_ipython()))  # type: ignore[no-untyped-call, unused-ignore]
    if green is None:
        raise NotLoaded("This needs ipytango in the shell: run %load_ext ipytango first.")
    return green
