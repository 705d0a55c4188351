"""`wait=False` gives each mode's own future, and `timeout=` each mode's own error."""

import pytest

from support.cells import results_of
from support.kernels import Kernel

FUTURES = {
    "futures": "concurrent.futures.Future",
    "gevent": "gevent.event.AsyncResult",
    "asyncio": "asyncio.Future",
}
RESULT_OF = {
    "futures": "{}.result()",
    "gevent": "{}.get()",
    "asyncio": "await {}",
}
CALLS = {
    "dev.DevLong(7, wait=False)": "7",
    "dev.command_inout('DevLong', 7, wait=False)": "7",
    "dev.state(wait=False)": "<DevState.RUNNING: 10>",
    "attribute.read(wait=False)": "",
    "dev.read_attribute('ampli', wait=False)": "",
    "dev.read_attributes(['ampli'], wait=False)": "",
    "dev.write_attribute('ampli', 2.5, wait=False)": "None",
}
green_modes = pytest.mark.parametrize("mode", list(FUTURES))


@pytest.fixture
def ready(notebook: Kernel) -> Kernel:
    notebook.run(
        "import concurrent.futures, gevent, gevent.event, time\n"
        "attribute = tango.AttributeProxy('sys/tg_test/1/ampli')"
    ).check()
    return notebook


@green_modes
@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
def test_wait_false_gives_the_mode_s_future(ready: Kernel, mode: str, autoawait: str) -> None:
    ready.run(f"%tango_green {autoawait}").check()
    for call, value in CALLS.items():
        made = ready.run(f"pending = {call}\nisinstance(pending, {FUTURES[mode]})")
        assert made.check().result == "True", call
        got = ready.run(RESULT_OF[mode].format("pending")).check().result
        if value:
            assert (got or "None") == value, call


@green_modes
def test_future_is_pending_and_gives_its_error(ready: Kernel, mode: str) -> None:
    done = "pending.ready()" if mode == "gevent" else "pending.done()"
    assert (
        ready.run(f"pending = slow.fail_after(0.1, wait=False)\n{done}").check().result == "False"
    )
    failed = ready.run(RESULT_OF[mode].format("pending"))
    assert failed.error is not None
    assert failed.error.ename == "DevFailed"
    assert "Failed after 0.1 s" in failed.error.evalue
    assert ready.run(done).check().result == "True"


@green_modes
def test_futures_are_under_way_at_once(ready: Kernel, mode: str) -> None:
    result = RESULT_OF[mode].format("pending")
    ready.run("slow.forget_peak()").check()
    ready.run(
        "all_pending = [slow.sleep(0.1, wait=False) for _ in range(5)]\n"
        f"for pending in all_pending: {result}"
    ).check()
    assert ready.run("slow.peak").check().result == "5"


@pytest.mark.parametrize("mode", ["synchronous"])
def test_wait_false_in_synchronous_mode_is_pytango_s_error(ready: Kernel) -> None:
    refused = ready.run("dev.state(wait=False)")
    assert refused.error is not None
    assert refused.error.ename == "ValueError"
    assert ready.run("dev.DevLong(1)").check().result == "1"


@green_modes
def test_wait_true_gives_the_value(ready: Kernel, mode: str) -> None:
    for autoawait in ("--autoawait", "--no-autoawait"):
        ready.run(f"%tango_green {autoawait}").check()
        assert ready.run("dev.DevLong(7, wait=True)").check().result == "7"
        assert ready.run("dev.DevLong(7, wait=True, timeout=5)").check().result == "7"


TIMEOUTS = {
    "futures": "concurrent.futures.TimeoutError",
    "gevent": "gevent.Timeout",
    "asyncio": "asyncio.TimeoutError",
}
IN_TIME = {
    "futures": "pending.result(timeout=0.05)",
    "gevent": "pending.get(timeout=0.05)",
    "asyncio": "await asyncio.wait_for(pending, 0.05)",
}


@green_modes
@pytest.mark.parametrize(
    "call",
    [
        "slow.sleep(1, timeout=0.05)",
        "slow.command_inout('sleep', 1, timeout=0.05)",
        "slow.read_attribute('slow_1', timeout=0.05)",
        "[slow.sleep(1, timeout=0.05) for _ in range(1)]",
        "tango.AttributeProxy('test/slow/1/slow_1').read(timeout=0.05)",
        "slow.sleep(1, wait=True, timeout=0.05)",
    ],
)
def test_timeout_of_a_call(ready: Kernel, mode: str, call: str) -> None:
    outcome = ready.run(
        f"try:\n    {call}\nexcept {TIMEOUTS[mode]}:\n    print('timed out')"
    ).check()
    assert outcome.stdout == "timed out\n"
    assert ready.run("slow.echo('next')").check().result == "'next'"


@green_modes
def test_timeout_of_a_future(ready: Kernel, mode: str) -> None:
    seen = {
        f"pending = slow.sleep(0.2, wait=False)\ntry:\n    {IN_TIME[mode]}\n"
        f"except {TIMEOUTS[mode]}:\n    seen = 'timed out'\nseen": "'timed out'",
        "slow.echo('next')": "'next'",
    }
    assert results_of(ready, seen) == seen


@green_modes
def test_uncaught_timeout_says_which_call(ready: Kernel, mode: str) -> None:
    failed = ready.run("slow.sleep(1, timeout=0.05)")
    assert failed.error is not None
    assert failed.error.ename in {"TimeoutError", "Timeout"}
    assert "0.05" in failed.error.evalue


@pytest.mark.parametrize("mode", ["futures"])
def test_concurrent_tools_take_the_futures(ready: Kernel) -> None:
    seen = {
        "done, _ = concurrent.futures.wait([dev.DevLong(n, wait=False) for n in (1, 2)])\n"
        "sorted(future.result() for future in done)": "[1, 2]",
        "sorted(f.result() for f in concurrent.futures.as_completed("
        "[dev.DevLong(n, wait=False) for n in (1, 2)]))": "[1, 2]",
        "await asyncio.wrap_future(dev.DevLong(3, wait=False))": "3",
        "heard = []\npending = dev.DevLong(3, wait=False)\npending.result()\n"
        "pending.add_done_callback(lambda f: heard.append(f.result()))\nheard": "[3]",
        "type(slow.fail(wait=False).exception()).__name__": "'DevFailed'",
    }
    assert results_of(ready, seen) == seen


@pytest.mark.parametrize("mode", ["gevent"])
def test_gevent_tools_take_the_results(ready: Kernel) -> None:
    seen = {
        "[r.get() for r in gevent.wait([dev.DevLong(n, wait=False) for n in (1, 1)])]": "[1, 1]",
        "gevent.spawn(lambda: dev.DevLong(2)).get()": "2",
        "jobs = [gevent.spawn(dev.DevLong, n) for n in (1, 2)]\n"
        "_ = gevent.joinall(jobs)\n[job.value for job in jobs]": "[1, 2]",
        "with gevent.Timeout(0.05, False): slow.sleep(1)\ndev.DevLong(3)": "3",
        "type(slow.fail(wait=False).exception).__name__": "'NoneType'",
    }
    assert results_of(ready, seen) == seen
