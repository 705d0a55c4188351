"""Interactive green Tango for IPython and Jupyter: ``%load_ext ipytango``."""

from __future__ import annotations

from typing import Any

from ._version import __version__
from .demo import demo
from .green import await_, spawn

__all__ = [
    "__version__",
    "await_",
    "demo",
    "load_ipython_extension",
    "spawn",
    "unload_ipython_extension",
]


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext ipytango``."""
    from .extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext ipytango``."""
    from .extension import unload

    unload(shell)
