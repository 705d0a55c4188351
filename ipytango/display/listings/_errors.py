"""An error that has happened, in full."""

from __future__ import annotations

import dataclasses

from ...client import Failure
from .._show import text_of
from .._templates import render
from .._texts import time_text
from ._shown import Shown

__all__ = ["ErrorRecord"]


@dataclasses.dataclass(frozen=True, repr=False)
class ErrorRecord(Shown):
    """What `%tango_error` and `%python_error` answer: one error, all of it."""

    failure: Failure
    """Tango's stack; of another error its kind and text."""

    time_s: float
    """When it came up, seconds since the epoch."""

    cell: int
    """The number of the cell that it ended; 0 for one in the background."""

    traceback: str
    """As the shell has shown it; empty for one in the background."""

    with_traceback: bool = False
    """Whether the traceback is what is to be seen."""

    def _where(self) -> str:
        place = f"in cell {self.cell}" if self.cell else "in the background"
        return f"{place}, {time_text(self.time_s)}"

    def text(self, width: int = 0) -> str:
        """Return the error as text."""
        del width  # an error is not to be cut
        body = self.traceback if self.with_traceback else ""
        return f"{self.failure.kind} {self._where()}\n{body or text_of(self.failure)}"

    def _repr_html_(self) -> str:
        return render(
            "error_record.html",
            failure=self.failure,
            where=self._where(),
            traceback=self.traceback if self.with_traceback else "",
        )
