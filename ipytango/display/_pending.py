"""A pending result, or many, at one moment: a line of text, a card of HTML."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..client import Failure, PendingFacts, failure_of
from ._templates import render

__all__ = [
    "SHOWN_ENDED",
    "Ended",
    "Shown",
    "Tally",
    "ValueFormats",
    "failure_of_pending",
    "named_failure_html",
    "outcome_html",
    "pending_html",
    "pending_line",
    "seconds_text",
    "tally_html",
    "tally_lines",
]

SHOWN_ENDED = 100
"""Results, and failures, of a collection that are listed."""


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a pending result has ended with, as it is displayed."""

    html: str
    text: str


class ValueFormats(Protocol):
    """How the shell displays values, whatever they are; for any thread."""

    def full(self, value: Any) -> Shown:
        """Display a value as a cell's result is."""

    def line(self, value: Any) -> str:
        """Display it in a line of text."""

    def when_more_is_known(self, value: Any, told: Callable[[], object]) -> bool:
        """Have `told` called, in any thread, when these display it better than they would now.

        That is when what is asked beside it is known, such as its unit. Returns whether that is
        to be expected.
        """


@dataclasses.dataclass(frozen=True)
class Ended:
    """One of many that has ended."""

    key: str
    """Its index in a list or its key in a dict."""

    asked: str
    elapsed_s: float | None
    text: str
    """Its value in a few words; empty for a failure."""

    failure: Failure | None = None


@dataclasses.dataclass(frozen=True)
class Tally:
    """Many pending results at one moment."""

    what: str
    """``Futures``, ``Tasks``; ``pending results`` where they are of several kinds."""

    total: int
    done: int
    failed: int
    cancelled: int
    elapsed_s: float
    """Since they were first looked at, until now or the last one's end."""

    results: Sequence[Ended]
    """In order of arrival; the first `SHOWN_ENDED`."""

    failures: Sequence[Ended]
    """In order of arrival; the first `SHOWN_ENDED`."""

    cancellable: bool = False

    @property
    def pending(self) -> int:
        return self.total - self.done - self.failed - self.cancelled

    @property
    def over(self) -> bool:
        return self.pending == 0

    @property
    def counts(self) -> str:
        """The counts in words: those that are not zero."""
        names = ("done", "failed", "cancelled", "pending")
        shown = [f"{getattr(self, name)} {name}" for name in names if getattr(self, name)]
        return ", ".join(shown)


def seconds_text(elapsed_s: float) -> str:
    """Write a duration as a person reads it: ``0.31 s``, ``12.3 s``, ``3 min 05 s``."""
    if elapsed_s < 10:
        return f"{elapsed_s:.2f} s"
    if elapsed_s < 60:
        return f"{elapsed_s:.1f} s"
    minutes, seconds = divmod(int(elapsed_s), 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def pending_line(facts: PendingFacts) -> str:
    """Say in a line what was asked and how it stands."""
    line = f"{facts.kind} {facts.request}: {facts.phase}"
    if facts.elapsed_s is not None and (facts.over or facts.elapsed_exact):
        line += f" {'after' if facts.over else 'for'} {seconds_text(facts.elapsed_s)}"
    return f"{line}, {facts.note}" if facts.note else line


def failure_of_pending(error: BaseException) -> Failure:
    """Describe an error; one that is not Tango's with the place in the code where it was raised."""
    failure = failure_of(error)
    frames = traceback.extract_tb(error.__traceback__) if len(failure.levels) == 1 else []
    if not frames or failure.levels[0].origin:
        return failure
    place = f"in {frames[-1].name}, line {frames[-1].lineno}"
    level = dataclasses.replace(failure.levels[0], origin=place)
    return dataclasses.replace(failure, levels=(level,))


def outcome_html(failure: Failure) -> str:
    """Return the folded display of what a pending result ended with, as an error."""
    return render("pending_failure.html", failure=failure, what="")


def named_failure_html(one: Ended) -> str:
    """Return the folded display of one failure of many."""
    return render("pending_failure.html", failure=one.failure, what=f"[{one.key}] {one.asked}")


def pending_html(facts: PendingFacts, outcome: str = "") -> str:
    """Return the card of one pending result; `outcome` is HTML, of its value or its error."""
    return render(
        "pending.html", facts=facts, elapsed=_elapsed(facts.elapsed_s), outcome=_markup(outcome)
    )


def tally_lines(tally: Tally) -> list[str]:
    """Say how many stand, in lines: the counts, then failures and results by name."""
    lines = [f"{tally.total} {tally.what}: {tally.counts}, {seconds_text(tally.elapsed_s)}"]
    lines += [f"  [{one.key}] {one.asked}: failed: {one.failure}" for one in tally.failures]
    lines += [f"  [{one.key}] {one.asked}: {one.text}" for one in tally.results]
    listed = len(tally.results) + len(tally.failures)
    hidden = tally.done + tally.failed - listed
    return [*lines, f"  ... and {hidden} more"] if hidden else lines


def tally_html(tally: Tally) -> str:
    """Return the card of many pending results."""
    return render(
        "pending_many.html",
        tally=tally,
        elapsed=_elapsed(tally.elapsed_s),
        rows=[(one.key, one.asked, one.text, _elapsed(one.elapsed_s)) for one in tally.results],
        hidden_results=tally.done - len(tally.results),
        hidden_failures=tally.failed - len(tally.failures),
    )


def _elapsed(elapsed_s: float | None) -> str:
    return "" if elapsed_s is None else seconds_text(elapsed_s)


def _markup(html: str) -> Any:
    from markupsafe import Markup  # with the templates' library, on the first display

    return Markup(html)  # noqa: S704 - made by IPython's formatters or by `outcome_html`
