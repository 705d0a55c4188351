"""Gates: any thread opens them; while green code is parked at one, its loop goes on."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from ipytango.errors import NotInGreenTask
from ipytango.green import LoopGate, ThreadGate, gate_here, in_green_task, spawn

BRIEF_S = 0.02
PATIENCE_S = 5.0


def from_a_thread(function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join(PATIENCE_S)


def opened_after(began: threading.Event, gate: LoopGate) -> None:
    began.wait(PATIENCE_S)
    gate.open()


def test_a_thread_waits_blocking() -> None:
    gate = gate_here()
    assert isinstance(gate, ThreadGate)
    assert not gate.wait(BRIEF_S)
    assert not gate.wait(0.0)
    from_a_thread(gate.open)
    assert gate.wait()


def test_green_code_parks_until_a_thread_opens() -> None:
    def wait(began: threading.Event) -> bool:
        gate = gate_here()
        assert isinstance(gate, LoopGate)
        threading.Thread(target=opened_after, args=(began, gate)).start()
        return gate.wait()

    async def main() -> None:
        began = threading.Event()
        waiting = spawn(wait, began)
        await asyncio.sleep(BRIEF_S)
        assert not waiting.done()
        began.set()  # the loop has gone on: else nobody could
        assert await asyncio.wait_for(waiting, PATIENCE_S)

    asyncio.run(main())


@pytest.mark.parametrize("timeout_s", [-1.0, 0.0, BRIEF_S])
def test_the_time_is_over(timeout_s: float) -> None:
    async def main() -> None:
        assert not await in_green_task(lambda: gate_here().wait(timeout_s))
        assert not await LoopGate().opened(timeout_s)

    asyncio.run(main())
    assert not ThreadGate().wait(timeout_s)


@pytest.mark.parametrize("timeout_s", [None, PATIENCE_S])
def test_an_open_gate_stops_nobody(timeout_s: float | None) -> None:
    def open_and_wait() -> bool:
        gate = gate_here()
        gate.open("what a callback gets", "is not looked at")
        gate.open()
        return gate.wait(timeout_s)

    async def awaited() -> bool:
        gate = LoopGate()
        from_a_thread(gate.open)
        return await gate.opened(timeout_s)

    assert open_and_wait()
    assert asyncio.run(in_green_task(open_and_wait))
    assert asyncio.run(awaited())


def test_a_cancelled_wait_leaves_a_gate_that_may_still_be_opened() -> None:
    async def main() -> None:
        gates: list[LoopGate] = []

        def wait() -> None:
            gates.append(LoopGate())
            gates[0].wait(PATIENCE_S)

        waiting = spawn(wait)
        await asyncio.sleep(0)
        waiting.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert time.monotonic() - began < PATIENCE_S / 2
        gates[0].open()
        await asyncio.sleep(0)  # the loop calls its handler here if that fails

    asyncio.run(main(), debug=True)


def test_a_gate_of_a_loop_that_has_ended_is_opened_for_nobody() -> None:
    async def main() -> LoopGate:
        return LoopGate()

    asyncio.run(main()).open()


def test_a_loop_gate_parks_only_green_code() -> None:
    async def main() -> None:
        with pytest.raises(NotInGreenTask):
            LoopGate().wait()

    asyncio.run(main())
