"""What waits for a call: it tells of a cancelled one in its own kind, and keeps no failed one."""

import asyncio
import concurrent.futures
import contextlib
import gc
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import tango

from ipytango.client import Call, Limits
from ipytango.client.calls._dispatch import Dispatch, _lane_of
from ipytango.client.modes._futures import async_result, call_future, thread_future
from ipytango.green import Boundaries, in_green_task

PATIENCE_S = 5.0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[Dispatch]:
    """Dispatch calls on the running loop, one at a time."""

    def report(what: str, error: BaseException, context: object) -> None:
        pytest.fail(f"{what}: {error!r}")

    loop, limits = asyncio.get_running_loop(), Limits(workers=1)
    dispatch = Dispatch(loop, Boundaries(), report, limits, shield=contextlib.nullcontext)
    try:
        yield dispatch
    finally:
        dispatch.pool.close()


# --- the ways to wait -----------------------------------------------------------------------------
#
# Each pops the call from a list: its frame is in the traceback of the error, and must not be what
# keeps the call. Each gives the kind of error that the wait ends with, and a weak reference to it.

Caught = tuple[type[BaseException], "weakref.ref[BaseException]"]
Way = Callable[[Dispatch, list[Call]], Awaitable[Caught]]


def value(dispatch: Dispatch, calls: list[Call]) -> Any:
    return dispatch.value_of(calls.pop())


def thread_result(dispatch: Dispatch, calls: list[Call]) -> Any:
    return thread_future(dispatch.pool, calls.pop()).result(PATIENCE_S)


def thread_exception(dispatch: Dispatch, calls: list[Call]) -> Any:
    error = thread_future(dispatch.pool, calls.pop()).exception(PATIENCE_S)
    try:
        raise error or AssertionError("the call has not failed")
    finally:
        del error


def gevent_result(dispatch: Dispatch, calls: list[Call]) -> Any:
    try:
        return async_result(dispatch.pool, calls.pop()).get(timeout=PATIENCE_S)
    finally:
        gevent.get_hub().destroy()


def caught(wait: Callable[[Dispatch, list[Call]], Any], *arguments: Any) -> Caught:
    try:
        wait(*arguments)
    except BaseException as error:  # noqa: BLE001 - it is what is looked at
        return type(error), weakref.ref(error)
    pytest.fail("the call has not failed")


def in_green_code(wait: Callable[[Dispatch, list[Call]], Any]) -> Way:
    return lambda dispatch, calls: in_green_task(caught, wait, dispatch, calls)


def in_thread(wait: Callable[[Dispatch, list[Call]], Any]) -> Way:
    return lambda dispatch, calls: asyncio.to_thread(caught, wait, dispatch, calls)


async def awaited(dispatch: Dispatch, calls: list[Call]) -> Caught:
    try:
        await call_future(dispatch.pool, calls.pop(), dispatch.loop)
    except BaseException as error:  # noqa: BLE001 - it is what is looked at
        return type(error), weakref.ref(error)
    pytest.fail("the call has not failed")


async def awaited_on_another_loop(dispatch: Dispatch, calls: list[Call]) -> Caught:
    return await asyncio.to_thread(lambda: asyncio.run(awaited(dispatch, calls)))


WAYS: dict[str, Way] = {
    "value in green code": in_green_code(value),
    "value in a thread": in_thread(value),
    "result in green code": in_green_code(thread_result),
    "result in a thread": in_thread(thread_result),
    "exception in green code": in_green_code(thread_exception),
    "exception in a thread": in_thread(thread_exception),
    "awaited": awaited,
    "awaited on another loop": awaited_on_another_loop,
    "gevent": in_thread(gevent_result),
}
KINDS = {
    name: asyncio.CancelledError if "awaited" in name else concurrent.futures.CancelledError
    for name in WAYS
}


@pytest.mark.parametrize("way", WAYS)
def test_cancelled_call_raises_the_kind_of_what_waits(way: str) -> None:
    async def main() -> None:
        gate = threading.Event()
        with one_at_a_time() as dispatch:
            running = dispatch.submit(gate.wait, (PATIENCE_S,), {})
            queued = dispatch.submit(int, ("sys/tg_test/1",), {})
            waiting = asyncio.ensure_future(WAYS[way](dispatch, [queued]))
            await asyncio.sleep(0)  # whether it waits already or comes later: the same
            assert dispatch.pool.cancel(queued)
            kind, _ = await waiting
            assert kind is KINDS[way]
            gate.set()
            assert await asyncio.to_thread(dispatch.value_of, running)

    asyncio.run(main())


class Failure(Exception):
    """What a device answers."""


def fail() -> None:
    raise Failure


# Not gevent's: a frame of its own, in the traceback, holds the error.
@pytest.mark.parametrize("way", [way for way in WAYS if way != "gevent"])
def test_failed_call_is_gone_when_nobody_holds_its_error(way: str) -> None:
    async def main() -> None:
        with one_at_a_time() as dispatch:
            calls = [dispatch.submit(fail, (), {})]
            kind, error = await WAYS[way](dispatch, calls)
            assert kind is Failure
            deadline = time.monotonic() + PATIENCE_S
            while error() is not None:  # a worker may be just about to let go of it
                assert time.monotonic() < deadline, gc.get_referrers(error())
                await asyncio.sleep(1e-3)

    gc.collect()
    gc.disable()
    try:
        asyncio.run(main())
    finally:
        gc.enable()


# --- lanes ----------------------------------------------------------------------------------------


def test_lanes_are_named_by_where_the_calls_go(tango_host: str, tmp_path: Path) -> None:
    host, _, port = tango_host.partition(":")
    database = tango.Database(host, int(port))
    assert _lane_of(database) == f"{database.get_db_host()}:{port}"
    assert _lane_of(tango.Group("gauges")) == "group gauges"
    assert _lane_of(tango.Group("pumps")) == "group pumps"
    assert _lane_of("SYS/tg_test/1") == "sys/tg_test/1"
    file = tmp_path / "devices.db"
    file.write_text('Server/test/DEVICE/Class: "test/device/1"\n')
    assert _lane_of(tango.Database(str(file))) == str(file)
