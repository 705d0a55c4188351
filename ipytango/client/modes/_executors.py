"""Executors that park where PyTango's would block or refuse, the same on every thread.

PyTango's executor of a mode asks "am I on the thread that made me?" and, if not, silently
calls synchronously. Ours ask where the call stands:

* sync code that can park (a cell, a green task, a gevent greenlet) gets the value, parked;
* code that expects an awaitable (`async def`, an ``await`` in a cell) gets one, in asyncio mode;
* sync code anywhere else gets the value and blocks its own thread, as with PyTango;
* ``wait=False`` gives the mode's future everywhere.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from collections.abc import Callable
from typing import Any

from tango.asyncio_executor import AsyncioExecutor
from tango.futures_executor import FuturesExecutor
from tango.gevent_executor import GeventExecutor

from ...errors import BlocksTheLoop
from ...green import Place, can_wait, door_of, get_ident, in_green_task
from ..calls import CallTimedOut, Dispatch
from ._futures import async_result, call_future, thread_future

__all__ = ["Asyncio", "Futures", "Gevent"]

_BLOCKS = (
    "{call} is to be waited for in {mode} mode by code that runs on the event loop itself (an "
    "asyncio task or callback): the loop would stand still and never see the answer. {remedy} "
    "or run the code with `await ipytango.spawn(function, ...)`."
)


class _Executor:
    """What the three have in common."""

    asynchronous = True
    subexecutor = None

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def in_executor_context(self) -> bool:
        return bool(self._dispatch.thread == get_ident())

    def get_ident(self) -> Any:
        import os

        return self._dispatch.thread, os.getpid()

    def run(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        wait: bool | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Run a Tango call; `wait` and `timeout` (seconds) mean what they mean in PyTango."""
        if kwargs is None:
            kwargs = {}
        if self._dispatch.is_direct:
            return fn(*args, **kwargs)
        return self._run(fn, args, kwargs, wait, timeout)

    def _run(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait: bool | None,
        timeout: float | None,
    ) -> Any:
        raise NotImplementedError

    def _value_of(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        timeout: float | None,
    ) -> Any:
        """Start a call and wait for its value; a time-out is the mode's own error."""
        dispatch = self._dispatch
        try:
            return dispatch.value_of(dispatch.submit(fn, args, kwargs), timeout)
        except CallTimedOut as error:
            raise self._time_out(error) from None

    def _time_out(self, error: CallTimedOut) -> BaseException:
        raise NotImplementedError


class Asyncio(_Executor, AsyncioExecutor):  # type: ignore[misc]
    """The asyncio mode's executor."""

    default_wait = False

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._dispatch.loop

    def _run(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait: bool | None,
        timeout: float | None,
    ) -> Any:
        dispatch = self._dispatch
        loop = asyncio._get_running_loop()
        asked = wait is not None
        if wait is None:
            wait = dispatch.wants_value()
        if not wait:
            return self.delegate(fn, *args, **kwargs)
        if not can_wait():
            if loop is dispatch.loop and asked:
                raise BlocksTheLoop(
                    _BLOCKS.format(call=_name(fn, args), mode="asyncio", remedy="`await` it,")
                )
            if timeout is None:
                return fn(*args, **kwargs)
        return self._value_of(fn, args, kwargs, timeout)

    def _time_out(self, error: CallTimedOut) -> BaseException:
        return asyncio.TimeoutError(str(error))

    def delegate(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Start a call and return its asyncio future."""
        loop = asyncio._get_running_loop() or self._dispatch.loop
        return call_future(self._dispatch.pool, self._dispatch.submit(fn, args, kwargs), loop)

    def submit(
        self, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> concurrent.futures.Future[Any]:
        """Run an event's callback on the loop; its error is reported, as nobody waits for it."""
        outcome = self._on_loop(fn, *args, **kwargs)
        self._dispatch.report_failure(outcome, f"the callback {_callback_name(fn)} of an event")
        return outcome

    def _on_loop(
        self, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> concurrent.futures.Future[Any]:
        """Run `fn` on the loop: a coroutine function as a task, sync code as a green task."""
        work = fn(*args, **kwargs) if inspect.iscoroutinefunction(inspect.unwrap(fn)) else None
        if work is None:
            work = in_green_task(fn, *args, **kwargs)
        return asyncio.run_coroutine_threadsafe(work, self._dispatch.loop)

    def execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run `fn` on the loop; from its own thread that is an awaitable."""
        if self.in_executor_context():
            return fn(*args, **kwargs)
        return self._on_loop(fn, *args, **kwargs).result()


class Futures(_Executor, FuturesExecutor):  # type: ignore[misc]
    """The futures mode's executor."""

    default_wait = True

    def _run(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait: bool | None,
        timeout: float | None,
    ) -> Any:
        if wait is False:
            return self.delegate(fn, *args, **kwargs)
        if timeout is None and not can_wait():
            return fn(*args, **kwargs)
        return self._value_of(fn, args, kwargs, timeout)

    def _time_out(self, error: CallTimedOut) -> BaseException:
        return concurrent.futures.TimeoutError(str(error))

    def delegate(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Start a call and return its concurrent future."""
        dispatch = self._dispatch
        return thread_future(dispatch.pool, dispatch.submit(fn, args, kwargs))


class Gevent(_Executor, GeventExecutor):  # type: ignore[misc]
    """The gevent mode's executor."""

    default_wait = True

    def _run(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        wait: bool | None,
        timeout: float | None,
    ) -> Any:
        if wait is False or (not can_wait() and not self.in_executor_context()):
            result = self.delegate(fn, *args, **kwargs)
            return result if wait is False else result.get(timeout=timeout)
        if not can_wait() and asyncio._get_running_loop() is not None:
            if timeout is None and self._dispatch.place() is Place.CELL:
                return fn(*args, **kwargs)  # a cell that cannot park: the one that loads us
            raise BlocksTheLoop(
                _BLOCKS.format(
                    call=_name(fn, args), mode="gevent", remedy="Use `green_mode=` asyncio there,"
                )
            )
        return self._value_of(fn, args, kwargs, timeout)

    def _time_out(self, error: CallTimedOut) -> BaseException:
        from gevent import Timeout

        timeout: BaseException = Timeout(error.timeout_s)
        return timeout

    def delegate(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Start a call and return its gevent `AsyncResult`."""
        dispatch = self._dispatch
        return async_result(dispatch.pool, dispatch.submit(fn, args, kwargs))

    def submit(
        self, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> concurrent.futures.Future[Any]:
        """Run an event's callback in a greenlet of the shell's hub."""
        outcome: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def work() -> None:
            try:
                outcome.set_result(fn(*args, **kwargs))
            except BaseException as error:
                outcome.set_exception(error)
                raise

        def spawn() -> None:
            import gevent

            gevent.spawn(work)

        door_of(self._dispatch.loop).post(spawn)
        return outcome

    def execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run `fn` in a greenlet of the shell's hub and wait for it."""
        if self.in_executor_context():
            return fn(*args, **kwargs)
        return self.submit(fn, *args, **kwargs).result()


def _callback_name(fn: Callable[..., Any]) -> str:
    return str(getattr(inspect.unwrap(fn), "__qualname__", repr(fn)))


def _name(fn: Callable[..., Any], args: tuple[Any, ...]) -> str:
    shown = ", ".join(repr(arg) for arg in args[1:3])
    return f"{getattr(fn, '__name__', fn)}({shown})".replace("__DeviceProxy__", "")
