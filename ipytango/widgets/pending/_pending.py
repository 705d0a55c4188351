"""A pending result on a page, which turns into its value or its error in place."""

from __future__ import annotations

from typing import Any

from ...client import Pending, PendingFacts
from ...display import (
    Shown,
    ValueFormats,
    failure_of_pending,
    outcome_html,
    pending_html,
    pending_line,
)
from ...green import allocate_lock
from ..hub import Frame, Hub, Look, Panel

__all__ = ["PendingPanel", "shown_outcome"]


def shown_outcome(pending: Pending, phase: str, formats: ValueFormats) -> Shown:
    """Display what `pending`, now in `phase`, has ended with; empty while it has not."""
    if phase == "done":
        return formats.full(pending.value)
    error = pending.error if phase == "failed" else None
    if error is None:
        return Shown("", "")
    failure = failure_of_pending(error)
    return Shown(outcome_html(failure), str(failure))


class PendingPanel(Panel):
    """One pending result. Its future keeps it alive until it ends; then it lets go of that.

    The value itself it keeps until what is asked beside it is known, if that is not at once.
    """

    view = "pending"
    looks_every_s = 1.0  # a queued call that starts tells nobody, nor does code that moves on

    def __init__(self, hub: Hub, pending: Pending, formats: ValueFormats) -> None:
        super().__init__(hub)
        self._pending: Pending | None = pending
        self._formats = formats
        self._gate = allocate_lock()  # the thread that displays it looks, too
        self._facts = pending.facts()
        self._outcome = Shown("", "")
        self._value: Any = None
        self._more_is_known = False
        self._sent: tuple[str, ...] | None = None
        pending.watch(self._told)

    # --- what is known ----------------------------------------------------------------------------

    def _told(self) -> None:
        """Hear that it has ended, in whatever thread."""
        self.changed()
        self.refresh_saved()

    def _learnt(self) -> None:
        """Hear that more is known of its value, in whatever thread."""
        self._more_is_known = True
        self.changed()
        self.refresh_saved()

    def _look(self) -> PendingFacts:
        with self._gate:
            pending = self._pending
            if pending is not None:
                self._facts = pending.facts()
                if self._facts.over:
                    self._take_outcome(pending)
                    self._let_go(pending)
                    self.refresh_saved()
            elif self._more_is_known and self._value is not None:
                self._outcome, self._value = self._formats.full(self._value), None
            return self._facts

    def _take_outcome(self, pending: Pending) -> None:
        phase = self._facts.phase
        value = pending.value if phase == "done" else None
        if value is not None and self._formats.when_more_is_known(value, self._learnt):
            self._value = value
        self._outcome = shown_outcome(pending, phase, self._formats)

    def _let_go(self, pending: Pending) -> None:
        self._pending = None
        pending.unwatch()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._look().over

    # --- what is shown ----------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        request = self._facts.request
        return {
            "kind": self._facts.kind,
            "device": request.device,
            "operation": request.operation,
        }

    def frame(self, look: Look) -> Frame | None:
        facts = self._look()
        shown = facts.phase, facts.note, facts.cancels, self._outcome.html
        sent, self._sent = self._sent, shown
        if sent == shown and not look.first:
            return None
        return Frame(
            {
                "phase": facts.phase,
                "over": facts.over,
                "note": facts.note,
                "elapsed": facts.elapsed_s,
                "exact": facts.elapsed_exact,
                "cancels": facts.cancels,
                "html": self._outcome.html,
            },
            whole=True,
        )

    def command(self, op: str, argument: Any) -> Any:
        if op != "cancel":
            return super().command(op, argument)
        pending = self._pending
        if pending is not None:
            pending.cancel()
        self.changed()
        return None

    def static_html(self) -> str:
        return pending_html(self._look(), self._outcome.html)

    def text(self) -> str:
        line = pending_line(self._look())
        text = self._outcome.text
        return f"{line}{chr(10) if chr(10) in text else ': '}{text}" if text else line

    def bundle(self) -> dict[str, str]:
        """Give the snapshot; what has ended has nothing left that a page could bring to life."""
        bundle = super().bundle()
        return {**bundle, "text/html": self.static_html()} if self._facts.over else bundle

    def close(self) -> None:
        self._look()  # the last time: it may have ended, and nobody asked since
        super().close()
        with self._gate:
            if self._pending is not None:
                self._let_go(self._pending)
