"""A Tango call gives the same kind of result on every thread, in each green mode."""

import json
from typing import Any

import pytest

from support.kernels import Kernel

# What sync code can ask for; `kinds` gives what it gets, by the name of its type.
PROBES = """
import concurrent.futures, json, threading, time

def kind(ask):
    try:
        return type(ask()).__name__
    except Exception as error:
        return "! " + type(error).__name__

def kinds():
    return {
        "command": kind(lambda: dev.DevString("x")),
        "state": kind(lambda: dev.state()),
        "read": kind(lambda: dev.read_attribute("ampli")),
        "attribute": kind(lambda: dev.ampli),
        "item": kind(lambda: dev["ampli"]),
        "write": kind(lambda: setattr(dev, "ampli", 1.0)),
        "error": kind(lambda: dev.read_attribute("nosuch")),
        "info": kind(lambda: dev.info()),
        "attribute proxy": kind(lambda: attr.read()),
        "database": kind(lambda: database.get_device_exported("sys/tg_test/*")),
        "constructor": kind(lambda: tango.DeviceProxy("sys/tg_test/1")),
        "without waiting": kind(lambda: dev.DevString("x", wait=False)),
        "read without waiting": kind(lambda: dev.read_attribute("ampli", wait=False)),
    }

attr = tango.AttributeProxy("sys/tg_test/1/ampli")
database = tango.Database()

def in_thread(function):
    # Results of a plain thread: the loop goes on, or it could not serve the thread.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()

def show(found):
    print(json.dumps(found), flush=True)
"""

# What a future gives, asked for in the way of its mode by code that stands on a thread of its own.
SETTLED = {
    "futures": "dev.DevString('x', wait=False).result(10)",
    "gevent": "dev.DevString('x', wait=False).get(timeout=10)",
    "asyncio": "asyncio.run(settle(dev.DevString('x', wait=False)))",
}

FUTURES = {"futures": "ThreadFuture", "gevent": "CallResult", "asyncio": "CallFuture"}
GREEN_MODES = list(FUTURES)


@pytest.fixture
def ready(notebook: Kernel) -> Kernel:
    """The notebook with the probes."""
    notebook.run(f"{PROBES}\nasync def settle(awaitable):\n    return await awaitable").check()
    return notebook


@pytest.fixture
def subshell(ready: Kernel) -> Any:
    """A subshell, as JupyterLab makes one for widgets."""
    subshell = ready.create_subshell()
    yield subshell
    ready.delete_subshell(subshell)


def kinds_in(kernel: Kernel, code: str, subshell: str | None = None) -> dict[str, str]:
    """Run a cell that shows kinds."""
    return dict(json.loads(kernel.run(code, subshell=subshell).check().stdout))


def kinds_on_main_thread(kernel: Kernel, mode: str) -> dict[str, str]:
    """What a cell gets, checked against the table of what a call gives."""
    kinds = kinds_in(kernel, "show(kinds())")
    future = FUTURES.get(mode, "! ValueError")
    assert kinds == {
        "command": "str",
        "state": "DevState",
        "read": "DeviceAttribute",
        "attribute": "float",
        "item": "DeviceAttribute",
        "write": "NoneType",
        "error": "! DevFailed",
        "info": "DeviceInfo",
        "attribute proxy": "DeviceAttribute",
        "database": "DbDatum",
        "constructor": "DeviceProxy",
        "without waiting": future,
        "read without waiting": future,
    }
    return kinds


# --- sync code ------------------------------------------------------------------------------------


def test_cell_of_a_subshell_gets_what_a_cell_gets(ready: Kernel, subshell: str, mode: str) -> None:
    expected = kinds_on_main_thread(ready, mode)
    assert kinds_in(ready, "show(kinds())", subshell=subshell) == expected


def test_plain_thread_gets_what_a_cell_gets(ready: Kernel, mode: str) -> None:
    expected = kinds_on_main_thread(ready, mode)
    assert kinds_in(ready, "show(in_thread(kinds))") == expected


def test_thread_gets_what_a_cell_gets_while_a_cell_is_busy(ready: Kernel, mode: str) -> None:
    """The thread needs nothing of the loop: it ends while the cell only waits for it."""
    expected = kinds_on_main_thread(ready, mode)
    code = (
        "found = []\n"
        "thread = threading.Thread(target=lambda: found.append(kinds()))\n"
        "thread.start(); thread.join(15)\n"
        "show(found[0])"
    )
    assert kinds_in(ready, code) == expected


def test_sync_code_under_a_loop_of_its_own_gets_what_a_cell_gets(ready: Kernel, mode: str) -> None:
    """A callback of the thread's loop: neither a cell nor `async def`."""
    expected = kinds_on_main_thread(ready, mode)
    ready.run(
        "def under_own_loop():\n"
        "    loop, found = asyncio.new_event_loop(), []\n"
        "    loop.call_soon(lambda: (found.append(kinds()), loop.stop()))\n"
        "    loop.run_forever(); loop.close()\n"
        "    return found[0]"
    ).check()
    assert kinds_in(ready, "show(in_thread(under_own_loop))") == expected


BUTTON = """
import ipywidgets
button = ipywidgets.Button()
clicks = threading.Semaphore(0)
@button.on_click
def clicked(button):
    show({"on main thread": threading.current_thread() is threading.main_thread(), **kinds()})
    clicks.release()
print(button.comm.comm_id)
"""
CLICK = {"method": "custom", "content": {"event": "click"}}


def click(kernel: Kernel, comm_id: str, subshell: str | None) -> dict[str, Any]:
    """Click the button as the browser does, give what its callback shows.

    JupyterLab sends the click to a subshell, and ipykernel 7.4 passes it on to the shell from which
    the kernel has sent last on that comm: the test has to make the button where it is to be served.
    """
    request = kernel.send_comm(comm_id, CLICK, subshell=subshell)
    shown = kernel.wait_for_output(request, "}").stdout
    return dict(json.loads(shown))


@pytest.mark.parametrize("on_main", [True, False], ids=["main shell", "subshell"])
def test_button_gets_what_a_cell_gets(
    ready: Kernel, subshell: str, mode: str, on_main: bool
) -> None:
    expected = kinds_on_main_thread(ready, mode)
    where = None if on_main else subshell
    comm_id = ready.run(BUTTON, subshell=where).check().stdout.strip()
    assert click(ready, comm_id, where) == {"on main thread": on_main, **expected}


@pytest.mark.parametrize("on_main", [True, False], ids=["main shell", "subshell"])
@pytest.mark.parametrize("mode", GREEN_MODES)
def test_button_answers_while_a_cell_waits_for_tango(
    ready: Kernel, subshell: str, mode: str, on_main: bool
) -> None:
    """The click is what ends the cell's wait."""
    expected = kinds_on_main_thread(ready, mode)
    where = None if on_main else subshell
    comm_id = ready.run(BUTTON, subshell=where).check().stdout.strip()
    ready.run(
        "helper = tango.DeviceProxy('test/slow/1')\nbutton.on_click(lambda _: helper.release())",
        subshell=where,
    ).check()
    waiting = ready.start(
        "slow.set_timeout_millis(20_000)\n"
        "asyncio.get_running_loop().call_soon(lambda: print('waits', flush=True))\n"
        "slow.ts_hang"
    )
    ready.wait_for_output(waiting, "waits")
    # The cell may have said so before the device has heard of its call.
    while waiting.kernel.outputs_of(waiting).status == "running":
        assert click(ready, comm_id, where) == {"on main thread": on_main, **expected}
    assert waiting.finish().check().result == "0.0"


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_button_answers_on_a_subshell_while_a_cell_computes(
    ready: Kernel, subshell: str, mode: str
) -> None:
    """The click is what ends the computation."""
    expected = kinds_on_main_thread(ready, mode)
    comm_id = ready.run(BUTTON, subshell=subshell).check().stdout.strip()
    busy = ready.start(
        "print('computes', flush=True)\nwhile not clicks.acquire(blocking=False): pass"
    )
    ready.wait_for_output(busy, "computes")
    assert click(ready, comm_id, subshell) == {"on main thread": False, **expected}
    busy.finish().check()


# --- futures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_future_of_a_thread_settles_there(ready: Kernel, mode: str) -> None:
    outcome = ready.run(f"in_thread(lambda: {SETTLED[mode]})").check()
    assert outcome.result == "'x'"


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_future_of_a_subshell_settles_there(ready: Kernel, subshell: str, mode: str) -> None:
    outcome = ready.run(SETTLED[mode], subshell=subshell).check()
    assert outcome.result == "'x'"


@pytest.mark.parametrize("mode", ["futures", "asyncio"])
@pytest.mark.parametrize("reverse", [False, True], ids=["to a cell", "from a cell"])
def test_future_crosses_threads(ready: Kernel, mode: str, reverse: bool) -> None:
    """Made on one thread, waited for on another."""
    make = "dev.DevString('x', wait=False)"
    wait = {
        "futures": ("future.result(10)", "in_thread(lambda: future.result(10))"),
        "asyncio": ("await future", "in_thread(lambda: asyncio.run(settle(future)))"),
    }[mode][reverse]
    made = make if reverse else f"in_thread(lambda: {make})"
    assert ready.run(f"future = {made}\n{wait}").check().result == "'x'"


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_error_of_a_future_arrives_on_the_thread(ready: Kernel, mode: str) -> None:
    settled = SETTLED[mode].replace("DevString('x', ", "read_attribute('nosuch', ")
    outcome = ready.run(f"in_thread(lambda: {settled})")
    assert outcome.error is not None
    assert outcome.error.ename == "DevFailed"


# --- async code -----------------------------------------------------------------------------------

ASYNC_PROBES = """
import inspect

async def async_kinds():
    async def value(ask):
        try:
            asked = ask()
            got = await asked if inspect.isawaitable(asked) else asked
            return ("awaited " if inspect.isawaitable(asked) else "") + type(got).__name__
        except Exception as error:
            return "! " + type(error).__name__
    return {
        "command": await value(lambda: dev.DevString("x")),
        "read": await value(lambda: dev.read_attribute("ampli")),
        "attribute": await value(lambda: dev.ampli),
        "error": await value(lambda: dev.read_attribute("nosuch")),
        "together": type((await asyncio.gather(dev.state(), dev.ping()))[0]).__name__,
    }
"""


@pytest.mark.parametrize("mode", ["asyncio"])
def test_await_works_on_the_loop_of_each_thread(ready: Kernel, subshell: str) -> None:
    ready.run(ASYNC_PROBES).check()
    expected = kinds_in(ready, "show(await async_kinds())")
    assert expected == {
        "command": "awaited str",
        "read": "awaited DeviceAttribute",
        "attribute": "awaited float",
        "error": "! DevFailed",
        "together": "DevState",
    }
    assert kinds_in(ready, "show(await async_kinds())", subshell=subshell) == expected
    own_loop = "show(in_thread(lambda: asyncio.run(async_kinds())))"
    assert kinds_in(ready, own_loop) == expected
    # Again: nothing is left of the loop that is closed now.
    assert kinds_in(ready, own_loop) == expected


@pytest.mark.parametrize("mode", ["asyncio"])
def test_await_in_a_cell_of_a_subshell(ready: Kernel, subshell: str) -> None:
    for code in ("await dev.state()", "dev.state()"):
        outcome = ready.run(code, subshell=subshell).check()
        assert outcome.result == ready.run(code).check().result


@pytest.mark.parametrize("mode", ["asyncio"])
def test_await_needs_no_value_beside_it_on_other_threads(ready: Kernel) -> None:
    """The asyncio example of PyTango's documentation, on a thread and twice."""
    ready.run(
        "async def example():\n"
        "    device = await tango.asyncio.DeviceProxy('sys/tg_test/1')\n"
        "    return (await device.read_attribute('ampli')).name\n"
        "import tango.asyncio\n"
        "assert in_thread(lambda: asyncio.run(example())) == 'ampli'\n"
        "assert in_thread(lambda: asyncio.run(example())) == 'ampli'\n"
        "assert await example() == 'ampli'"
    ).check()


# --- at the same time -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_subshell_and_main_shell_wait_side_by_side(ready: Kernel, subshell: str, mode: str) -> None:
    """Each one's wait is ended by the other: one after the other they would not end."""
    ready.run("slow.set_timeout_millis(20_000)\nhelper = tango.DeviceProxy('test/slow/1')").check()
    waiting = ready.start("slow.ts_hang")
    ready.run(
        "while not helper.under_way: time.sleep(0.01)\nhelper.release()", subshell=subshell
    ).check()
    assert waiting.finish().check().result == "0.0"
    waiting = ready.start("slow.ts_hang", subshell=subshell)
    ready.run("while not helper.under_way: await asyncio.sleep(0.01)\nhelper.release()").check()
    assert waiting.finish().check().result == "0.0"


@pytest.mark.parametrize("mode", ["asyncio"])
def test_future_of_a_loop_that_has_ended_harms_nobody(ready: Kernel) -> None:
    """The answer comes when nobody can take it any more; the calls after it find a thread."""
    ready.run(
        "async def leave():\n"
        "    slow.command_inout('sleep', 0.2, wait=False)\n"
        "in_thread(lambda: asyncio.run(leave()))\n"
        "helper = tango.DeviceProxy('test/slow/1', green_mode=tango.GreenMode.Synchronous)\n"
        "while helper.under_way: await asyncio.sleep(0.01)\n"
        "await asyncio.sleep(0.05)"
    ).check()
    ready.run("await asyncio.gather(*(dev.ping() for _ in range(8)))").check()
