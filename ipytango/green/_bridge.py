"""The bridge between sync code and the event loop: `await_` and `spawn`.

Two verbs over green tasks, which `_green_task.py` explains.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet

from ..errors import BridgeError, NotInGreenTask
from ._green_task import GreenSeat, GreenTask

__all__ = [
    "await_",
    "can_park",
    "can_wait",
    "in_green_task",
    "run_coroutine",
    "spawn",
]

T = TypeVar("T")
P = ParamSpec("P")

_MISUSE = (
    "await_() waits for code that a cell or a green task runs, and was called {where}. {remedy}"
)


async def in_green_task(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await the result of sync `function`, run as a green task below the current asyncio task."""
    return await GreenTask(function, *args, **kwargs)


@types.coroutine
def run_coroutine(
    coroutine: Coroutine[Any, Any, T],
    seat: GreenSeat | None = None,
    scope: Callable[[GreenTask[Any]], AbstractContextManager[object]] = nullcontext,
) -> Generator[Any, Any, T]:
    """Await `coroutine` with all its code in a green task, so that sync code under it can park.

    It runs in `seat`, or in a green task of its own if that is busy. `scope` makes the context
    in which it does. In a green task already, the coroutine is awaited as it is.
    """
    if isinstance(getcurrent(), GreenTask):
        return (yield from coroutine.__await__())
    if seat is None or seat.busy:
        seat = GreenSeat()
    with scope(seat):
        return cast(T, (yield from seat.steps_of(seat.step_to_end, coroutine)))


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
    try:
        return await GreenTask(function, *args, **kwargs)
    except (SystemExit, KeyboardInterrupt) as error:
        # asyncio raises these two out of the loop, which would end the kernel.
        raise BridgeError(f"{_name(function)}, in the background, raised {error!r}") from error


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", repr(function)))
