"""Loading and unloading: in kernels of every state, and as if nothing had been."""

import ast
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from support import shell_snapshot
from support.kernels import Kernel

StartKernel = Callable[..., Kernel]

MODES = ("synchronous", "futures", "gevent", "asyncio")
SNAPSHOT = Path(shell_snapshot.__file__).read_text()
USE = """
import asyncio, gevent, tango
dev = tango.DeviceProxy("sys/tg_test/1")
assert dev.DevString("well") == "well"
assert dev.ampli is not None
assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"
gevent.sleep(0.001)
"""


@pytest.fixture
def observed(fresh_kernel: Kernel) -> Kernel:
    """A kernel without ipytango, and in it a snapshot of what it was."""
    fresh_kernel.run(SNAPSHOT).check()
    # What is only made when it is asked for is made now: modules, the magics that load extensions.
    fresh_kernel.run("take_snapshot()\n%unload_ext no_such_extension").check()
    fresh_kernel.run("before_loading = take_snapshot()").check()
    return fresh_kernel


def changes(kernel: Kernel) -> list[str]:
    """Say what is not as it was before."""
    shown = kernel.run("differences(before_loading, take_snapshot())").check().result
    return list(ast.literal_eval(shown or ""))


def assert_all_modes_work(kernel: Kernel) -> None:
    """Use Tango, the loop and gevent in each mode."""
    for mode in MODES:
        kernel.run(f"%tango_green {mode}\n{USE}").check()


# --- as if nothing had been -----------------------------------------------------------------------


def test_snapshot_sees_what_loading_does(observed: Kernel) -> None:
    assert changes(observed) == []
    observed.run("%load_ext ipytango").check()
    changed = "\n".join(changes(observed))
    for name in ("shell.run_code", "line magic tango_green", "tango.DeviceProxy.", "asyncio.run:"):
        assert name in changed


@pytest.mark.parametrize("used", [False, True], ids=["unused", "used"])
def test_unload_leaves_the_shell_as_it_was(observed: Kernel, used: bool) -> None:
    observed.run("%load_ext ipytango").check()
    if used:
        assert_all_modes_work(observed)
    observed.run("%unload_ext ipytango").check()
    assert changes(observed) == []


def test_load_twice_is_load_once(observed: Kernel) -> None:
    observed.run("%load_ext ipytango").check()
    observed.run("%load_ext ipytango").check()
    assert_all_modes_work(observed)
    observed.run("%unload_ext ipytango").check()
    assert changes(observed) == []


def test_load_by_hand_twice_is_load_once(observed: Kernel) -> None:
    observed.run("import ipytango").check()
    observed.run("ipytango.load_ipython_extension(get_ipython())").check()
    observed.run("ipytango.load_ipython_extension(get_ipython())").check()
    assert_all_modes_work(observed)
    observed.run("ipytango.unload_ipython_extension(get_ipython())").check()
    assert changes(observed) == []
    observed.run("ipytango.unload_ipython_extension(get_ipython())").check()


def test_reload_works_and_leaves_nothing_behind(observed: Kernel) -> None:
    observed.run("%load_ext ipytango").check()
    observed.run("%reload_ext ipytango").check()
    assert_all_modes_work(observed)
    observed.run("%reload_ext ipytango").check()
    assert_all_modes_work(observed)
    observed.run("%unload_ext ipytango").check()
    assert changes(observed) == []


def test_load_after_unload_works(observed: Kernel) -> None:
    for _ in range(2):
        observed.run("%load_ext ipytango").check()
        assert_all_modes_work(observed)
        observed.run("%unload_ext ipytango").check()
        assert changes(observed) == []


def test_mode_is_given_back_on_unload(observed: Kernel) -> None:
    observed.run("import tango\ntango.set_green_mode(tango.GreenMode.Futures)").check()
    observed.run("%load_ext ipytango\n%tango_green asyncio\n%unload_ext ipytango").check()
    assert observed.run("tango.get_green_mode().name").check().result == "'Futures'"


def test_proxy_ofbefore_loading_works_with_and_after(fresh_kernel: Kernel) -> None:
    fresh_kernel.run("import tango; old = tango.DeviceProxy('sys/tg_test/1'); old.ampli").check()
    fresh_kernel.run("%load_ext ipytango\n%tango_green asyncio").check()
    assert fresh_kernel.run("old.DevString('x')").check().result == "'x'"
    fresh_kernel.run("new = tango.DeviceProxy('sys/tg_test/1'); new.ampli").check()
    fresh_kernel.run("%unload_ext ipytango").check()
    for name in ("old", "new"):
        assert fresh_kernel.run(f"{name}.DevString('x')").check().result == "'x'"


def test_call_in_flight_ends_after_unload(
    fresh_green_kernel: Kernel, slow_devices: tuple[str, ...]
) -> None:
    fresh_green_kernel.run(
        "%tango_green asyncio\nimport tango\n"
        f"slow = tango.DeviceProxy({slow_devices[0]!r})\n"
        "call = slow.command_inout('sleep', 0.5, wait=False)"
    ).check()
    fresh_green_kernel.run("%unload_ext ipytango").check()
    assert fresh_green_kernel.run("await call").check().result == "0.5"


def test_greenlet_survives_load_and_unload_or_is_spoken_of(fresh_kernel: Kernel) -> None:
    """A hub with waiters cannot be exchanged: then it stays, and the status says so."""
    fresh_kernel.run(
        "import gevent\n"
        "def step():\n"
        "    gevent.sleep(0.2)\n"
        "    return 'stepped'\n"
        "greenlet = gevent.spawn(step); gevent.sleep(0)"
    ).check()
    loaded = fresh_kernel.run("%load_ext ipytango\n%tango_green").check()
    exchanged = fresh_kernel.run("gevent.get_hub().loop.__class__.__module__").check().result or ""
    assert "ipytango" in exchanged or "hub" in loaded.text
    fresh_kernel.run(
        "%tango_green asyncio\nimport tango\ntango.DeviceProxy('sys/tg_test/1').ping()"
    )
    assert fresh_kernel.run("greenlet.get()").check().result == "'stepped'"


def test_unload_with_a_greenlet_waiting_works_or_is_refused_as_a_whole(observed: Kernel) -> None:
    observed.run(
        "import gevent\n%load_ext ipytango\ngreenlet = gevent.spawn(gevent.sleep, 600)"
    ).check()
    outcome = observed.run("%unload_ext ipytango")
    if outcome.error is not None:
        assert "greenlet" in outcome.error.evalue
        assert_all_modes_work(observed)
        observed.run("greenlet.kill()").check()
        observed.run("%unload_ext ipytango").check()
    assert changes(observed) == []


def test_unload_with_calls_queued(
    fresh_green_kernel: Kernel, slow_devices: tuple[str, ...]
) -> None:
    """They can never be answered: they are cancelled, not left pending."""
    fresh_green_kernel.run(
        "%tango_green asyncio --per-device 1\nimport asyncio, tango\n"
        f"slow = tango.DeviceProxy({slow_devices[0]!r})\n"
        "calls = [slow.command_inout('sleep', 0.3, wait=False) for _ in range(3)]"
    ).check()
    fresh_green_kernel.run("%unload_ext ipytango").check()
    fresh_green_kernel.run(
        "found = await asyncio.gather(*calls, return_exceptions=True)\n"
        "assert found[0] == 0.3, found\n"
        "assert all(isinstance(error, asyncio.CancelledError) for error in found[1:]), found"
    ).check()


# --- what was there before ------------------------------------------------------------------------

STATES = {
    "gevent used": "import gevent; gevent.sleep(0.01); gevent.spawn(int).get()",
    "asyncio proxies used": (
        "import tango.asyncio\n"
        "before = await tango.asyncio.DeviceProxy('sys/tg_test/1')\n"
        "await before.state()"
    ),
    "futures proxies used": (
        "import tango.futures\nbefore = tango.futures.DeviceProxy('sys/tg_test/1'); before.state()"
    ),
    "gevent proxies used": (
        "import tango.gevent\nbefore = tango.gevent.DeviceProxy('sys/tg_test/1'); before.state()"
    ),
    # With its threads patched as well no ipykernel works, with ipytango or without.
    "monkey patched": "import gevent.monkey; gevent.monkey.patch_all(thread=False)",
    "matplotlib inline": "%matplotlib inline",
    "gui off": "%gui",
    "gui asyncio": "%gui asyncio",
    "autoawait off": "%autoawait off",
    "nest_asyncio": "import nest_asyncio2; nest_asyncio2.apply()",
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_load_works_in_a_used_kernel(fresh_kernel: Kernel, state: str) -> None:
    fresh_kernel.run(state).check()
    fresh_kernel.run("%load_ext ipytango").check()
    assert_all_modes_work(fresh_kernel)
    if "before =" in state:
        fresh_kernel.run("assert before.DevString('x') == 'x'").check()
    fresh_kernel.run("%unload_ext ipytango").check()
    fresh_kernel.run(state).check()
    assert fresh_kernel.run("6 * 7").check().result == "42"


def test_matplotlib_shows_its_figures_inline(fresh_kernel: Kernel) -> None:
    fresh_kernel.run("%matplotlib inline\n%load_ext ipytango\n%tango_green asyncio").check()
    outcome = fresh_kernel.run(
        "import matplotlib.pyplot as plt, tango\n"
        "plt.plot(tango.DeviceProxy('sys/tg_test/1').double_spectrum_ro);"
    ).check()
    assert any("image/png" in shown for shown in outcome.displays)


def test_autoawait_off_stays_off(fresh_kernel: Kernel) -> None:
    """It is the user's: a cell with `await` is a syntax error there, and values are values."""
    fresh_kernel.run("%autoawait off\n%load_ext ipytango\n%tango_green asyncio").check()
    outcome = fresh_kernel.run("import asyncio\nawait asyncio.sleep(0)")
    assert outcome.error is not None
    assert outcome.error.ename == "SyntaxError"
    fresh_kernel.run(USE).check()


OWN_RUNNER = """
def runner(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError('this runner can wait for nothing')

%autoawait runner
"""
# How it is chosen, and a cell that only it can run.
OTHER_RUNNERS = {
    "trio": ("import trio\n%autoawait trio", "await trio.sleep(0.001)"),
    "own": (OWN_RUNNER, "6 * 7"),
}


@pytest.mark.parametrize("loaded_first", [False, True])
@pytest.mark.parametrize("runner", OTHER_RUNNERS)
def test_another_loop_runner_works_or_is_told_what_is_not_possible(
    fresh_kernel: Kernel, runner: str, loaded_first: bool
) -> None:
    """There is no asyncio loop to park on: calls block, as in PyTango."""
    if runner == "trio":
        pytest.importorskip("trio")
    choose, own_wait = OTHER_RUNNERS[runner]
    steps = ["%load_ext ipytango", choose]
    for step in steps if loaded_first else reversed(steps):
        fresh_kernel.run(step).check()
    fresh_kernel.run(own_wait).check()
    fresh_kernel.run("import tango\ndev = tango.DeviceProxy('sys/tg_test/1')").check()
    for mode in MODES:
        fresh_kernel.run(f"%tango_green {mode}").check()
        outcome = fresh_kernel.run("dev.DevString('x')")
        if outcome.error is None:
            assert outcome.result == "'x'"
        else:
            assert "loop_runner" in outcome.text or "autoawait" in outcome.text, outcome.text
    fresh_kernel.run("%autoawait asyncio").check()
    assert_all_modes_work(fresh_kernel)


# --- from a profile -------------------------------------------------------------------------------


def test_profile_loads_it_at_the_start(
    start_kernel: StartKernel, tango_host: str, tmp_path: Path
) -> None:
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text(
        "c = get_config()\nc.InteractiveShellApp.extensions = ['ipytango']\n"
    )
    kernel = start_kernel(tango_host=tango_host, IPYTHONDIR=str(tmp_path))
    assert "Tango green mode" in (kernel.run("%tango_green").check().result or "")
    assert_all_modes_work(kernel)
    cell = kernel.start(
        "asyncio.get_running_loop().call_soon(lambda: print('par' + 'ked', flush=True))\n"
        "gevent.sleep(20)"
    )
    kernel.interrupt_when(cell, "parked")
    assert cell.finish(timeout=6).status == "error"
    kernel.run("%unload_ext ipytango").check()
    assert kernel.run("6 * 7").check().result == "42"


def test_environment_variable_chooses_the_mode(start_kernel: StartKernel, tango_host: str) -> None:
    kernel = start_kernel(tango_host=tango_host, PYTANGO_GREEN_MODE="asyncio")
    shown = kernel.run("%load_ext ipytango\n%tango_green").check().result or ""
    assert "[asyncio]" in shown


def test_unknown_mode_in_the_environment_is_one_clear_error(
    start_kernel: StartKernel, tango_host: str
) -> None:
    kernel = start_kernel(tango_host=tango_host, PYTANGO_GREEN_MODE="quick")
    outcome = kernel.run("%load_ext ipytango")
    for word in ("PYTANGO_GREEN_MODE", "quick", *MODES):
        assert word in outcome.text
    assert kernel.run("6 * 7").check().result == "42"


# --- without a network ----------------------------------------------------------------------------


def test_load_asks_no_database(start_kernel: StartKernel) -> None:
    """Nobody has knocked at the door that TANGO_HOST names."""
    with socket.create_server(("127.0.0.1", 0)) as database:
        database.setblocking(False)
        kernel = start_kernel(tango_host=f"127.0.0.1:{database.getsockname()[1]}")
        kernel.run("%load_ext ipytango").check()
        for mode in MODES:
            kernel.run(f"%tango_green {mode}").check()
        kernel.complete("%tango_green asy")
        kernel.run("%tango_green?").check()
        kernel.run("%unload_ext ipytango").check()
        with pytest.raises(BlockingIOError):
            database.accept()


def test_load_works_without_a_database(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext ipytango").check()
    outcome = kernel.run("import tango\ntango.DeviceProxy('sys/tg_test/1')")
    assert outcome.error is not None
    assert outcome.error.ename == "ConnectionFailed"
    assert kernel.run("6 * 7").check().result == "42"
