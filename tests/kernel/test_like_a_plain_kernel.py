"""What works in a plain kernel works in a green one: state from cell to cell, exits, signals."""

import sys

import pytest

from support.cells import results_of
from support.kernels import Kernel

ACROSS_CELLS = {
    "decimal's precision": (
        "import decimal; decimal.getcontext().prec = 5",
        "decimal.getcontext().prec",
        "5",
    ),
    "NumPy's print options": (
        "import numpy as np; np.set_printoptions(precision=2)",
        "np.get_printoptions()['precision']",
        "2",
    ),
    "NumPy's error state": (
        "import numpy as np; before = np.seterr(divide='raise')",
        "np.geterr()['divide']",
        "'raise'",
    ),
    "a context variable": (
        "import contextvars; v = contextvars.ContextVar('v'); token = v.set(7)",
        "v.get()",
        "7",
    ),
    "gevent's locals": ("import gevent.local; l = gevent.local.local(); l.x = 3", "l.x", "3"),
    "gevent's lock": (
        "import gevent.lock; lock = gevent.lock.RLock(); seen = lock.acquire()",
        "lock.release()\nlock.locked()",
        "False",
    ),
}


@pytest.mark.parametrize("what", ACROSS_CELLS)
def test_state_holds_from_cell_to_cell(green_kernel: Kernel, what: str) -> None:
    setting, asking, held = ACROSS_CELLS[what]
    green_kernel.run(setting).check()
    green_kernel.run("import asyncio; await asyncio.sleep(0)").check()
    assert green_kernel.run(asking).check().result == held


def test_gevent_time_out_holds_from_statement_to_statement(green_kernel: Kernel) -> None:
    cell = (
        "import gevent\n"
        "timeout = gevent.Timeout(0.2); timeout = timeout.start() or timeout\n"
        "try:\n    gevent.sleep(10)\n"
        "except gevent.Timeout as caught:\n    seen = caught is timeout\n"
        "finally:\n    timeout.close()\n"
        "seen"
    )
    assert green_kernel.run(cell).check().result == "True"


def test_gevent_time_out_that_outlives_its_cell_harms_nobody(green_kernel: Kernel) -> None:
    green_kernel.run("import gevent; timeout = gevent.Timeout(0.1); timeout.start()").check()
    late = green_kernel.run("import asyncio, time\nawait asyncio.sleep(0.3)")
    assert late.error is None or late.error.ename == "Timeout"
    assert green_kernel.run("gevent.sleep(0.01); 1").check().result == "1"


EXITS = [
    "asyncio.run(main())",
    "asyncio.get_event_loop().run_until_complete(main())",
    "main_script()",
]


@pytest.mark.parametrize("exit_", EXITS)
def test_sys_exit_in_a_script_ends_its_cell_alone(green_kernel: Kernel, exit_: str) -> None:
    green_kernel.run(
        "import asyncio, sys\n"
        "async def main():\n    await asyncio.sleep(0)\n    sys.exit(3)\n"
        "def main_script(): asyncio.run(main())"
    ).check()
    outcome = green_kernel.run(exit_)
    assert outcome.error is not None
    assert outcome.error.ename == "SystemExit"
    assert green_kernel.run("1").check().result == "1"


def test_exit_in_the_background_is_an_error_of_its_task(green_kernel: Kernel) -> None:
    outcome = green_kernel.run("import ipytango, sys\nawait ipytango.spawn(sys.exit, 3)")
    assert outcome.error is not None
    assert "SystemExit(3)" in outcome.error.evalue


CHILDREN = {
    "wait_for": "await asyncio.wait_for(motor(), 60)",
    "gather": "await asyncio.gather(motor(), motor())",
    "run": "asyncio.run(motor())",
    "await_": "ipytango.await_(asyncio.wait_for(motor(), 60))",
    "task group": "async with asyncio.TaskGroup() as group:\n    group.create_task(motor())",
    "task group in run": (
        "async def main():\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(motor())\n"
        "asyncio.run(main())"
    ),
}


@pytest.mark.parametrize("how", CHILDREN)
def test_an_interrupt_ends_the_children_of_a_wait(green_kernel: Kernel, how: str) -> None:
    if "task group" in how and sys.version_info < (3, 11):
        pytest.skip("task groups came with Python 3.11")
    green_kernel.run(
        "import asyncio, ipytango\nsteps = []\n"
        "async def motor():\n"
        "    print('moving', flush=True)\n"
        "    while True:\n        steps.append(1); await asyncio.sleep(0.01)"
    ).check()
    cell = green_kernel.start(CHILDREN[how])
    green_kernel.interrupt_when(cell, "moving")
    assert green_kernel.finish(cell).error is not None
    after = green_kernel.run("before = len(steps); await asyncio.sleep(0.1); len(steps) - before")
    assert after.check().result == "0"


def test_a_swallowed_interrupt_does_not_swallow_the_next(green_kernel: Kernel) -> None:
    green_kernel.run(
        "import asyncio\n"
        "async def stubborn():\n"
        "    print('first', flush=True)\n"
        "    try:\n        await asyncio.sleep(20)\n"
        "    except asyncio.CancelledError:\n        pass\n"
    ).check()
    cell = green_kernel.start(
        "await asyncio.create_task(stubborn())\n"
        "print('second', flush=True)\n"
        "await asyncio.sleep(20)"
    )
    green_kernel.interrupt_when(cell, "first")
    green_kernel.interrupt_when(cell, "second")
    assert green_kernel.finish(cell, timeout=15).error is not None


BUSY = {
    "a greenlet": "gevent.spawn(busy).get()",
    "a task": "await asyncio.create_task(busy_task())",
    "asyncio.run": "asyncio.run(busy_task())",
}


@pytest.mark.parametrize("what", BUSY)
def test_one_interrupt_ends_what_is_busy_beside_the_cell(green_kernel: Kernel, what: str) -> None:
    green_kernel.run(
        "import asyncio, gevent\n"
        "def busy():\n    print('busy', flush=True)\n    while True: pass\n"
        "async def busy_task(): busy()"
    ).check()
    cell = green_kernel.start(BUSY[what])
    green_kernel.interrupt_when(cell, "busy")
    assert green_kernel.finish(cell, timeout=15).error is not None
    assert results_of(green_kernel, {"1 + 1": "2"}) == {"1 + 1": "2"}


def test_signal_handlers_of_the_loop_hear_their_signals(green_kernel: Kernel) -> None:
    heard = green_kernel.run(
        "import asyncio, os, signal\n"
        "loop, heard = asyncio.get_running_loop(), []\n"
        "loop.add_signal_handler(signal.SIGUSR1, heard.append, 1)\n"
    ).check()
    cell = "os.kill(os.getpid(), signal.SIGUSR1)\nawait asyncio.sleep(0.2)\nheard"
    heard = green_kernel.run(cell).check()
    assert heard.result == "[1]"
    green_kernel.run("loop.remove_signal_handler(signal.SIGUSR1)").check()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_groups_show_no_frame_of_the_machinery(green_kernel: Kernel) -> None:
    outcome = green_kernel.run(
        "import asyncio, ipytango\n"
        "async def fails(): await ipytango.spawn(lambda: 1 / 0)\n"
        "async with asyncio.TaskGroup() as group:\n    group.create_task(fails())"
    )
    shown = outcome.text + outcome.stderr
    assert "ZeroDivisionError" in shown
    assert "_bridge.py" not in shown
