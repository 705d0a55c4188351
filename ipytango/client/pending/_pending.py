"""What is still to come, looked at in one way: futures of three libraries, greenlets, coroutines.

Looking changes nothing: nothing is awaited, started, cancelled or marked as seen. Only
`Pending.error`, for somebody who shows it, counts as retrieving an asyncio future's error.
"""

from __future__ import annotations

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..calls import Call
from ._requests import Request

__all__ = ["GOES_ON", "Pending", "PendingFacts"]

GOES_ON = "the device goes on with it regardless"


@dataclasses.dataclass(frozen=True)
class PendingFacts:
    """A pending result at one moment."""

    kind: str
    """``Future``, ``Task``, ``AsyncResult``, ``Greenlet``, ``coroutine``..."""

    request: Request
    phase: str
    """``not started``, ``queued``, ``pending``; then ``done``, ``failed``, ``cancelled``, or
    ``ended`` for a coroutine, whose result only the one who awaits it sees."""

    note: str
    """Where it stands, or what is to be known of it; may be empty."""

    elapsed_s: float | None
    """Since it was asked for, until now or its end; None where nobody knows."""

    elapsed_exact: bool
    """False where it is known only for how long it has been looked at."""

    cancels: str
    """See `Pending.cancels`."""

    @property
    def over(self) -> bool:
        """Whether it will not change any more."""
        return self.phase in _OVER


_OVER = frozenset({"done", "failed", "cancelled", "ended"})


class Pending(ABC):
    """One thing that is still to come, or has come."""

    kind: str

    def __init__(self, request: Request, call: Call | None = None) -> None:
        self.request = request
        self._call = call
        self._seen_at = time.monotonic()
        self._ended_at: float | None = None
        self._told: Callable[[], None] | None = None
        self._shown = False

    # --- what each kind knows of itself -----------------------------------------------------------

    @abstractmethod
    def _ready(self) -> bool: ...

    @abstractmethod
    def _cancelled(self) -> bool: ...

    @abstractmethod
    def _peek(self) -> BaseException | None:
        """Return its error without counting as having seen it."""

    @abstractmethod
    def _result(self) -> Any: ...

    @abstractmethod
    def _link(self) -> None:
        """Have `_ended` called when it ends, in whatever thread."""

    @abstractmethod
    def _unlink(self) -> None:
        """Take the link away, where the library offers it; it is deaf in any case."""

    @abstractmethod
    def cancel(self) -> None:
        """Cancel it as `PendingFacts.cancels` says; any thread, takes effect a little later."""

    def _seen(self) -> BaseException | None:
        """Return its error, which counts as seen then."""
        return self._peek()

    def _place(self) -> str:
        return ""

    def _cancels(self) -> str:
        return ""

    # --- what everybody asks ----------------------------------------------------------------------

    @property
    def phase(self) -> str:
        """See `PendingFacts.phase`."""
        if self._ready():
            if self._cancelled():
                return "cancelled"
            return "done" if self._peek() is None else "failed"
        call = self._call
        if call is None:
            return "pending"
        if call.done:  # the answer is here; whom it is for will get it with its loop's next turn
            return "cancelled" if call.cancelled else "failed" if call.error else "done"
        return "pending" if call.running else "queued"

    @property
    def over(self) -> bool:
        """Whether it will not change any more."""
        return self.phase in _OVER

    @property
    def cancels(self) -> str:
        """What `cancel` would do now, in words; empty where it could do nothing."""
        return "" if self.over else self._cancels()

    def facts(self) -> PendingFacts:
        """Look at it now; any thread."""
        phase = self.phase
        return PendingFacts(
            kind=self.kind,
            request=self.request,
            phase=phase,
            note=self._note(phase),
            elapsed_s=self._elapsed(phase),
            elapsed_exact=self._call is not None,
            cancels=self.cancels,
        )

    def _note(self, phase: str) -> str:
        call = self._call
        if phase == "cancelled" and call is not None and not call.cancelled:
            return GOES_ON if call.running else ""
        return "" if phase == "queued" or phase in _OVER else self._place()

    def _elapsed(self, phase: str) -> float | None:
        call = self._call
        began_at = self._seen_at if call is None else call.asked_at
        if phase not in _OVER:
            return None if phase == "not started" else time.monotonic() - began_at
        ended_at = call.ended_at if call is not None and call.done else self._ended_at
        return None if ended_at is None else ended_at - began_at

    @property
    def value(self) -> Any:
        """What came, once the phase is ``done``."""
        if self._ready() and not self._cancelled():
            return self._result()
        return None if self._call is None else self._call.result

    @property
    def error(self) -> BaseException | None:
        """The error, for somebody who shows it: it counts as seen."""
        self._shown = True
        if self._ready():
            return None if self._cancelled() else self._seen()
        return None if self._call is None or self._call.cancelled else self._call.error

    def watch(self, told: Callable[[], None]) -> None:
        """Call `told` when the phase may have changed: in any thread, perhaps more than once.

        For one watcher; `unwatch` ends it.
        """
        self._told = told
        if self._call is not None and not self._call.done:
            self._call.when_done(lambda _: self._tell())
        if self._ready():
            self._tell()
        else:
            self._link()

    def unwatch(self) -> None:
        """End `watch`."""
        self._told = None
        if self._ready() or not self._shown:
            self._unlink()

    def _ended(self, _thing: object = None) -> None:
        if self._ended_at is None:
            self._ended_at = time.monotonic()
        if self._shown and not self._cancelled():
            self._seen()  # the answer was shown before whom it is for had it
        if self._told is None:
            self._unlink()  # this was all that the link was kept for
        self._tell()

    def _tell(self) -> None:
        told = self._told
        if told is not None:
            told()
