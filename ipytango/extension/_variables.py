"""Context variables that a cell sets hold in the next one, too, as in a plain kernel.

A cell that is awaited is an asyncio task, and a task has a copy of the context, which goes with
it. NumPy's print options and error state live there, and the precision of `decimal`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from typing import Any

__all__ = ["KeptVariables"]

_ABSENT = object()


class KeptVariables:
    """What the cells of a shell have set."""

    def __init__(self) -> None:
        self._values: dict[ContextVar[Any], Any] = {}

    @contextlib.contextmanager
    def across_cells(self) -> Iterator[None]:
        """Set in this context what earlier ones have changed; note what changes in it."""
        for variable, value in self._values.items():
            if variable.get(_ABSENT) is not value:
                variable.set(value)
        before = copy_context()
        try:
            yield
        finally:
            for variable, value in copy_context().items():
                if before.get(variable, _ABSENT) is not value:
                    self._values[variable] = value
