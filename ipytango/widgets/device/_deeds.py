"""What was done in a panel, and what is being done: on the shell's pool, in order."""

from __future__ import annotations

import collections
import dataclasses
import functools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...client import Action, Call, Failure, carry_out, failure_of
from ...display import DeedLine, failure_levels, result_text
from ...errors import PanelLocked
from ...green import allocate_lock

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["Deed", "Deeds"]

KEPT = 200
"""Of what was done the newest are remembered."""


@dataclasses.dataclass
class Deed:
    """One thing that was done, or is being done."""

    number: int
    action: Action
    time_s: float
    outcome: str = "running"
    """``running``, ``done``, ``failed`` or ``withdrawn``."""

    reached_device: bool = False
    took_s: float = 0.0
    result: str = ""
    failure: Failure | None = None

    def line(self) -> DeedLine:
        """Say what was done and what came of it."""
        result = self.result if self.failure is None else str(self.failure)
        return DeedLine(self.time_s, self.action.said, self.outcome, result, self.action.line)

    def record(self) -> dict[str, Any]:
        """Give it as a browser wants it."""
        return {
            "number": self.number,
            "time": self.time_s,
            "said": self.action.said,
            "line": self.action.line,
            "subject": self.action.subject,
            # A browser knows three; why it was withdrawn stands in the failure.
            "outcome": "failed" if self.outcome == "withdrawn" else self.outcome,
            "took": self.took_s,
            "result": self.result,
            "failure": failure_levels(self.failure),
        }


class Deeds:
    """Does things to one device. Any thread; nothing here waits.

    `changed` is called in any thread when there is news of a deed, and with it when it has ended.
    """

    def __init__(self, client: Client, device: str, changed: Callable[[Deed], object]) -> None:
        self._client = client
        self._device = device
        self._changed = changed
        self._lock = allocate_lock()
        self._number = 0
        self._kept: collections.deque[Deed] = collections.deque(maxlen=KEPT)
        # What is done to the same attribute keeps its order; a command need not wait for a write.
        self._waiting: dict[str, collections.deque[Deed]] = {}

    def start(self, action: Action) -> Deed:
        """Have it done as soon as what came before on the same subject has ended."""
        with self._lock:
            self._number += 1
            deed = Deed(self._number, action, time.time())
            self._kept.append(deed)
            waiting = self._waiting.setdefault(action.subject, collections.deque())
            waiting.append(deed)
            is_next = len(waiting) == 1
        if is_next:
            self._do(deed)
        self._changed(deed)
        return deed

    def note_failed(self, action: Action, error: BaseException) -> None:
        """Remember what could not be done, though it was nothing to do to the device."""
        with self._lock:
            self._number += 1
            deed = Deed(self._number, action, time.time(), "failed", failure=failure_of(error))
            self._kept.append(deed)
        self._changed(deed)

    def withdraw(self) -> None:
        """Have nothing done any more of what waits; what is at the device already stays there."""
        with self._lock:
            withdrawn = [
                deed
                for waiting in self._waiting.values()
                for deed in waiting
                if deed.outcome == "running" and not deed.reached_device
            ]
            for deed in withdrawn:
                deed.outcome = "withdrawn"
                deed.failure = failure_of(
                    PanelLocked(
                        "It was waiting when the panel was locked, and never went to the device."
                    )
                )
        for deed in withdrawn:
            self._changed(deed)

    def newest_first(self) -> list[Deed]:
        """Return what is remembered."""
        with self._lock:
            return list(reversed(self._kept))

    def _do(self, deed: Deed) -> None:
        begun_s = time.monotonic()
        may_begin = functools.partial(self._may_begin, deed)
        call = self._client.submit(carry_out, self._device, deed.action, may_begin)
        call.when_done(functools.partial(self._ended, deed, begun_s))

    def _may_begin(self, deed: Deed) -> bool:
        """Say, in a worker's thread, whether it goes to the device: from here on it is there."""
        with self._lock:
            deed.reached_device = deed.outcome == "running"
            return deed.reached_device

    def _ended(self, deed: Deed, begun_s: float, call: Call) -> None:
        """Note what came of it, in a worker's thread, and go on with the next."""
        result = result_text(call.result) if call.error is None else ""
        failure = None if call.error is None else failure_of(call.error)
        with self._lock:
            was_withdrawn = deed.outcome == "withdrawn"
            if not was_withdrawn:
                deed.took_s = time.monotonic() - begun_s
                deed.result, deed.failure = result, failure
                deed.outcome = "done" if failure is None else "failed"
            following = self._following(deed.action.subject)
        if following is not None and not call.cancelled:
            self._do(following)
        if not was_withdrawn:
            self._changed(deed)

    def _following(self, subject: str) -> Deed | None:
        """Take out what has ended, and what was withdrawn behind it; returns what comes next."""
        waiting = self._waiting[subject]
        waiting.popleft()
        while waiting and waiting[0].outcome == "withdrawn":
            waiting.popleft()
        if waiting:
            return waiting[0]
        del self._waiting[subject]
        return None
