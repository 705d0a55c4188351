"""The bridge between sync code and the event loop: `await_` and `spawn`.

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
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, ParamSpec, TypeVar, cast

from greenlet import GreenletExit, getcurrent, greenlet

from ..errors import BridgeError, NotInGreenTask

__all__ = ["GreenTask", "await_", "can_park", "can_wait", "in_green_task", "run_coroutine", "spawn"]

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

_MISUSE = (
    "await_() waits for code that a cell or a green task runs, and was called {where}. {remedy}"
)


class GreenTask(greenlet, Generic[T]):
    """Sync code in a greenlet of its own; awaiting it runs the code and gives its result.

    Its parent is whoever drives it at the moment: the driver can be resumed from another
    greenlet than the one that started it (a nested event loop does that).
    """

    def __init__(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> None:
        super().__init__(lambda _start: function(*args, **kwargs))

    def __await__(self) -> Generator[Any, Any, T]:
        outcome = self._resume(None)
        while not self.dead:
            try:
                sent = yield outcome
            except BaseException as error:
                outcome = self._resume_throwing(error)
            else:
                outcome = self._resume(sent)
        return cast(T, outcome)

    _task: asyncio.Task[Any] | None = None
    _parked = False
    _owed: BaseException | None = None
    _wake: asyncio.Future[tuple[Any, ...]] | None = None

    @property
    def parked(self) -> bool:
        """Whether the code stands in a wait (and not in the middle of its work)."""
        return self._parked

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
        if not self:
            # Once: it is the task's, and later the code may stand in a Context.run() of its own.
            self.gr_context = driver.gr_context
        self._task = asyncio.current_task()

    def park(self, pending: Any) -> Any:
        """Hand what an awaitable yielded to the driver; returns what the loop sends back."""
        driver = cast(greenlet, self.parent)
        self._parked = True
        try:
            return driver.switch(pending)
        except asyncio.CancelledError:
            owed, self._owed = self._owed, None
            if owed is None:
                raise
        finally:
            self._parked = False
        if self._task is not None and hasattr(self._task, "uncancel"):
            self._task.uncancel()
        raise owed

    def wait(self, awaitable: Awaitable[R]) -> R:
        """Park until `awaitable` is done. Only for the code that runs in this greenlet."""
        steps = awaitable.__await__()
        try:
            pending = next(steps)
            while True:
                try:
                    sent = self.park(pending)
                except BaseException as error:
                    pending = steps.throw(_without_bridge(error))
                else:
                    pending = next(steps) if sent is None else cast(Any, steps).send(sent)
        except StopIteration as done:
            return cast(R, done.value)

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
        if self._parked:
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

        Must be called on the loop's thread; the first debt wins.
        """
        if not self._parked or self._owed is not None or self._task is None:
            return
        self._owed = error
        self._task.cancel()


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


async def in_green_task(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await the result of sync `function`, run as a green task below the current asyncio task."""
    return await GreenTask(function, *args, **kwargs)


async def run_coroutine(
    coroutine: Coroutine[Any, Any, T],
    scope: Callable[[GreenTask[T]], AbstractContextManager[object]] = nullcontext,
) -> T:
    """Await `coroutine` with all its code in a green task, so that sync code under it can park.

    `scope` makes the context in which the new green task lives. In a green task already, the
    coroutine is awaited as it is.
    """
    if isinstance(getcurrent(), GreenTask):
        return await coroutine
    green: GreenTask[T] = GreenTask(_step_to_end, coroutine)
    with scope(green):
        return await green


def _step_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Step a coroutine in a green task: what it yields goes to the driver untouched."""
    green = cast("GreenTask[Any]", getcurrent())
    try:
        pending = coroutine.send(None)
        while True:
            try:
                sent = green.park(pending)
            except BaseException as error:
                pending = coroutine.throw(_without_bridge(error))
            else:
                pending = coroutine.send(sent)
    except StopIteration as done:
        return cast(T, done.value)


def _without_bridge(error: BaseException) -> BaseException:
    """Cut this module's frames off the front of a traceback: the waiting code adds its own."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_globals is globals():
        entry = entry.tb_next
    return error.with_traceback(entry)


def await_(awaitable: Awaitable[T]) -> T:
    """Wait for `awaitable` from sync code and return its result; the event loop goes on.

    Works at any depth below a cell, in a function started with `spawn`, and in a gevent
    greenlet of the loop's hub. An interrupt raises `KeyboardInterrupt` here.

    Raises `NotInGreenTask` elsewhere; a coroutine passed is then closed.
    """
    current = getcurrent()
    if isinstance(current, GreenTask):
        return current.wait(awaitable)
    hub = _hub_above(current)
    if hub is not None:
        return cast(T, hub.wait_for_awaitable(awaitable))
    loop = _reentrant_loop()
    if loop is not None:
        return cast(T, loop.run_until_complete(awaitable))
    if asyncio.iscoroutine(awaitable):
        awaitable.close()
    raise NotInGreenTask(_MISUSE.format(**_explain_misuse()))


def _explain_misuse() -> dict[str, str]:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return {
            "where": "in a thread without an event loop",
            "remedy": "Use asyncio.run_coroutine_threadsafe(coroutine, loop).result() there.",
        }
    if task is not None:
        return {
            "where": f"inside the asyncio task {task.get_name()!r}",
            "remedy": "Is it `await` that you want? Sync code runs under "
            "`await ipytango.spawn(function, ...)`.",
        }
    return {
        "where": "in a callback of the event loop",
        "remedy": "Start the callback's code with ipytango.spawn(function, ...).",
    }


def can_park() -> bool:
    """Say whether `await_` parks here: in a green task, or in a greenlet of the loop's hub."""
    current = getcurrent()
    return isinstance(current, GreenTask) or _hub_above(current) is not None


def _hub_above(current: greenlet) -> Any:
    """Return the hub that switches `current`, however deep below it, or None."""
    above = current.parent
    while above is not None and not isinstance(above, GreenTask):
        if hasattr(above, "wait_for_awaitable"):
            return above
        above = above.parent
    return None


def can_wait() -> bool:
    """Say whether `await_` works here.

    It does where it parks, and anywhere on a loop that nest-asyncio made re-entrant.
    """
    return can_park() or _reentrant_loop() is not None


def _reentrant_loop() -> Any:
    loop = asyncio._get_running_loop()
    return loop if hasattr(loop, "_nest_patched") else None


def spawn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[T]:
    """Run sync `function` as a green task of its own; returns its asyncio `Task`.

    The function may use `await_`, Tango calls and gevent waits, and may be cancelled through
    the task. Raises `NotInGreenTask` in a thread without a running event loop.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        raise NotInGreenTask(
            f"spawn({_name(function)}) needs a running event loop, and this thread has none. "
            "Call it from a cell, or hand it over with loop.call_soon_threadsafe."
        ) from None
    return loop.create_task(_as_task(function, *args, **kwargs), name=_name(function))


async def _as_task(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await GreenTask(function, *args, **kwargs)


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", repr(function)))
