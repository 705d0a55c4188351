"""The pool of calls: whose turn it is, what an interrupt leaves, what a cancelled call gives."""

import concurrent.futures
import contextlib
import gc
import logging
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ipytango.client import Call, CallPool, Limits
from ipytango.client.calls import _pool
from ipytango.green import start_new_thread

PATIENCE_S = 5.0
MANY = 1000


@contextlib.contextmanager
def closing(pool: CallPool) -> Iterator[CallPool]:
    """Close the pool afterwards, so that its threads end."""
    try:
        yield pool
    finally:
        pool.close()


def submit(pool: CallPool, device: str, function: Callable[..., Any], *args: Any) -> Call:
    return pool.submit(device, function, args, {})


def value_of(call: Call) -> Any:
    assert call.wait(PATIENCE_S), f"no answer from {call.device}"
    return call.outcome()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(1e-3)


class Held:
    """A call that lasts until it is let go."""

    def __init__(self, pool: CallPool, device: str) -> None:
        self._gate = threading.Event()
        self.call = submit(pool, device, self._gate.wait, PATIENCE_S)

    def let_go(self) -> None:
        self._gate.set()
        assert value_of(self.call)


# --- whose turn it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits", [Limits(workers=1), Limits(per_server=1)], ids=["workers", "server"]
)
def test_device_that_is_asked_without_end_does_not_starve_another(limits: Limits) -> None:
    with closing(CallPool(limits, server_of=lambda _: "one")) as pool:
        for device in ("busy", "other"):
            value_of(submit(pool, device, int))
        until(lambda: not pool.snapshot().running)
        going_on = True

        def again(_: Call) -> None:
            if going_on:
                submit(pool, "busy", time.sleep, 1e-3).when_done(again)

        first = Held(pool, "busy")
        for _ in range(3):
            submit(pool, "busy", time.sleep, 1e-3).when_done(again)
        other = submit(pool, "other", lambda: "heard")
        first.let_go()
        assert value_of(other) == "heard"
        going_on = False
        until(lambda: not pool.snapshot().running)


def test_devices_take_turns_and_each_keeps_its_order() -> None:
    with closing(CallPool(Limits(workers=1))) as pool:
        arrivals: list[str] = []
        first = Held(pool, "gate")
        calls = [
            submit(pool, device, arrivals.append, f"{device}{number}")
            for device in "abc"
            for number in range(3)
        ]
        first.let_go()
        for call in calls:
            value_of(call)
        assert arrivals == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


def test_higher_limit_starts_the_queued_in_turns() -> None:
    with closing(CallPool(Limits(workers=1))) as pool:
        holds = [Held(pool, device) for device in "aaabbb"]
        pool.limits = Limits(workers=3)
        running = {lane.name: lane.running for lane in pool.snapshot().devices}
        assert running == {"a": 2, "b": 1}
        for hold in (holds[0], holds[1], holds[3], holds[2], holds[4], holds[5]):
            hold.let_go()


def test_many_calls_of_many_devices_all_run() -> None:
    with closing(CallPool(Limits(per_server=7), server_of=lambda _: "one")) as pool:
        calls = [
            submit(pool, f"device {number % 50}", lambda value: value, number)
            for number in range(MANY)
        ]
        assert [value_of(call) for call in calls] == list(range(MANY))


# --- servers --------------------------------------------------------------------------------------


def test_reply_does_not_wait_for_the_name_of_the_server() -> None:
    named = threading.Event()

    def server_of(_: Call) -> str:
        assert named.wait(PATIENCE_S)
        return "one"

    with closing(CallPool(Limits(), server_of=server_of)) as pool:
        try:
            assert value_of(submit(pool, "device", lambda: "reply")) == "reply"
            # What is asked meanwhile has to be counted at that server, so it waits for the name.
            second = submit(pool, "device", lambda: "second")
            assert not second.running
            assert not second.done
        finally:
            named.set()
        assert value_of(second) == "second"


def test_cap_of_a_server_holds_for_devices_that_have_just_answered() -> None:
    with closing(CallPool(Limits(per_server=3), server_of=lambda _: "one")) as pool:
        devices = [f"device {number}" for number in range(5)]
        for device in devices:
            value_of(submit(pool, device, int))
        holds = [Held(pool, device) for device in devices]
        until(lambda: pool.snapshot().running == 3)
        until(lambda: len(pool._servers) == 1 and not pool._unplaced.running)
        assert (pool.snapshot().running, pool.snapshot().queued) == (3, 2)
        while holds:
            running = next(hold for hold in holds if hold.call.running)
            running.let_go()
            holds.remove(running)


def test_server_that_cannot_be_named_is_logged_and_costs_no_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def server_of(_: Call) -> str:
        raise LookupError("no such server")

    with closing(CallPool(Limits(workers=1), server_of=server_of)) as pool:
        with caplog.at_level(logging.ERROR, "ipytango.client"):
            assert value_of(submit(pool, "device", lambda: 1)) == 1
            assert value_of(submit(pool, "device", lambda: 2)) == 2
            until(lambda: not pool.snapshot().running)
        assert "the server process of device could not be found" in caplog.text
        assert "no such server" in caplog.text


# --- interrupts -----------------------------------------------------------------------------------


@contextlib.contextmanager
def interrupt_at_the_end() -> Iterator[None]:
    """Keep SIGINT off until the end of the block."""
    interrupts: list[int] = []
    found = signal.signal(signal.SIGINT, lambda signum, _: interrupts.append(signum))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, found)
    if interrupts:
        raise KeyboardInterrupt


def interrupted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have a Ctrl-C come in the moment before `function` is called."""

    def call(*args: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return function(*args)

    return call


def test_interrupt_while_a_call_starts_costs_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(CallPool(Limits(workers=1), shield=interrupt_at_the_end)) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(_pool, "start_new_thread", interrupted(start_new_thread))
            with pytest.raises(KeyboardInterrupt):
                submit(pool, "device", int)
        assert value_of(submit(pool, "device", lambda: "well")) == "well"
        until(lambda: not pool.snapshot().running)


def test_interrupt_while_a_limit_is_raised_loses_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(CallPool(Limits(workers=1), shield=interrupt_at_the_end)) as pool:
        holds = [Held(pool, "device") for _ in range(3)]
        with monkeypatch.context() as patch:
            patch.setattr(_pool, "start_new_thread", interrupted(start_new_thread))
            with pytest.raises(KeyboardInterrupt):
                pool.limits = Limits()
        for hold in reversed(holds):
            hold.let_go()


def test_interrupted_submission_leaves_nothing_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(CallPool(Limits(workers=1), shield=interrupt_at_the_end)) as pool:
        hold = Held(pool, "device")
        monkeypatch.setattr(pool, "_has_room", interrupted(pool._has_room))
        with pytest.raises(KeyboardInterrupt):
            submit(pool, "device", pytest.fail, "nobody waits for this call")
        monkeypatch.undo()
        assert pool.snapshot().queued == 0
        hold.let_go()


# --- outcomes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("withdraw", [CallPool.cancel, lambda pool, _: pool.close()])
def test_call_that_was_taken_out_says_so(withdraw: Callable[[CallPool, Call], object]) -> None:
    with closing(CallPool(Limits(workers=1))) as pool:
        hold = Held(pool, "sys/tg_test/1")
        queued = submit(pool, "sys/tg_test/1", int)
        withdraw(pool, queued)
        assert queued.cancelled
        with pytest.raises(
            concurrent.futures.CancelledError,
            match="the call to sys/tg_test/1 was taken out of the queue",
        ):
            value_of(queued)
        hold.let_go()


class Failure(Exception):
    """What a device answers."""


def fail() -> None:
    raise Failure


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def error_of(calls: list[Call]) -> "weakref.ref[Failure]":
    # The traceback holds this frame, which therefore must not hold the call.
    assert calls[0].wait(PATIENCE_S)
    try:
        calls.pop().outcome()
    except Failure as error:
        return weakref.ref(error)
    pytest.fail("the call has not failed")


def test_failed_call_is_gone_with_its_error() -> None:
    with closing(CallPool(Limits())) as pool, without_collector():
        error = error_of([submit(pool, "device", fail)])
        until(lambda: error() is None)
