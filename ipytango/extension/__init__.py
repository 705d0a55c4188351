"""The one place where ipytango registers with a shell, and unregisters."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython

from ..errors import NotLoaded
from ..widgets import Watch
from ._green_shell import GreenShell

__all__ = ["GreenShell", "load", "loaded", "unload", "watch"]

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


def watch(*attributes: object, period: float = 1.0) -> Watch:
    """Show attributes of any number of devices in a live table.

    Args:
        attributes: full names (``sys/tg_test/1/ampli``), names with wildcards for attributes of
            one device (``sys/tg_test/1/*``), `DeviceProxy` objects for all their attributes,
            `AttributeProxy` objects, or lists of these.
        period: seconds between two readings of what its device sends no events of.

    Raises:
        AttributeNameError: what is given is no attribute's name.
        NotLoaded: ipytango is not loaded in this shell.
        OptionError: `period` is not above 0.
    """
    return Watch(loaded().hub, attributes, period_s=period)
