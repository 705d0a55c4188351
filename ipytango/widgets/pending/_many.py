"""Many pending results on a page, as one: a bar, counts, failures by name, results as they come."""

from __future__ import annotations

import collections
import dataclasses
import functools
import time
from collections.abc import Callable, Iterable
from typing import Any

from ...client import Pending
from ...display import (
    SHOWN_ENDED,
    Ended,
    Tally,
    ValueFormats,
    failure_of_pending,
    named_failure_html,
    seconds_text,
    tally_html,
    tally_lines,
)
from ...green import allocate_lock
from ..hub import Frame, Hub, Look, Panel

__all__ = ["PendingManyPanel", "PendingTally"]


def _nothing() -> None:
    """Tell nobody."""


class PendingTally:
    """Counts many pending results as they end; one thread at a time."""

    def __init__(self, members: Iterable[tuple[str, Pending]], formats: ValueFormats) -> None:
        self._formats = formats
        self.waiting: dict[int, tuple[str, Pending]] = dict(enumerate(members))
        self._total = len(self.waiting)
        self._counts = collections.Counter[str]()
        self._results: list[Ended] = []
        # Values of results of which more is being asked, by their places in that list.
        self._values: dict[int, Any] = {}
        self._learnt: collections.deque[int] = collections.deque()
        self.told: Callable[[], object] = _nothing
        """Is called, in any thread, when a look would tell more of a result."""
        self._failures: list[Ended] = []
        self._began_at = time.monotonic()
        self._ended_at: float | None = None
        kinds = {pending.kind for _, pending in self.waiting.values()}
        kind = kinds.pop() if len(kinds) == 1 else "pending result"
        self._what = kind if self._total == 1 else f"{kind}s"

    def look(self, numbers: Iterable[int]) -> Tally:
        """Look which of those have ended, and count again."""
        for number in numbers:
            if number in self.waiting:
                self._look_at(number, *self.waiting[number])
        while self._learnt:
            place = self._learnt.popleft()
            if place in self._values:  # it may be told more than once
                text = self._formats.line(self._values.pop(place))
                self._results[place] = dataclasses.replace(self._results[place], text=text)
        if not self.waiting and self._ended_at is None:
            self._ended_at = time.monotonic()
        return self._tally()

    def look_at_all(self) -> Tally:
        """Look at every one that has not ended yet."""
        return self.look(list(self.waiting))

    def _look_at(self, number: int, key: str, pending: Pending) -> None:
        if not pending.over:
            return
        facts = pending.facts()
        phase = "done" if facts.phase == "ended" else facts.phase
        self._counts[phase] += 1
        error = None
        if phase == "failed" and len(self._failures) < SHOWN_ENDED:
            error = pending.error  # only of those that are shown: it counts as seen
        if error is not None:
            failure = failure_of_pending(error)
            self._failures.append(Ended(key, str(facts.request), facts.elapsed_s, "", failure))
        if phase == "done" and len(self._results) < SHOWN_ENDED:
            text = ""
            if facts.phase != "ended":
                self._ask_more(len(self._results), pending.value)
                text = self._formats.line(pending.value)
            self._results.append(Ended(key, str(facts.request), facts.elapsed_s, text))
        del self.waiting[number]
        pending.unwatch()

    def _ask_more(self, place: int, value: Any) -> None:
        def learnt() -> None:
            self._learnt.append(place)
            self.told()

        self._values[place] = value
        if not self._formats.when_more_is_known(value, learnt):
            del self._values[place]

    @property
    def settled(self) -> bool:
        """Whether a look would tell nothing new any more."""
        return not (self.waiting or self._values)

    def _tally(self) -> Tally:
        return Tally(
            what=self._what,
            total=self._total,
            done=self._counts["done"],
            failed=self._counts["failed"],
            cancelled=self._counts["cancelled"],
            elapsed_s=(self._ended_at or time.monotonic()) - self._began_at,
            results=tuple(self._results),
            failures=tuple(self._failures),
            cancellable=any(one.cancels for _, one in self.waiting.values()),
        )


class PendingManyPanel(Panel):
    """A list, tuple, set or dict of pending results."""

    view = "pending_many"
    rate_hz = 5.0
    looks_every_s = 1.0

    def __init__(self, hub: Hub, members: PendingTally) -> None:
        super().__init__(hub)
        self._members = members
        self._gate = allocate_lock()  # the thread that displays it looks, too
        self._ended: collections.deque[int] = collections.deque()
        self._silent = [
            number for number, (_, one) in members.waiting.items() if one.kind == "coroutine"
        ]
        self._tally = members.look_at_all()
        self._sent: Tally | None = None
        members.told = self._learnt
        for number, (_, one) in list(members.waiting.items()):
            one.watch(functools.partial(self._told, number))

    def _told(self, number: int) -> None:
        """Hear that one has ended, in whatever thread."""
        self._ended.append(number)
        self.changed()
        if self._tally.pending <= len(self._ended):
            self.refresh_saved()  # perhaps the last one

    def _learnt(self) -> None:
        """Hear that more is known of a result, in whatever thread."""
        self.changed()
        self.refresh_saved()

    def _look(self) -> Tally:
        with self._gate:
            if not self._members.settled:
                was_over = self._tally.over
                ended = [self._ended.popleft() for _ in range(len(self._ended))]
                self._tally = self._members.look([*ended, *self._silent])
                if self._tally.over and not was_over:
                    self.refresh_saved()
            return self._tally

    @property
    def over(self) -> bool:
        """Whether all have ended."""
        return self._look().over

    def config(self) -> dict[str, Any]:
        return {"what": self._tally.what, "total": self._tally.total}

    def frame(self, look: Look) -> Frame | None:
        tally = self._look()
        sent, self._sent = self._sent, tally
        if sent is None or look.first:
            results = failures = 0
        elif sent.results != tally.results[: len(sent.results)]:  # more is known of some
            results, failures = 0, len(sent.failures)
        elif (sent.counts, sent.cancellable) == (tally.counts, tally.cancellable):
            return None
        else:
            results, failures = len(sent.results), len(sent.failures)
        return Frame(
            {
                "done": tally.done,
                "failed": tally.failed,
                "cancelled": tally.cancelled,
                "elapsed": tally.elapsed_s,
                "cancellable": tally.cancellable,
                "results_from": results,
                "results": [_row(one) for one in tally.results[results:]],
                "failures_from": failures,
                "failures": [named_failure_html(one) for one in tally.failures[failures:]],
            }
        )

    def command(self, op: str, argument: Any) -> Any:
        if op != "cancel":
            return super().command(op, argument)
        for _, one in list(self._members.waiting.values()):
            one.cancel()
        self.changed()
        return None

    def static_html(self) -> str:
        return tally_html(self._look())

    def text(self) -> str:
        return "\n".join(tally_lines(self._look()))

    def bundle(self) -> dict[str, str]:
        """Give the snapshot; what has ended has nothing left that a page could bring to life."""
        bundle = super().bundle()
        return {**bundle, "text/html": self.static_html()} if self._tally.over else bundle

    def close(self) -> None:
        self._look()  # the last time: some may have ended, and nobody asked since
        super().close()
        for _, one in list(self._members.waiting.values()):
            one.unwatch()


def _row(one: Ended) -> list[str]:
    elapsed = "" if one.elapsed_s is None else seconds_text(one.elapsed_s)
    return [one.key, one.asked, one.text, elapsed]
