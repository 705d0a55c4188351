"""What ``wait=False`` gives: the field's own future types, awaitable and cancellable everywhere."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable, Generator
from typing import Any

import gevent
from gevent.event import AsyncResult

from ...errors import DoorError
from ...green import await_, can_wait, door_of
from ..calls import Call, CallPool

__all__ = [
    "CallFuture",
    "CallResult",
    "ThreadFuture",
    "async_result",
    "call_future",
    "thread_future",
]


class CallFuture(asyncio.Future[Any]):
    """The asyncio future of a Tango call; it can be awaited on any thread's event loop."""

    call: Call
    """The call that it stands for."""

    _pool: CallPool

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the future, and take the call out of the queue if the device has not got it."""
        cancelled = super().cancel(msg=msg)
        if cancelled:
            self._pool.cancel(self.call)
        return cancelled

    def __await__(self) -> Generator[Any, None, Any]:
        if asyncio.get_running_loop() is self.get_loop():
            return super().__await__()
        return self._relay().__await__()

    __iter__ = __await__

    async def _relay(self) -> Any:
        here = asyncio.get_running_loop().create_future()
        self.call.when_done(_resolver_of(here))
        with contextlib.suppress(DoorError):
            # The error is seen here: asyncio is not to say at home that nobody has.
            door_of(self.get_loop()).post(self.add_done_callback, _see)
        try:
            return await here
        finally:
            del self, here  # they hold the error, whose traceback holds this frame


class ThreadFuture(concurrent.futures.Future[Any]):
    """The concurrent future of a Tango call; `result` parks a cell instead of blocking the loop."""

    call: Call
    """The call that it stands for."""

    _pool: CallPool

    def result(self, timeout: float | None = None) -> Any:
        try:
            self._park(timeout)
            return super().result(timeout)
        finally:
            del self  # it holds the error, whose traceback holds this frame

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._park(timeout)
        return super().exception(timeout)

    def cancel(self) -> bool:
        """Take the call out of the queue; one that the device has goes on, and gives False."""
        return self._pool.cancel(self.call) or self.cancelled()

    def running(self) -> bool:
        """Say whether the device has the call."""
        return self.call.running

    def _park(self, timeout: float | None) -> None:
        """Wait as green code does where that is possible; super() then finds it done."""
        if self.done() or not can_wait():
            return
        here = asyncio.wrap_future(_unchained(self))
        try:
            await_(asyncio.wait_for(here, timeout))
        except asyncio.TimeoutError:
            raise concurrent.futures.TimeoutError from None


class CallResult(AsyncResult):  # type: ignore[misc]
    """The gevent result of a Tango call."""

    call: Call
    """The call that it stands for."""

    _pool: CallPool

    def cancel(self) -> bool:
        """Take the call out of the queue; one that the device has goes on, and gives False."""
        return self._pool.cancel(self.call) or self.cancelled()

    def cancelled(self) -> bool:
        """Say whether the call was taken out of the queue."""
        return self.call.cancelled


def _unchained(future: concurrent.futures.Future[Any]) -> concurrent.futures.Future[None]:
    """Return a future that tells when `future` is done; cancelling it cancels nothing."""
    told: concurrent.futures.Future[None] = concurrent.futures.Future()

    def tell(_: object) -> None:
        if told.set_running_or_notify_cancel():
            told.set_result(None)

    future.add_done_callback(tell)
    return told


def call_future(pool: CallPool, call: Call, loop: asyncio.AbstractEventLoop) -> CallFuture:
    """Return the asyncio future of `call` on `loop`; cancelling it takes a queued call out."""
    future = CallFuture(loop=loop)
    future.call = call
    future._pool = pool
    call.when_done(_resolver_of(future))
    return future


def _see(done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()


def _resolver_of(future: asyncio.Future[Any]) -> Callable[[Call], None]:
    """Return what hands a call's outcome from any thread to `future`."""
    door = door_of(future.get_loop())

    def resolve(call: Call) -> None:
        # A loop that has ended has nobody left who could want the outcome.
        with contextlib.suppress(DoorError):
            door.post(_resolve, future, call)

    return resolve


def _resolve(future: asyncio.Future[Any], call: Call) -> None:
    if future.done():
        return
    if call.cancelled:
        future.cancel(str(call.error))
    elif call.error is None:
        future.set_result(call.result)
    elif isinstance(call.error, StopIteration):
        future.set_exception(RuntimeError(f"{call.function} raised StopIteration"))
    else:
        future.set_exception(call.error)


def thread_future(pool: CallPool, call: Call) -> ThreadFuture:
    """Return the concurrent future of `call`."""
    future = ThreadFuture()
    future.call = call
    future._pool = pool

    def resolve(call: Call) -> None:
        if call.cancelled:
            concurrent.futures.Future.cancel(future)
            future.set_running_or_notify_cancel()
        elif call.error is None:
            future.set_result(call.result)
        else:
            future.set_exception(call.error)

    call.when_done(resolve)
    return future


def async_result(pool: CallPool, call: Call) -> CallResult:
    """Return the gevent result of `call`, on this thread's hub."""
    result = CallResult()
    result.call = call
    result._pool = pool
    # An active watcher keeps a native hub from believing that it waits for ever.
    watcher = gevent.get_hub().loop.async_()

    def resolve() -> None:
        watcher.stop()
        watcher.close()
        if call.error is None:
            result.set(call.result)
        else:
            result.set_exception(call.error, _exc_info(call.error))

    watcher.start(resolve)
    call.when_done(lambda _: watcher.send())
    return result


def _exc_info(error: BaseException) -> tuple[type[BaseException], BaseException, Any]:
    return type(error), error, error.__traceback__
