"""So that panels can be let go of: what lives longer than a panel does not hold it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from ...client import Following

__all__ = ["close_all", "weakly"]

P = ParamSpec("P")


def weakly(method: Callable[P, object]) -> Callable[P, None]:
    """Return what calls a bound method while its object is there, and does nothing after that.

    For feeds, calls and questions: they hold what they call.
    """
    method_there = weakref.WeakMethod(method)

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        there = method_there()
        if there is not None:
            there(*args, **kwargs)

    return call


def close_all(followings: list[Following]) -> None:
    """Close those in the list, and empty it; for finalizers, which hold the list alone."""
    while followings:
        followings.pop().close()
