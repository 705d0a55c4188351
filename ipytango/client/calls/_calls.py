"""One call of a Tango function, on its way through the pool."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from ...green import allocate_lock

_LOG = logging.getLogger("ipytango.client")

__all__ = ["CANCELLED", "DONE", "RUNNING", "WAITING", "Call"]

WAITING, RUNNING, DONE, CANCELLED = range(4)


class Call:
    """One call of a Tango function, from its submission to its outcome."""

    __slots__ = (
        "_callbacks",
        "_gate",
        "args",
        "asked_at",
        "device",
        "ended_at",
        "error",
        "function",
        "kwargs",
        "result",
        "state",
    )

    def __init__(
        self,
        device: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.device = device
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.error: BaseException | None = None
        self.asked_at = time.monotonic()
        self.ended_at: float | None = None
        self.state = WAITING
        self._callbacks: list[Callable[[Call], object]] = []
        self._gate = allocate_lock()
        self._gate.acquire()

    @property
    def done(self) -> bool:
        """Whether the outcome is there (a cancelled call's is a `CancelledError`)."""
        return self.state >= DONE

    @property
    def running(self) -> bool:
        """Whether the device has it: it can no longer be cancelled."""
        return self.state == RUNNING

    @property
    def cancelled(self) -> bool:
        """Whether it was taken out of the queue before it ran."""
        return self.state == CANCELLED

    def wait(self, timeout_s: float = -1) -> bool:
        """Block this thread until the call is done; returns whether it is. For one waiter."""
        return self.done or self._gate.acquire(True, timeout_s)

    def when_done(self, callback: Callable[[Call], object]) -> None:
        """Call ``callback(call)`` when it is done: in a worker's thread, or here if it is."""
        self._callbacks.append(callback)
        if self.done:
            self._call_back()

    def outcome(self) -> Any:
        """Return the result or raise the error of a call that is done.

        Raises `concurrent.futures.CancelledError` for a call that was taken out of the queue.
        """
        if self.error is None:
            return self.result
        try:
            raise self.error
        finally:
            del self  # the traceback that is being made must not hold the call that holds it

    def run(self) -> None:
        """Call the function, in a worker's thread, and keep what it gives or raises."""
        try:
            self.result = self.function(*self.args, **self.kwargs)
        except BaseException as error:
            self.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        finally:
            del self  # the function's frame, which the traceback holds, holds this one

    def withdraw(self) -> None:
        """End the call before it ran."""
        self.error = concurrent.futures.CancelledError(
            f"the call to {self.device} was taken out of the queue"
        )
        self.finish(CANCELLED)

    def finish(self, state: int) -> None:
        """Let everybody know: it is `DONE`, or `CANCELLED`."""
        self.ended_at = time.monotonic()
        self.state = state
        self._gate.release()
        self._call_back()

    def _call_back(self) -> None:
        # Both sides may come here at once; each callback is popped, and so called, once.
        while self._callbacks:
            with contextlib.suppress(IndexError):
                self._tell(self._callbacks.pop(0))

    def _tell(self, callback: Callable[[Call], object]) -> None:
        try:
            callback(self)
        except Exception:
            # The worker has other calls to run, whoever waited for this one.
            _LOG.exception("the outcome of %s at %s reached nobody", self.function, self.device)
