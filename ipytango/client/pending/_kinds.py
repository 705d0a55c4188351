"""How each library's futures, greenlets and coroutines are looked at, heard and cancelled."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import inspect
import types
import weakref
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import AsyncResult

from ...errors import DoorError
from ...green import door_of
from ..calls import Call
from ._pending import GOES_ON, Pending
from ._requests import Request, place_of_coroutine, place_of_frame, request_of_call, request_of_code

__all__ = ["PENDING_TYPES", "pending_of"]

PENDING_TYPES: tuple[type, ...] = (
    concurrent.futures.Future,
    asyncio.Future,
    AsyncResult,
    gevent.Greenlet,
    types.CoroutineType,
)
"""What `pending_of` takes; tasks are asyncio futures."""


class _ConcurrentFuture(Pending):
    kind = "Future"

    def __init__(self, future: concurrent.futures.Future[Any]) -> None:
        call = _call_of(future)
        super().__init__(request_of_call(call) if call else _plain(future), call)
        self._future = future
        self._links: list[_ConcurrentFuture] = []

    def _ready(self) -> bool:
        return self._future.done()

    def _cancelled(self) -> bool:
        return self._future.cancelled()

    def _peek(self) -> BaseException | None:
        return None if self._future.cancelled() else self._future.exception(0)

    def _result(self) -> Any:
        return self._future.result(0)

    def _link(self) -> None:
        # These futures never give a callback back: it must not hold what holds the future.
        self._links.append(self)
        self._future.add_done_callback(functools.partial(_tell_linked, self._links))

    def _unlink(self) -> None:
        self._links.clear()

    def _place(self) -> str:
        return "at the device" if self._call else ""

    def _cancels(self) -> str:
        if self._future.running():
            return ""
        return "take the call out of the queue" if self._call else "cancel the future"

    def cancel(self) -> None:
        self._future.cancel()


class _AsyncioFuture(Pending):
    kind = "Future"

    def __init__(self, future: asyncio.Future[Any]) -> None:
        call = _call_of(future)
        super().__init__(request_of_call(call) if call else self._asked(future), call)
        self._future = future

    def _asked(self, future: Any) -> Request:
        return _plain(future)

    def _ready(self) -> bool:
        return self._future.done()

    def _cancelled(self) -> bool:
        return self._future.cancelled()

    def _peek(self) -> BaseException | None:
        # Asking with exception() would keep asyncio from reporting an error that nobody has seen.
        error: BaseException | None = getattr(self._future, "_exception", None)
        return error

    def _seen(self) -> BaseException | None:
        return self._future.exception()

    def _result(self) -> Any:
        return self._future.result()

    def _link(self) -> None:
        self._on_loop(self._future.add_done_callback, self._ended)

    def _unlink(self) -> None:
        self._on_loop(self._future.remove_done_callback, self._ended)

    def _on_loop(self, function: Callable[..., object], *args: Any) -> None:
        loop = self._future.get_loop()
        if asyncio._get_running_loop() is loop:
            function(*args)
            return
        with contextlib.suppress(DoorError):  # a loop that is closed calls nobody back
            door_of(loop).post(function, *args)

    def _place(self) -> str:
        if self._future.get_loop().is_closed():
            return "its event loop is closed: it will never end"
        return "at the device" if self._call else ""

    def _cancels(self) -> str:
        if self._call is None:
            return "cancel the future"
        if self._call.running:
            return f"stop waiting; {GOES_ON}"
        return "take the call out of the queue"

    def cancel(self) -> None:
        if self._call is not None:
            # In time also while a cell holds the loop up; the future follows.
            self._future._pool.cancel(self._call)  # type: ignore[attr-defined]
        self._on_loop(self._future.cancel)


class _Task(_AsyncioFuture):
    kind = "Task"

    def _asked(self, future: Any) -> Request:
        coroutine = future.get_coro()
        if getattr(coroutine, "__qualname__", "") == "_as_task":  # of `spawn`, which names it
            return Request("", f"{future.get_name()}()")
        return request_of_code(coroutine)

    def _place(self) -> str:
        waiting = getattr(self._future, "_fut_waiter", None)
        call = _call_of(waiting)
        if call is not None:
            return f"waits for {request_of_call(call)}"
        return place_of_coroutine(self._future.get_coro())  # type: ignore[attr-defined]

    def _cancels(self) -> str:
        return "cancel the task"


class _GeventResult(Pending):
    kind = "AsyncResult"

    def __init__(self, result: AsyncResult[Any]) -> None:
        call = _call_of(result)
        super().__init__(request_of_call(call) if call else _plain(result), call)
        self._thing: Any = result

    def _ready(self) -> bool:
        return bool(self._thing.ready())

    def _cancelled(self) -> bool:
        return self._call is not None and self._call.cancelled

    def _peek(self) -> BaseException | None:
        error: BaseException | None = self._thing.exception
        return error

    def _result(self) -> Any:
        return self._thing.value

    def _link(self) -> None:
        # On any thread: as long as it is not ready, gevent only notes the callback.
        self._thing.rawlink(self._ended)
        if self._ready():
            self._ended()

    def _unlink(self) -> None:
        self._thing.unlink(self._ended)

    def _place(self) -> str:
        return "at the device" if self._call else ""

    def _cancels(self) -> str:
        waits = self._call is not None and not self._call.running
        return "take the call out of the queue" if waits else ""

    def cancel(self) -> None:
        if self._call is not None:
            self._thing.cancel()


class _Greenlet(_GeventResult):
    kind = "Greenlet"

    def __init__(self, greenlet: gevent.Greenlet) -> None:
        asked = Request("", greenlet.name)
        if not greenlet.ready():  # at its end it forgets what it ran
            asked = request_of_code(greenlet._run, greenlet.args, greenlet.kwargs)
        Pending.__init__(self, asked)
        self._thing = greenlet

    @property
    def phase(self) -> str:
        phase = super().phase
        return "not started" if phase == "pending" and not self._thing.started else phase

    def _cancelled(self) -> bool:
        return isinstance(self._thing.value, gevent.GreenletExit)

    def _place(self) -> str:
        if not self._thing.started:
            return "its start() has not been called"
        return place_of_frame(self._thing.gr_frame)

    def _cancels(self) -> str:
        return "kill the greenlet"

    def cancel(self) -> None:
        kill = functools.partial(self._thing.kill, block=False)
        self._thing.parent.loop.run_callback_threadsafe(kill)


class _Coroutine(Pending):
    """A coroutine, which is not held: that it was never awaited is said when it is dropped."""

    kind = "coroutine"

    def __init__(self, coroutine: types.CoroutineType[Any, Any, Any]) -> None:
        super().__init__(request_of_code(coroutine))
        self._coroutine = weakref.ref(coroutine)
        self._started = False

    @property
    def phase(self) -> str:
        coroutine = self._coroutine()
        state = inspect.CORO_CLOSED if coroutine is None else inspect.getcoroutinestate(coroutine)
        if state == inspect.CORO_CREATED:
            return "not started"
        if state != inspect.CORO_CLOSED:
            self._started = True
            return "pending"
        return "ended"

    def _note(self, phase: str) -> str:
        if phase == "not started":
            return "await it, or start it with asyncio.create_task(...)"
        if phase == "ended":
            return "its result went to who awaited it" if self._started else ""
        return place_of_coroutine(self._coroutine())

    def _ready(self) -> bool:
        return self.phase == "ended"

    def _cancelled(self) -> bool:
        return False

    def _peek(self) -> None:
        return None

    def _result(self) -> None:
        return None

    def _link(self) -> None:
        """Do nothing: a coroutine calls nobody back, who wants to know looks again."""

    def _unlink(self) -> None:
        """Do nothing, as there is no link."""

    def cancel(self) -> None:
        """Do nothing: it is its task that could be cancelled."""


def _tell_linked(links: list[_ConcurrentFuture], future: object) -> None:
    for pending in tuple(links):
        pending._ended(future)


def _call_of(thing: object) -> Call | None:
    call = getattr(thing, "call", None)
    return call if isinstance(call, Call) else None


def _plain(thing: object) -> Request:
    module = type(thing).__module__.partition(".")[0].lstrip("_")
    return Request("", f"{module} {type(thing).__name__} at {id(thing):#x}")


_KINDS: tuple[tuple[type, Callable[[Any], Pending]], ...] = (
    (asyncio.Task, _Task),
    (asyncio.Future, _AsyncioFuture),
    (concurrent.futures.Future, _ConcurrentFuture),
    (gevent.Greenlet, _Greenlet),
    (AsyncResult, _GeventResult),
    (types.CoroutineType, _Coroutine),
)


def pending_of(thing: Any) -> Pending:
    """Return how to look at `thing`, of one of `PENDING_TYPES`. Raises `TypeError` for others."""
    for kind, look in _KINDS:
        if isinstance(thing, kind):
            return look(thing)
    raise TypeError(f"{thing!r} is no future, task, AsyncResult, greenlet or coroutine")
