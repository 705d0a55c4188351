"""The stop button ends a cell at once, whatever it does, and leaves the kernel as it was."""

import sys

import pytest

from support.kernels import Kernel, KernelSilent
from support.messages import Outcome

# No wait of these cells ends by itself in so long: what does within, has been interrupted.
PROMPT_S = 6.0
# A person who sees nothing happen presses again.
PRESS_AGAIN_S = 0.5
MAX_PRESSES = 5

DEFINITIONS = """
import asyncio, signal, threading, time
import gevent, gevent.event, numpy
import ipytango
slow.set_timeout_millis(30_000)

async def busy():
    print("interrupt", "me", flush=True)
    while True:
        pass

def busy_in_sync_code():
    print("interrupt", "me", flush=True)
    while True:
        pass

async def wait_for_tango():
    await slow.command_inout("sleep", 20.0, green_mode=tango.GreenMode.Asyncio)

def once_parked():
    # The loop runs this only when the cell has parked.
    asyncio.get_running_loop().call_soon(lambda: print("interrupt", "me", flush=True))
"""

ANY_MODE = ["futures", "gevent", "asyncio"]
KEYBOARD = {"KeyboardInterrupt"}
AWAITED = {"KeyboardInterrupt", "CancelledError"}

PARKED = [
    *((mode, "slow.sleep(20.0)", KEYBOARD) for mode in ANY_MODE),
    *((mode, "[device.sleep(20.0) for device in [slow]]", KEYBOARD) for mode in ANY_MODE),
    *((mode, "slow.ts_hang", KEYBOARD) for mode in ANY_MODE),
    *((mode, "await asyncio.sleep(20)", AWAITED) for mode in ["synchronous", *ANY_MODE]),
    *((mode, "gevent.sleep(20)", KEYBOARD) for mode in ["synchronous", *ANY_MODE]),
    ("asyncio", "await slow.sleep(20.0)", AWAITED),
    ("asyncio", "await asyncio.gather(slow.sleep(20.0), slow.ping())", AWAITED),
    ("futures", "slow.command_inout('sleep', 20.0, wait=False).result()", KEYBOARD),
    ("gevent", "slow.command_inout('sleep', 20.0, wait=False).get()", KEYBOARD),
    ("gevent", "gevent.event.Event().wait()", KEYBOARD),
    ("gevent", "gevent.joinall([gevent.spawn(gevent.sleep, 20)])", KEYBOARD),
    ("gevent", "gevent.spawn(slow.sleep, 20.0).get()", KEYBOARD),
    ("asyncio", "asyncio.run(asyncio.sleep(20))", KEYBOARD),
    ("asyncio", "asyncio.run(wait_for_tango())", KEYBOARD),
    ("asyncio", "asyncio.get_event_loop().run_until_complete(asyncio.sleep(20))", KEYBOARD),
    ("asyncio", "ipytango.await_(asyncio.sleep(20))", KEYBOARD),
    ("asyncio", "await ipytango.spawn(slow.sleep, 20.0)", AWAITED),
]

BUSY = {
    "busy loop": "busy_in_sync_code()",
    # A signal in the last moment before a system call waits for its end, in any Python (of a
    # thousand in a plain kernel, 6): so this one comes when the sleep has begun.
    "time.sleep": "threading.Timer(0.2, print, ['interrupt', 'me']).start(); time.sleep(20)",
    "numpy": (
        "matrix = numpy.ones((200, 200)); print('interrupt', 'me', flush=True)\n"
        "while True: matrix @ matrix"
    ),
    "awaited coroutine": "await busy()",
    "timed cell": "%time busy_in_sync_code()",
    "after a wait": "slow.ping(); busy_in_sync_code()",
    "after an await": "await asyncio.sleep(0); busy_in_sync_code()",
}

# Here the loop itself stands in code that is not the cell's.
BUSY_ON_THE_LOOP = {
    "task": "await asyncio.create_task(busy())",
    "gathered": "await asyncio.gather(busy())",
    "asyncio.run": "asyncio.run(busy())",
    "spawned": "await ipytango.spawn(busy_in_sync_code)",
    "greenlet": "gevent.spawn(busy_in_sync_code).get()",
    "callback": "asyncio.get_running_loop().call_soon(busy_in_sync_code); slow.sleep(0.1)",
}


@pytest.fixture
def ready(
    notebook: Kernel, slow_devices: tuple[str, ...], request: pytest.FixtureRequest
) -> Kernel:
    """The notebook with what the cells use.

    An interrupted call goes on at its device: the tests take turns at all but the first device,
    which those of other modules use.
    """
    turn = request.session.items.index(request.node)
    device = slow_devices[1 + turn % (len(slow_devices) - 1)]
    notebook.run(f"slow = tango.DeviceProxy({device!r})\n{DEFINITIONS}").check()
    return notebook


def interrupted(kernel: Kernel, code: str) -> Outcome:
    """Run the cell, interrupt it as soon as it asks for that; gives its end."""
    cell = kernel.start(code)
    kernel.interrupt_when(cell, "interrupt me")
    return cell.finish(PROMPT_S)


def pressed_until_it_ends(kernel: Kernel, code: str) -> Outcome:
    """Run the cell, and interrupt it as a person does who sees nothing happen; gives its end."""
    cell = kernel.start(code)
    kernel.wait_for_output(cell, "interrupt me")
    for _ in range(MAX_PRESSES):
        kernel.interrupt()
        try:
            return cell.finish(PRESS_AGAIN_S)
        except KernelSilent:
            continue
    raise AssertionError(f"still busy after {MAX_PRESSES} interrupts")


def assert_next_cells_work(kernel: Kernel) -> None:
    """Compute, wait for the loop, and ask a device."""
    assert kernel.run("6 * 7").check().result == "42"
    kernel.run("await asyncio.sleep(0.01)").check()
    kernel.run("gevent.sleep(0.01)").check()
    assert kernel.run("dev.DevString('well')").check().result == "'well'"


def ename(outcome: Outcome) -> str:
    """Name the error with which the cell ended."""
    return "none" if outcome.error is None else outcome.error.ename


@pytest.mark.parametrize(
    ("mode", "wait", "expected"), PARKED, ids=[f"{mode}: {wait}" for mode, wait, _ in PARKED]
)
def test_interrupt_ends_a_wait(ready: Kernel, wait: str, expected: set[str]) -> None:
    assert ename(interrupted(ready, f"once_parked()\n{wait}")) in expected
    assert_next_cells_work(ready)


@pytest.mark.parametrize("code", BUSY.values(), ids=BUSY)
@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_interrupt_ends_running_code(ready: Kernel, code: str) -> None:
    assert ename(interrupted(ready, code)) == "KeyboardInterrupt"
    assert_next_cells_work(ready)


# Both send a signal when `armed` says so, at a moment when no code of the cell runs.
BEFORE_A_STATEMENT = """
armed, compiler, original = [], get_ipython().compile, get_ipython().compile.extra_flags
def extra_flags(flags):
    if armed:
        signal.raise_signal(armed.pop())
    return original(flags)
def undo():
    compiler.extra_flags = original
compiler.extra_flags = extra_flags
"""
AFTER_A_STATEMENT = """
armed, original = [], ipytango.green.GreenTask._end_of
def end_of(self, job):
    ended = original(self, job)
    if armed:
        signal.raise_signal(armed.pop())
    return ended
def undo():
    ipytango.green.GreenTask._end_of = original
ipytango.green.GreenTask._end_of = end_of
"""


@pytest.mark.parametrize("moment", [BEFORE_A_STATEMENT, AFTER_A_STATEMENT], ids=["before", "after"])
@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_interrupt_between_two_statements_ends_the_cell(ready: Kernel, moment: str) -> None:
    ready.run(moment).check()
    try:
        outcome = ready.run("armed.append(signal.SIGINT)\nprint('went on')\nprint('to the end')")
        assert ename(outcome) == "KeyboardInterrupt"
        assert outcome.stdout == ""
        assert_next_cells_work(ready)
    finally:
        ready.run("undo()").check()


@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_interrupt_after_the_last_statement_is_not_for_the_next_cell(ready: Kernel) -> None:
    ready.run(AFTER_A_STATEMENT).check()
    try:
        ready.run("armed.append(signal.SIGINT)").check()
        assert_next_cells_work(ready)
    finally:
        ready.run("undo()").check()


@pytest.mark.parametrize("code", BUSY_ON_THE_LOOP.values(), ids=BUSY_ON_THE_LOOP)
@pytest.mark.parametrize("mode", ["asyncio"])
def test_interrupts_end_what_keeps_the_loop_busy(ready: Kernel, code: str) -> None:
    """The first one waits for the loop, since it may be about to come on; the next one does not."""
    assert pressed_until_it_ends(ready, code).status == "error"
    assert_next_cells_work(ready)


@pytest.mark.parametrize(("mode", "wait"), [(mode, "slow.sleep(20.0)") for mode in ANY_MODE])
def test_caught_interrupt_lets_the_cell_go_on(ready: Kernel, wait: str) -> None:
    outcome = interrupted(
        ready,
        "once_parked()\n"
        "try:\n"
        f"    {wait}\n"
        "except KeyboardInterrupt:\n"
        "    print('caught')\n"
        "print(dev.DevString('went on'))\n"
        "print(await asyncio.wait_for(asyncio.sleep(0.01, 'in time'), 10))\n"
        "try:\n"
        "    await asyncio.wait_for(asyncio.sleep(20), 0.01)\n"
        "except asyncio.TimeoutError:\n"
        "    print('late')",
    ).check()
    assert outcome.stdout.splitlines() == ["interrupt me", "caught", "went on", "in time", "late"]
    assert_next_cells_work(ready)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout came with Python 3.11")
@pytest.mark.parametrize(
    ("mode", "wait"),
    [
        ("asyncio", "slow.sleep(20.0)"),
        ("asyncio", "asyncio.run(asyncio.sleep(20))"),
        ("gevent", "gevent.sleep(20)"),
    ],
)
def test_structured_waits_work_after_a_caught_interrupt(ready: Kernel, wait: str) -> None:
    outcome = interrupted(
        ready,
        "once_parked()\n"
        "try:\n"
        f"    {wait}\n"
        "except KeyboardInterrupt:\n"
        "    print('caught')\n"
        "async with asyncio.timeout(10):\n"
        "    print(await asyncio.sleep(0.01, 'in time'))\n"
        "try:\n"
        "    async with asyncio.timeout(0.01):\n"
        "        await asyncio.sleep(20)\n"
        "except TimeoutError:\n"
        "    print('late')\n"
        "async with asyncio.TaskGroup() as group:\n"
        "    task = group.create_task(asyncio.sleep(0.01, 'grouped'))\n"
        "print(task.result(), asyncio.current_task().cancelling())",
    ).check()
    assert outcome.stdout.splitlines() == [
        "interrupt me",
        "caught",
        "in time",
        "late",
        "grouped 0",
    ]


@pytest.mark.parametrize("mode", ["asyncio"])
def test_timeout_of_the_cell_itself_is_no_interrupt(ready: Kernel) -> None:
    outcome = ready.run("await asyncio.wait_for(slow.sleep(20.0), 0.05)")
    assert ename(outcome) == "TimeoutError"


@pytest.mark.parametrize(("mode", "wait"), [(mode, "slow.sleep(20.0)") for mode in ANY_MODE])
def test_interrupt_leaves_other_work_alone(ready: Kernel, wait: str) -> None:
    ready.run(
        "async def bystand():\n"
        "    await asyncio.Event().wait()\n"
        "bystander = asyncio.create_task(bystand())\n"
        "greenlet = gevent.spawn(gevent.sleep, 600)\n"
        "await asyncio.sleep(0)"
    ).check()
    assert ename(interrupted(ready, f"once_parked()\n{wait}")) == "KeyboardInterrupt"
    ready.run("assert not bystander.done() and not greenlet.ready()").check()
    ready.run("bystander.cancel(); greenlet.kill()").check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_interrupt_between_cells_does_no_harm(ready: Kernel) -> None:
    """The kernel has seen it when the next cell runs: a signal interrupts its wait for messages."""
    assert ready.idle
    ready.interrupt()
    assert_next_cells_work(ready)


@pytest.mark.parametrize("mode", ["asyncio"])
def test_interrupted_kernel_can_be_interrupted_again(ready: Kernel) -> None:
    for _ in range(3):
        for code in ("once_parked(); gevent.sleep(20)", "busy_in_sync_code()"):
            assert ename(interrupted(ready, code)) == "KeyboardInterrupt"
    assert_next_cells_work(ready)
