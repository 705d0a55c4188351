"""Green tasks: sync code in a greenlet below an asyncio task, which parks where it must wait.

A *green task* is sync code that runs in a greenlet of its own below an asyncio task. When it
must wait it *parks*: the greenlet hands what an awaitable yields to its *driver*, a generator
that the asyncio task steps, and the task hands it on to the loop. To asyncio nothing unusual
happens: the task awaits a future. `asyncio.current_task`, time-outs, task groups, cancellation
and context variables work as in a coroutine.

    asyncio task ── driver ──switch──> greenlet: sync code … await_(awaitable)
         ^             │ <──switch── what the awaitable yields
         └── yields ───┘
"""

from __future__ import annotations

import asyncio
import functools
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar, cast

from greenlet import GreenletExit, getcurrent, greenlet

from ..errors import BridgeError

__all__ = ["GreenSeat", "GreenTask"]

T = TypeVar("T")
R = TypeVar("R")


class _Ended:
    """How a piece of code has ended."""

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self._value = value
        self._error = error

    def result(self) -> Any:
        """Return what the code returned, or raise what it raised."""
        if self._error is None:
            return self._value
        try:
            raise self._error
        finally:
            self._error = None  # its traceback holds this frame


class GreenTask(greenlet, Generic[T]):
    """Sync code in a greenlet of its own; awaiting it runs the code and gives its result.

    Its parent is whoever drives it at the moment: the driver can be resumed from another
    greenlet than the one that started it (a nested event loop does that).
    """

    _task: asyncio.Task[Any] | None = None
    _parked = False
    _in_code = False
    _owed: BaseException | None = None
    _wake: asyncio.Future[tuple[Any, ...]] | None = None

    def __init__(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> None:
        super().__init__(self._work)
        self._job = functools.partial(function, *args, **kwargs)

    def __await__(self) -> Generator[Any, Any, T]:
        return self._drive(self._job)

    @property
    def parked(self) -> bool:
        """Whether the code stands in a wait (and not in the middle of its work)."""
        return self._parked

    @property
    def in_code(self) -> bool:
        """Whether the code has begun and not ended: an exception raised here now is the code's.

        A moment before or after, a signal's handler would raise it in this class, and that ends
        the greenlet, or goes through the event loop.
        """
        return self._in_code

    def _work(self, job: Callable[[], Any]) -> _Ended:
        return self._end_of(job)

    def _end_of(self, job: Callable[[], Any]) -> _Ended:
        try:
            try:
                self._in_code = True
                return _Ended(job())
            finally:
                self._in_code = False
        except GreenletExit as killed:
            return _Ended(killed)  # as with every greenlet
        except BaseException as error:
            return _Ended(error=error)

    def _drive(self, job: Callable[[], T]) -> Generator[Any, Any, T]:
        driver = getcurrent()
        self.gr_context = driver.gr_context
        outcome = self._resume(job)
        while not isinstance(outcome, _Ended):
            try:
                sent = yield outcome
            except BaseException as error:
                outcome = self._resume_throwing(error)
            else:
                outcome = self._resume(sent)
        return cast(T, outcome.result())

    def _resume(self, value: Any) -> Any:
        self._enter()
        return greenlet.switch(self, value)

    def _resume_throwing(self, error: BaseException) -> Any:
        self._enter()
        return greenlet.throw(self, type(error), error, error.__traceback__)

    def _enter(self) -> None:
        driver = getcurrent()
        if self.parent is not driver:
            self.parent = driver
        self._task = asyncio.current_task()

    def _park(self, pending: Any) -> Any:
        """Hand what an awaitable yielded to the driver; returns what the loop sends back."""
        driver = cast(greenlet, self.parent)
        self._parked = True
        try:
            return driver.switch(pending)
        finally:
            self._parked = False

    def wait(self, awaitable: Awaitable[R]) -> R:
        """Park until `awaitable` is done. Only for the code that runs in this greenlet.

        A wait that is cut short (`owe`) first cancels what is waited for, so that it can clean
        up and end its children, and then raises what is owed.
        """
        try:
            result = self._exhaust(awaitable.__await__())
        except BaseException as error:
            debt = self._settle()
            if debt is None or debt is error:
                raise
            raise debt from (None if isinstance(error, asyncio.CancelledError) else error)
        debt = self._settle()
        if debt is not None:
            raise debt
        return cast(R, result)

    def step_to_end(self, coroutine: Coroutine[Any, Any, R]) -> R:
        """Step a coroutine in this greenlet; it awaits what it awaits, and is cancelled itself."""
        return cast(R, self._exhaust(coroutine.__await__(), explicit=True))

    def _exhaust(self, steps: Any, *, explicit: bool = False) -> Any:
        try:
            pending = next(steps)
            while True:
                try:
                    sent = self._park(pending)
                except BaseException as error:
                    debt = self._settle() if explicit else None
                    if isinstance(error, asyncio.CancelledError) and debt is not None:
                        # Code that awaits sees an interrupt as what it is made for: a cancellation.
                        error = error if isinstance(debt, KeyboardInterrupt) else debt
                    pending = steps.throw(_without_bridge(error))
                else:
                    pending = next(steps) if sent is None else steps.send(sent)
        except StopIteration as done:
            return done.value

    def _settle(self) -> BaseException | None:
        """Take what is owed; the task goes on as one that was never cancelled for it."""
        debt, self._owed = self._owed, None
        if debt is not None and self._task is not None and hasattr(self._task, "uncancel"):
            self._task.uncancel()
        return debt

    def wait_for_switch(self, wake: asyncio.Future[tuple[Any, ...]] | None = None) -> Any:
        """Park until other code calls this greenlet's `switch` (as gevent's hub does).

        `wake` is the future to park on, for a caller with one of its own.
        """
        self._wake = wake or asyncio.get_running_loop().create_future()
        try:
            values = self.wait(self._wake)
        finally:
            self._wake = None
        return values[0] if len(values) == 1 else values

    def switch(self, *args: Any, **kwargs: Any) -> Any:
        """Wake code that is parked in `wait_for_switch`; it runs when the loop comes to it.

        A direct switch would run a cell's code outside its asyncio task.
        """
        if self._wake is not None:
            if not self._wake.done():
                self._wake.set_result(args)
            return None
        if self.parked:
            raise BridgeError(
                f"switch{args} into a green task that waits for the event loop; "
                "only its driver may resume it."
            )
        return super().switch(*args, **kwargs)

    def throw(self, *exc_info: Any) -> Any:
        """Raise in the code that is parked here, when the loop comes to it."""
        if not self._parked:
            return super().throw(*exc_info)
        self.owe(_normalized(*exc_info))
        return None

    def owe(self, error: BaseException) -> None:
        """Cancel what parked code waits for, so that it sees `error`: an interrupt, a time-out.

        Must be called on the loop's thread. What is owed already goes first; to ask again
        cancels again, as what is waited for may have swallowed it.
        """
        if not self._parked or self._task is None:
            return
        if self._owed is not None:
            self._settle()
        self._owed = error
        self._task.cancel()


class GreenSeat(GreenTask[Any]):
    """A greenlet that runs one piece of code after the other.

    So what belongs to a greenlet stays from one to the next: gevent's locals, the owner of a
    lock, a time-out that was started.
    """

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.busy = False

    @property
    def parked(self) -> bool:
        """Whether the code stands in a wait, or there is none."""
        return self._parked or not self.busy

    def steps_of(self, function: Callable[..., R], *args: Any) -> Generator[Any, Any, R]:
        """Return an awaitable's steps: ``function(*args)`` in this seat."""
        self.busy = True
        try:
            return cast(R, (yield from self._drive(functools.partial(function, *args))))
        finally:
            self.busy = False

    def _work(self, job: Callable[[], Any]) -> _Ended:
        while True:
            ended = self._end_of(job)
            # The parent is looked at only now: whoever drives may have changed.
            job = cast(greenlet, self.parent).switch(ended)

    def throw(self, *exc_info: Any) -> Any:
        """Raise in the code that runs here; with none, the loop's exception handler is told."""
        if self.busy:
            return super().throw(*exc_info)
        error = _normalized(*exc_info)
        message = f"{type(error).__name__} came for a cell that has ended"
        asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})
        return None


def _normalized(
    kind: Any = GreenletExit, value: Any = None, traceback: types.TracebackType | None = None
) -> BaseException:
    if isinstance(kind, BaseException):
        error = kind
    elif isinstance(value, BaseException):
        error = value
    elif isinstance(kind, type) and issubclass(kind, BaseException):
        error = kind() if value is None else kind(value)
    else:
        raise TypeError(f"exceptions must be classes, or instances, not {type(kind).__name__}")
    return error if traceback is None else error.with_traceback(traceback)


def _without_bridge(error: BaseException) -> BaseException:
    """Cut this module's frames off the front of a traceback: the waiting code adds its own."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_globals is globals():
        entry = entry.tb_next
    return error.with_traceback(entry)
