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
    """``running``, ``done`` or ``failed``."""

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
            "outcome": self.outcome,
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

    def newest_first(self) -> list[Deed]:
        """Return what is remembered."""
        with self._lock:
            return list(reversed(self._kept))

    def _do(self, deed: Deed) -> None:
        begun_s = time.monotonic()
        call = self._client.submit(carry_out, self._device, deed.action)
        call.when_done(functools.partial(self._ended, deed, begun_s))

    def _ended(self, deed: Deed, begun_s: float, call: Call) -> None:
        """Note what came of it, in a worker's thread, and go on with the next."""
        deed.took_s = time.monotonic() - begun_s
        if call.error is None:
            deed.result, deed.outcome = result_text(call.result), "done"
        else:
            deed.failure, deed.outcome = failure_of(call.error), "failed"
        with self._lock:
            waiting = self._waiting[deed.action.subject]
            waiting.popleft()
            following = waiting[0] if waiting else None
            if following is None:
                del self._waiting[deed.action.subject]
        if following is not None and not call.cancelled:
            self._do(following)
        self._changed(deed)
