"""Terminal IPython in a real pseudo-terminal: values, what runs at the prompt, and Ctrl-C."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.terminals import Terminal

StartTerminal = Callable[..., Terminal]

MODES = ("synchronous", "futures", "gevent", "asyncio")
PROMPT_S = 6.0
_RESULT = re.compile(r"Out\[\d+\]: (.*)", re.DOTALL)

DEFINITIONS = (
    "import asyncio, threading, time, gevent, numpy, tango; "
    "dev = tango.DeviceProxy('sys/tg_test/1'); "
    "slow = tango.DeviceProxy('test/slow/1'); "
    "slow.set_timeout_millis(30_000)"
)
# The loop says so, which it can only when the code has parked.
ONCE_PARKED = "asyncio.get_running_loop().call_soon(print, 'interrupt', 'me')"
# A signal in the last moment before a system call waits for its end, in any Python: so it says so
# when the sleep has begun.
SLEEP = "threading.Timer(0.2, print, ['interrupt', 'me']).start(); time.sleep(20)"
BUSY = """\
def busy():
    print('interrupt', 'me')
    while True:
        pass

async def busy_coroutine():
    busy()"""


@pytest.fixture
def ready(green_terminal: Terminal, slow_devices: tuple[str, ...]) -> Terminal:
    """A terminal with ipytango and the demo's devices."""
    assert "Error" not in green_terminal.run(DEFINITIONS)
    return green_terminal


def value(shown: str) -> str:
    """Take a cell's result from what the terminal has shown."""
    result = _RESULT.search(shown)
    return "" if result is None else result[1].strip()


def assert_next_lines_work(terminal: Terminal) -> None:
    """Compute, wait for the loop, wait in gevent, ask a device."""
    assert value(terminal.run("6 * 7")) == "42"
    assert value(terminal.run("await asyncio.sleep(0.01, 'slept')")) == "'slept'"
    assert "Error" not in terminal.run("gevent.sleep(0.01)")
    assert value(terminal.run("dev.DevString('well')")) == "'well'"


def expect_at_the_prompt(terminal: Terminal, work: str, said: str) -> None:
    """Start work in a cell that ends at once, wait for what it says after the cell."""
    if said not in terminal.run(work):
        terminal.expect(said)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("green_terminal", MODES, indirect=True)
def test_calls_give_their_values(ready: Terminal) -> None:
    for code, expected in {
        "dev.DevString('x')": "'x'",
        "[dev.DevString(text) for text in 'ab']": "['a', 'b']",
        "dev.write_read_attribute('ampli', 2.5).value": "2.5",
        "dev.ampli": "2.5",
        "asyncio.run(asyncio.sleep(0.01, 'ran'))": "'ran'",
        "gevent.spawn(dev.DevString, 'greenlet').get()": "'greenlet'",
    }.items():
        assert value(ready.run(code)) == expected, code


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_await_gives_the_value(ready: Terminal) -> None:
    assert value(ready.run("await dev.DevString('x')")) == "'x'"
    gathered = "await asyncio.gather(dev.DevString('a'), dev.DevString('b'))"
    assert value(ready.run(gathered)) == "['a', 'b']"


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_error_of_a_device_is_shown_and_the_next_line_works(ready: Terminal) -> None:
    assert "API_AttrNotFound" in ready.run("dev.read_attribute('nosuch')")
    assert_next_lines_work(ready)


# --- at the prompt --------------------------------------------------------------------------------

TICKING = """\
async def tick():
    for count in range(1, 21):
        await asyncio.sleep(0.01)
    print(f'ticks: {count}')

ticker = asyncio.create_task(tick())"""

STEPPING = """\
def step():
    for count in range(1, 21):
        gevent.sleep(0.01)
    print(f'steps: {count}')

stepper = gevent.spawn(step)"""

ASKING = """\
async def ask():
    await asyncio.sleep(0.2)
    print(f"answer: {(await dev.DevString('from afar')).upper()}")

asking = asyncio.create_task(ask())"""


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
@pytest.mark.parametrize(
    ("work", "said"),
    [(TICKING, "ticks: 20"), (STEPPING, "steps: 20"), (ASKING, "answer: FROM AFAR")],
    ids=["task", "greenlet", "Tango call"],
)
def test_work_goes_on_while_the_prompt_waits(ready: Terminal, work: str, said: str) -> None:
    expect_at_the_prompt(ready, work, said)
    assert value(ready.run("6 * 7")) == "42"


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_work_goes_on_while_the_user_types_and_the_line_is_kept(ready: Terminal) -> None:
    ready.run(TICKING.replace("range(1, 21)", "range(1, 31)"))
    ready.type("6 * ")
    ready.expect("ticks: 30")
    assert value(ready.run("7")) == "42"


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_task_of_one_line_is_awaited_in_another(ready: Terminal) -> None:
    """Prompt and cells are on one loop: no "attached to a different loop"."""
    ready.run("task = asyncio.create_task(asyncio.sleep(0.05, 'one loop'))")
    assert value(ready.run("await task")) == "'one loop'"
    ready.run("call = dev.DevString('x', wait=False)")
    assert value(ready.run("await call")) == "'x'"


# --- Ctrl-C ---------------------------------------------------------------------------------------

PARKED = [
    ("futures", "slow.sleep(20.0)"),
    ("gevent", "slow.sleep(20.0)"),
    ("asyncio", "slow.sleep(20.0)"),
    ("asyncio", "await slow.sleep(20.0)"),
    ("asyncio", "await asyncio.sleep(20)"),
    ("asyncio", "asyncio.run(asyncio.sleep(20))"),
    ("asyncio", "gevent.sleep(20)"),
    ("futures", "slow.command_inout('sleep', 20.0, wait=False).result()"),
    ("gevent", "slow.command_inout('sleep', 20.0, wait=False).get()"),
]

RUNNING = [
    "busy()",
    "await busy_coroutine()",
    SLEEP,
    "matrix = numpy.ones((200, 200)); busy_product()",
]
PRODUCT = """\
def busy_product():
    print('interrupt', 'me')
    while True:
        matrix @ matrix"""


@pytest.mark.parametrize("green_terminal", ["futures", "gevent", "asyncio"], indirect=True)
def test_ctrl_c_ends_waits(ready: Terminal, request: pytest.FixtureRequest) -> None:
    mode = request.node.callspec.params["green_terminal"]
    for wait in [wait for wait_mode, wait in PARKED if wait_mode == mode]:
        ready.start(f"{ONCE_PARKED}; {wait}")
        ready.expect("interrupt me")
        ready.interrupt()
        shown = ready.wait_for_prompt(PROMPT_S)
        assert "KeyboardInterrupt" in shown or ("await" in wait and "Cancelled" in shown), wait
        assert_next_lines_work(ready)


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_ctrl_c_ends_running_code(ready: Terminal) -> None:
    ready.run(BUSY)
    ready.run(PRODUCT)
    for code in RUNNING:
        ready.start(code)
        ready.expect("interrupt me")
        ready.interrupt()
        assert "KeyboardInterrupt" in ready.wait_for_prompt(PROMPT_S), code
        assert_next_lines_work(ready)


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_ctrl_c_at_the_prompt_takes_the_line_back_and_leaves_work_alone(ready: Terminal) -> None:
    ready.run("task = asyncio.create_task(asyncio.sleep(600))")
    ready.run("greenlet = gevent.spawn(gevent.sleep, 600)")
    ready.type("1 / 0")
    ready.expect("1 / 0")
    ready.interrupt()
    assert_next_lines_work(ready)
    assert value(ready.run("task.done(), greenlet.ready()")) == "(False, False)"
    ready.run("task.cancel(); greenlet.kill()")


# --- load and unload ------------------------------------------------------------------------------


def test_profile_loads_it_at_the_start(
    start_terminal: StartTerminal, tango_host: str, tmp_path: Path
) -> None:
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text(
        "c = get_config()\nc.InteractiveShellApp.extensions = ['ipytango']\n"
    )
    terminal = start_terminal(tango_host=tango_host, IPYTHONDIR=str(tmp_path))
    assert "[asyncio]" in terminal.run("%tango_green asyncio")
    terminal.run("import asyncio, gevent, tango; dev = tango.DeviceProxy('sys/tg_test/1')")
    assert_next_lines_work(terminal)
    expect_at_the_prompt(terminal, TICKING, "ticks: 20")


def test_load_twice_reload_and_unload(terminal: Terminal) -> None:
    terminal.run("import asyncio, gevent, tango; dev = tango.DeviceProxy('sys/tg_test/1')")
    terminal.run("import signal; before = signal.getsignal(signal.SIGINT), asyncio.run")
    terminal.run("%load_ext ipytango")
    assert "already loaded" in terminal.run("%load_ext ipytango")
    assert "[asyncio]" in terminal.run("%tango_green asyncio")
    assert_next_lines_work(terminal)
    assert "Error" not in terminal.run("%reload_ext ipytango")
    assert "[asyncio]" in terminal.run("%tango_green asyncio")
    assert_next_lines_work(terminal)
    assert "Error" not in terminal.run("%unload_ext ipytango")
    assert_next_lines_work(terminal)
    same = "(signal.getsignal(signal.SIGINT), asyncio.run) == before"
    assert value(terminal.run(same)) == "True"
    assert "not found" in terminal.run("%tango_green")
    terminal.start(f"import threading, time; {SLEEP}")
    terminal.expect("interrupt me")
    terminal.interrupt()
    assert "KeyboardInterrupt" in terminal.wait_for_prompt()  # how soon is no longer ours
    assert value(terminal.run("6 * 7")) == "42"


def test_gui_asyncio_before_loading(terminal: Terminal) -> None:
    terminal.run("import asyncio, gevent, tango; dev = tango.DeviceProxy('sys/tg_test/1')")
    terminal.run("%gui asyncio")
    assert "Error" not in terminal.run("%load_ext ipytango")
    status = terminal.run("%tango_green asyncio")
    assert "[asyncio]" in status
    assert "nothing runs" not in status
    assert_next_lines_work(terminal)
    expect_at_the_prompt(terminal, TICKING, "ticks: 20")
    terminal.run("%unload_ext ipytango")
    # What the user has switched on stays on; only a cell with `await` has a running loop again.
    expect_at_the_prompt(terminal, f"{TICKING}\nawait asyncio.sleep(0)", "ticks: 20")
