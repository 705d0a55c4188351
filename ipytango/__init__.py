"""Interactive green Tango for IPython and Jupyter: ``%load_ext ipytango``."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .demo import demo

if TYPE_CHECKING:
    from .extension import explore, info, ls, panel, plot, serve, stream, watch
    from .green import await_, spawn

__all__ = [
    "__version__",
    "await_",
    "demo",
    "explore",
    "info",
    "load_ipython_extension",
    "ls",
    "panel",
    "plot",
    "serve",
    "spawn",
    "stream",
    "unload_ipython_extension",
    "watch",
]


def __getattr__(name: str) -> Any:
    # On first use: it brings gevent along, and `ipytango demo` needs neither.
    if name in ("await_", "spawn"):
        from . import green

        return getattr(green, name)
    if name in ("explore", "info", "ls", "panel", "plot", "serve", "stream", "watch"):
        from . import extension

        return getattr(extension, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Root(ModuleType):
    """The package: `ipytango.explore` is the function, also when its room has been imported."""

    def __setattr__(self, name: str, value: object) -> None:
        # An import puts each room here by its name.
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Root


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """Make `shell` green: what ``%load_ext ipytango`` calls."""
    from .extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Leave `shell` as it was: what ``%unload_ext ipytango`` calls."""
    from .extension import unload

    unload(shell)
