"""While a cell waits for a device the event loop goes on, and greenlets go on between the cells."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ipytango.demo import DeviceServer
from support.kernels import Kernel

ROUNDS = 3
MAX_LOST_TICKS = 2


StartServer = Callable[..., DeviceServer]


# --- the ticker -----------------------------------------------------------------------------------

# It has a fixed time-table: a tick that comes a whole period late has lost those in between.
TICKER = """
import asyncio, time

PERIOD_S = 0.01
ticks = lost = 0

async def tick():
    global ticks, lost
    loop = asyncio.get_running_loop()
    due = loop.time() + PERIOD_S
    while True:
        await asyncio.sleep(due - loop.time())
        missed = int((loop.time() - due) / PERIOD_S)
        ticks, lost, due = ticks + 1, lost + missed, due + PERIOD_S * (1 + missed)

if "ticker" not in globals():
    ticker = asyncio.create_task(tick())
slow.set_timeout_millis(20_000)
await asyncio.sleep(3 * PERIOD_S)
"""


@dataclass(frozen=True)
class Ticks:
    """What the ticker did during one wait."""

    seen: int
    lost: int
    elapsed_s: float


def ticks_during(kernel: Kernel, wait: str) -> Ticks:
    """Count in the kernel what the ticker does while the statement runs."""
    outcome = kernel.run(
        "seen_before, lost_before, started = ticks, lost, time.monotonic()\n"
        f"{wait}\n"
        "print(ticks - seen_before, lost - lost_before, time.monotonic() - started)"
    ).check()
    seen, missed, elapsed = outcome.stdout.split()
    return Ticks(int(seen), int(missed), float(elapsed))


@pytest.mark.parametrize(
    ("mode", "wait"),
    [
        ("futures", "slow.sleep(1.0)"),
        ("futures", "slow.command_inout('sleep', 1.0, wait=False).result()"),
        ("gevent", "slow.sleep(1.0)"),
        ("gevent", "slow.command_inout('sleep', 1.0, wait=False).get()"),
        ("asyncio", "slow.sleep(1.0)"),
        ("asyncio", "[device.sleep(1.0) for device in [slow]]"),
        ("asyncio", "await slow.sleep(1.0)"),
    ],
)
def test_loop_ticks_while_a_cell_waits_for_a_slow_command(notebook: Kernel, wait: str) -> None:
    notebook.run(TICKER).check()
    rounds = []
    # What the machine takes away hits the plain sleep as well, and not in every round.
    for _ in range(ROUNDS):
        plain = ticks_during(notebook, "await asyncio.sleep(1.0)")
        waiting = ticks_during(notebook, wait)
        assert waiting.elapsed_s >= 1
        rounds.append((plain, waiting))
        if waiting.lost <= plain.lost + MAX_LOST_TICKS:
            break
    else:
        pytest.fail(f"ticks were lost in every round: {rounds}")


@pytest.mark.parametrize("mode", ["synchronous"])
def test_loop_stands_in_synchronous_mode(notebook: Kernel) -> None:
    notebook.run(TICKER).check()
    waiting = ticks_during(notebook, "slow.sleep(1.0)")
    assert waiting.elapsed_s >= 1
    assert waiting.seen == 0


# What PyTango calls directly in every mode.
NOT_GREEN = (
    "dev.info()",
    "dev.get_attribute_list()",
    "dir(dev)",
    "dev.command_query('State')",
    "dev.is_attribute_polled('flaky')",
    "tango.DeviceProxy(name).flaky",
    "dev.flaky = 1.0",
    "dev.read_attribute_reply(dev.read_attribute_asynch('flaky'), 20_000)",
)


@pytest.mark.parametrize("mode", ["asyncio"])
def test_loop_goes_on_where_pytango_itself_would_block(
    notebook: Kernel, start_server: StartServer
) -> None:
    """The server stands until the loop lets it go on: a loop that stands too gets no answer."""
    server = start_server("slow")
    notebook.run(
        "import os, signal\n"
        f"name, server = {server.devices[0]!r}, {server.pid}\n"
        "dev = tango.DeviceProxy(name); dev.ping()"
    ).check()
    assert dict.fromkeys(NOT_GREEN, "ok") == {
        call: notebook.run(
            "os.kill(server, signal.SIGSTOP)\n"
            "asyncio.get_running_loop().call_later(0.1, os.kill, server, signal.SIGCONT)\n"
            f"{call}"
        ).status
        for call in NOT_GREEN
    }


@pytest.mark.parametrize("mode", ["asyncio"])
def test_loop_goes_on_while_a_group_waits(notebook: Kernel) -> None:
    """It is the loop that ends the wait."""
    notebook.run(
        # Again and again: a request that Tango sends twice hangs twice.
        "answered = False\n"
        "async def release():\n"
        "    while not answered:\n"
        "        if await slow.under_way:\n"
        "            await slow.release()\n"
        "        await asyncio.sleep(0.01)\n"
        "group = tango.Group('all'); group.add('test/slow/1')\n"
        "releasing = asyncio.create_task(release())\n"
        "[reply] = group.read_attribute('ts_hang')\n"
        "answered = True\n"
        "assert not reply.has_failed(), reply.get_err_stack()\n"
        "await releasing"
    ).check()


# --- greenlets ------------------------------------------------------------------------------------

SPEAKER = """
import gevent

def speak():
    for _ in range(10):
        gevent.sleep(0.01)
    print("spoke", "alone", flush=True)

speaker = gevent.spawn(speak)
"""


def test_greenlet_goes_on_between_cells_and_speaks_under_its_own(
    fresh_green_kernel: Kernel,
) -> None:
    cell = fresh_green_kernel.start(SPEAKER)
    cell.finish().check()
    fresh_green_kernel.wait_for_output(cell, "spoke alone")


def test_error_of_a_greenlet_is_shown_under_its_cell(fresh_green_kernel: Kernel) -> None:
    cell = fresh_green_kernel.start(
        "import gevent\n"
        "def fail():\n"
        "    gevent.sleep(0.05)\n"
        "    raise LookupError('lost ' + 'greenlet')\n"
        "failing = gevent.spawn(fail)"
    )
    cell.finish().check()
    fresh_green_kernel.wait_for_output(cell, "lost greenlet")


@pytest.mark.parametrize(
    ("mode", "wait"),
    [
        ("asyncio", "await asyncio.sleep(0.5)"),
        ("asyncio", "await slow.sleep(0.5)"),
        ("asyncio", "slow.sleep(0.5)"),
        ("futures", "slow.sleep(0.5)"),
        ("gevent", "slow.sleep(0.5)"),
        ("gevent", "gevent.sleep(0.5)"),
    ],
)
def test_greenlet_goes_on_while_a_cell_waits(notebook: Kernel, wait: str) -> None:
    """Each of its 10 steps waits for 10 ms: all are over before the cell's wait is."""
    notebook.run(
        "import gevent\n"
        "steps = []\n"
        "def walk():\n"
        "    for number in range(10):\n"
        "        gevent.sleep(0.01)\n"
        "        steps.append(number)\n"
        "walker = gevent.spawn(walk)\n"
        f"{wait}\n"
        "assert steps == list(range(10)), steps"
    ).check()


@pytest.mark.parametrize("mode", ["gevent"])
def test_parallel_greenlets_wait_for_tango_together(notebook: Kernel) -> None:
    """The last one releases the others: one after the other they would never end."""
    notebook.run(
        "import gevent\n"
        "slow.set_timeout_millis(20_000)\n"
        "def release():\n"
        # Again and again: a request that Tango sends twice hangs twice.
        "    while not reading.ready():\n"
        "        if slow.under_way:\n"
        "            slow.release()\n"
        "        gevent.sleep(0.01)\n"
        "    return 'released'\n"
        "reading = gevent.spawn(slow.read_attribute, 'ts_hang')\n"
        "releasing = gevent.spawn(release)\n"
        "gevent.joinall([reading, releasing], raise_error=True)\n"
        "assert reading.value.value == 0.0 and releasing.value == 'released'"
    ).check()
