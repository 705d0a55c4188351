"""What is pending, shown: one live panel that turns into its value or its error in place."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from support.kernels import Kernel
from support.messages import Outcome
from support.pages import Page
from support.scratch import shell_environment

GREEN_MODES = ("futures", "gevent", "asyncio")

DEFINITIONS = """\
import concurrent.futures, gc, gevent, gevent.event, threading, time, weakref
from ipytango.extension import loaded
slow.set_timeout_millis(20_000)
helper = tango.DeviceProxy("test/slow/1", green_mode=tango.GreenMode.Synchronous)

async def fetch(n):
    await asyncio.sleep(n)
    return n

async def fail():
    raise ValueError("<script>alert(1)</script>")

def threads():
    return [t.name for t in threading.enumerate() if t.name == "ipytango-hub"]
"""

HANG = "slow.read_attribute('ts_hang', wait=False)"
ECHO = (
    "slow.command_inout('echo', 'a', wait=False)"  # asks no interface before, as `slow.echo` does
)
# In a loop: the client may send a request twice, and a release lets go only what waits just then.
RELEASE = "while helper.read_attribute('under_way').value: helper.release()"

green_modes = pytest.mark.parametrize("mode", GREEN_MODES)
futures = pytest.mark.parametrize("mode", ["futures"])
asyncio_mode = pytest.mark.parametrize("mode", ["asyncio"])


@pytest.fixture
def ready(notebook: Kernel, mode: str) -> Kernel:
    """A notebook in the mode, with ipytango loaded anew: no panel of another test."""
    # It refuses while a greenlet of the test before still runs.
    notebook.wait_until(
        lambda: notebook.run("%unload_ext ipytango").status == "ok", "the end of all greenlets"
    )
    notebook.run("%load_ext ipytango").check()
    notebook.run(f"%tango_green {mode}\n{DEFINITIONS}").check()
    return notebook


@pytest.fixture
def beside(ready: Kernel) -> Iterator[str]:
    """A subshell, for what is to be done while a cell runs."""
    subshell = ready.create_subshell()
    yield subshell
    ready.delete_subshell(subshell)


def panel_in(html: str) -> str:
    """Give the id of the panel in a display's HTML."""
    found = re.match(r'<div data-ipytango="(\w+)">', html)
    assert found is not None, html
    return found[1]


def displayed(outcome: Outcome) -> dict[str, Any]:
    """Give what was displayed under a cell at first."""
    return outcome.displays[0]


def show(kernel: Kernel, code: str) -> tuple[str, Page]:
    """Run a cell that shows something pending; gives its panel, and a page that shows it."""
    panel = panel_in(kernel.run(code).check().displays[0]["text/html"])
    comm = kernel.run("print(loaded().hub._wire._model.comm.comm_id)").check().stdout.strip()
    page = Page(kernel, comm, f"page of {panel}")
    page.hello(panel)
    return panel, page


def wait_for_phase(page: Page, panel: str, phase: str) -> dict[str, Any]:
    """Wait for the frame of one result that says so."""
    return page.wait_for_data(panel, lambda data: data["phase"] == phase)


def wait_for_counts(page: Page, panel: str, **counts: int) -> dict[str, Any]:
    """Wait for the frame of many results that says so."""
    return page.wait_for_data(panel, lambda data: all(data[k] == n for k, n in counts.items()))


def wait_for_saved(kernel: Kernel, panel: str, says: str) -> dict[str, Any]:
    """Wait until the snapshot in the notebook says that; gives it."""

    def found() -> list[dict[str, Any]]:
        return [saved for saved in kernel.display_updates(panel) if says in saved["text/plain"]]

    return kernel.wait_until(found, f"a snapshot that says {says!r}")[-1]


def cancel(page: Page, panel: str) -> None:
    """Press the button."""
    page.say("cmd", n=1, p=panel, op="cancel", a=None)


# --- one Tango call -------------------------------------------------------------------------------


@green_modes
def test_call_turns_into_its_value_in_place(ready: Kernel) -> None:
    panel, page = show(ready, HANG)
    first = wait_for_phase(page, panel, "pending")
    assert first["note"] == "at the device"
    assert first["exact"]
    assert first["elapsed"] > 0
    assert first["html"] == ""
    ready.run(RELEASE).check()
    last = wait_for_phase(page, panel, "done")
    assert "ts_hang" in last["html"]
    assert last["cancels"] == ""
    saved = wait_for_saved(ready, panel, "done after")
    # The same display of the value, which may know more by now: its unit, its label.
    (value,) = re.findall(r'data-ipytango="\w+"', last["html"])
    assert value in saved["text/html"]
    assert f'data-ipytango="{panel}"' not in saved["text/html"]  # nothing is left to be live


@green_modes
def test_call_turns_into_its_error_in_place(ready: Kernel) -> None:
    panel, page = show(ready, "slow.fail_after(0.3, wait=False)")
    last = wait_for_phase(page, panel, "failed")
    assert "<details" in last["html"]
    assert "Test_Failed" in last["html"]
    saved = wait_for_saved(ready, panel, "failed after")
    assert saved["text/plain"].endswith(": Test_Failed: Failed after 0.3 s")


@green_modes
def test_text_says_what_was_asked(ready: Kernel, mode: str) -> None:
    kind = "AsyncResult" if mode == "gevent" else "Future"
    asked = rf"{kind} test/slow/1 read_attribute\('ts_hang'\): (queued|pending) for [\d.]+ s"
    assert re.match(asked, displayed(ready.run(f"x = {HANG}\nx").check())["text/plain"])
    beside_others = ready.run("[x, 1]").check().result
    assert beside_others is not None
    assert re.match(rf"\[{asked}, at the device,\s+1\]", beside_others)
    ready.run(RELEASE).check()


@green_modes
def test_result_that_is_there_is_shown_at_once(ready: Kernel, mode: str) -> None:
    result = {"futures": "x.result()", "gevent": "x.get()", "asyncio": "await x"}[mode]
    shown = displayed(
        ready.run(f"x = slow.echo('<b>bold</b>', wait=False)\ny = {result}\nx").check()
    )
    assert "data-ipytango" not in shown["text/html"]
    assert "&lt;b&gt;bold" in shown["text/html"]
    assert "<b>bold" not in shown["text/html"]
    assert shown["text/plain"].endswith(": '<b>bold</b>'")
    assert ready.run("threads()").check().result == "[]"  # nothing live was needed


@green_modes
def test_value_comes_while_a_cell_waits_for_tango(ready: Kernel, beside: str) -> None:
    panel, page = show(ready, "slow.sleep(0.5, wait=False)")
    waiting = ready.start("slow.ts_hang")
    wait_for_phase(page, panel, "done")
    assert ready.outputs_of(waiting).status == "running"
    ready.run(RELEASE, subshell=beside).check()
    waiting.finish().check()


@green_modes
def test_value_comes_while_a_cell_blocks(ready: Kernel, beside: str) -> None:
    """The answer is there with the worker, also when the loop cannot hand it on."""
    ready.run("gate = threading.Event()").check()
    panel, page = show(ready, "slow.sleep(0.5, wait=False)")
    page.subshell = beside  # as JupyterLab does it
    page.hello(panel)
    blocking = ready.start("gate.wait(20)")
    assert "0.5" in wait_for_phase(page, panel, "done")["html"]
    assert ready.outputs_of(blocking).status == "running"
    ready.run("gate.set()", subshell=beside).check()
    blocking.finish().check()


# --- cancel ---------------------------------------------------------------------------------------


@green_modes
def test_queued_call_is_taken_out(ready: Kernel) -> None:
    ready.run(f"%tango_green --per-device 1\nfirst = {HANG}").check()
    panel, page = show(ready, "x = slow.command_inout('count', wait=False)\nx")
    assert "out of the queue" in wait_for_phase(page, panel, "queued")["cancels"]
    cancel(page, panel)
    wait_for_phase(page, panel, "cancelled")
    wait_for_saved(ready, panel, "cancelled after")
    before = ready.run("%tango_green --per-device 10\nhelper.release()\nhelper.count()").check()
    assert before.result is not None
    assert ready.run("x.cancelled()").check().result == "True"
    # The device has never heard of it.
    assert ready.run("helper.count()").check().result == str(int(before.result) + 1)


@green_modes
def test_queued_call_is_taken_out_while_a_cell_waits(ready: Kernel, beside: str) -> None:
    ready.run(f"%tango_green --per-device 1\nfirst = {HANG}").check()
    panel, page = show(ready, "slow.command_inout('count', wait=False)")
    waiting = ready.start("slow.ping()")
    cancel(page, panel)
    wait_for_phase(page, panel, "cancelled")
    ready.run(RELEASE, subshell=beside).check()
    waiting.finish().check()
    ready.run("%tango_green --per-device 10").check()


@pytest.mark.parametrize("mode", ["futures", "gevent"])
def test_call_at_the_device_offers_no_cancel(ready: Kernel) -> None:
    panel, page = show(ready, HANG)
    assert wait_for_phase(page, panel, "pending")["cancels"] == ""
    ready.run(RELEASE).check()


@asyncio_mode
def test_cancelled_future_says_that_the_device_goes_on(ready: Kernel) -> None:
    panel, page = show(ready, HANG)
    assert "the device goes on" in wait_for_phase(page, panel, "pending")["cancels"]
    cancel(page, panel)
    assert "the device goes on" in wait_for_phase(page, panel, "cancelled")["note"]
    ready.run(RELEASE).check()


@asyncio_mode
def test_task_is_cancelled(ready: Kernel) -> None:
    panel, page = show(ready, "x = asyncio.create_task(fetch(60))\nx")
    first = wait_for_phase(page, panel, "pending")
    assert first["note"] == "in fetch, line 8"
    assert not first["exact"]  # when it was made nobody knows
    cancel(page, panel)
    wait_for_phase(page, panel, "cancelled")
    assert ready.run("x.cancelled()").check().result == "True"


@pytest.mark.parametrize("mode", ["gevent"])
def test_greenlet_is_killed(ready: Kernel) -> None:
    panel, page = show(ready, "x = gevent.spawn(gevent.sleep, 60)\nx")
    wait_for_phase(page, panel, "pending")
    cancel(page, panel)
    wait_for_phase(page, panel, "cancelled")
    assert ready.run("x.dead").check().result == "True"


# --- what is no Tango call ------------------------------------------------------------------------


@asyncio_mode
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("asyncio.create_task(fetch(60))", r"Task fetch\(60\): pending, in \w+, line \d+"),
        ("t = asyncio.create_task(fetch(60)); await asyncio.sleep(0); t",
         r"Task fetch\(60\): pending, in fetch, line 8"),
        ("import ipytango; ipytango.spawn(time.sleep, 0)", r"Task sleep\(\): pending"),
        ("gevent.spawn(gevent.sleep, 0.1)", r"Greenlet sleep\(0.1\): pending"),
        ("gevent.Greenlet(gevent.sleep, 0.1)", r"Greenlet sleep\(0.1\): not started, "),
        ("gevent.event.AsyncResult()", r"AsyncResult gevent AsyncResult at 0x\w+: pending$"),
        ("concurrent.futures.Future()", r"Future concurrent Future at 0x\w+: pending$"),
        ("asyncio.get_running_loop().create_future()", r"Future asyncio Future at 0x\w+: pending$"),
    ],
)  # fmt: skip
def test_text_of_each_kind(ready: Kernel, code: str, text: str) -> None:
    assert re.match(text, displayed(ready.run(code).check())["text/plain"])
    ready.run(
        "[t.cancel() for t in asyncio.all_tasks() if 'fetch' in repr(t)]\ngc.collect();"
    ).check()


@asyncio_mode
def test_coroutine_is_not_started_by_being_shown(ready: Kernel) -> None:
    panel, page = show(ready, "x = fetch(60)\nx")
    first = wait_for_phase(page, panel, "not started")
    assert "await it" in first["note"]
    assert first["elapsed"] is None
    ready.run("import inspect; assert inspect.getcoroutinestate(x) == inspect.CORO_CREATED").check()
    ready.run("task = asyncio.create_task(x)").check()
    assert wait_for_phase(page, panel, "pending")["note"] == "in fetch, line 8"
    ready.run("task.cancel()").check()
    wait_for_phase(page, panel, "ended")


@asyncio_mode
def test_high_level_read_says_its_attribute(ready: Kernel) -> None:
    ready.run("%tango_green --no-autoawait").check()
    shown = displayed(ready.run("x = dev.ampli\nx").check())
    assert shown["text/plain"].startswith("coroutine sys/tg_test/1 ampli: not started")
    ready.run("%tango_green --autoawait\nawait x").check()


@asyncio_mode
def test_error_of_python_says_where(ready: Kernel) -> None:
    panel, page = show(ready, "x = asyncio.create_task(fail())\nx")
    html = wait_for_phase(page, panel, "failed")["html"]
    assert "ValueError" in html
    assert "in fail, line 12" in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


# --- nothing is changed by looking ----------------------------------------------------------------


@asyncio_mode
def test_error_that_was_not_shown_is_still_reported(ready: Kernel) -> None:
    """A panel that is closed before the end shows nothing, and so keeps nothing back."""
    panel, _ = show(
        ready,
        "go = asyncio.Event()\nasync def late():\n    await go.wait()\n    1 / 0\n"
        "x = asyncio.create_task(late())\ndisplay(x)",
    )
    ready.run(f"loaded().hub._seats['{panel}'].panel().close()").check()
    reported = ready.run(
        "said, loop = [], asyncio.get_running_loop()\n"
        "loop.set_exception_handler(lambda _, context: said.append(context['message']))\n"
        "go.set()\nwhile not x.done(): await asyncio.sleep(0)\n"
        "del x\ngc.collect()\nloop.set_exception_handler(None)\nsaid"
    )
    assert "never retrieved" in (reported.check().result or "")


@asyncio_mode
def test_error_that_was_shown_is_not_reported_again(ready: Kernel) -> None:
    panel, page = show(ready, "x = asyncio.create_task(fail())\nx")
    wait_for_phase(page, panel, "failed")
    assert ready.run("x._log_traceback").check().result == "False"


@futures
def test_future_is_held_only_while_it_is_pending(ready: Kernel) -> None:
    ready.run(
        "class Value:\n    pass\nx = concurrent.futures.Future()\nvalue = Value()\n"
        "seen = weakref.ref(value)"
    ).check()
    panel, page = show(ready, "display(x)")
    ready.run("x.set_result(value)").check()
    wait_for_phase(page, panel, "done")
    ready.run("del x, value").check()
    ready.run("gc.collect();").check()
    assert ready.run("seen() is None").check().result == "True"


@futures
def test_result_that_has_ended_is_freed_without_the_collector(ready: Kernel) -> None:
    ready.run(
        "class Big: pass\n"
        "pool = concurrent.futures.ThreadPoolExecutor(1)\n"
        "gate = threading.Event()\n"
        "future = pool.submit(lambda: (gate.wait(), Big())[1])"
    ).check()
    panel, page = show(ready, "display(future)")
    ready.run("gate.set()").check()
    wait_for_phase(page, panel, "done")
    wait_for_saved(ready, panel, "done")
    ready.run(
        "seen = weakref.ref(future.result())\npool.shutdown()\ngc.disable()\ndel future"
    ).check()
    gone = "print(seen() is None)"
    try:
        ready.wait_until(lambda: ready.run(gone).stdout.strip() == "True", "it is freed")
    finally:
        ready.run("gc.enable()").check()


@futures
def test_result_that_ends_as_ipytango_goes_is_kept(ready: Kernel) -> None:
    ready.run("future = concurrent.futures.Future()").check()
    panel, _ = show(ready, "display(future)")
    ready.run(
        "future.set_result('just then')\n"
        "get_ipython().extension_manager.unload_extension('ipytango')"
    ).check()
    saved = wait_for_saved(ready, panel, "just then")
    assert "done" in saved["text/plain"]


@futures
def test_what_nobody_shows_costs_nothing(ready: Kernel) -> None:
    ready.run(
        "x = [slow.echo('a', wait=False) for _ in range(20)]\n[y.result() for y in x];"
    ).check()
    assert ready.run("threads(), loaded().hub.census()['panels']").check().result == "([], 0)"


# --- many -----------------------------------------------------------------------------------------


@green_modes
def test_list_is_one_panel(ready: Kernel, mode: str) -> None:
    what = "AsyncResults" if mode == "gevent" else "Futures"
    code = f"[slow.echo(str(n), wait=False) for n in range(8)] + [slow.fail(wait=False), {HANG}]"
    panel, page = show(ready, code)
    data = wait_for_counts(page, panel, done=8, failed=1, cancelled=0)
    frames = page.drawn(panel)
    failures = [html for frame in frames for html in frame["failures"]]
    assert "[8] test/slow/1 fail()" in failures[0]
    assert "Test_Failed" in failures[0]
    ready.run(RELEASE).check()
    data = wait_for_counts(page, panel, done=9)
    assert not data["cancellable"]
    saved = wait_for_saved(ready, panel, "9 done, 1 failed")
    assert saved["text/plain"].startswith(f"10 {what}: 9 done, 1 failed, ")
    assert "[8] test/slow/1 fail(): failed: Test_Failed" in saved["text/plain"]
    assert "[3] test/slow/1 echo('3'): '3'" in saved["text/plain"]
    assert "data-ipytango" not in saved["text/html"]


@futures
def test_page_that_comes_late_gets_everything(ready: Kernel) -> None:
    code = f"[slow.echo(str(n), wait=False) for n in range(5)] + [{HANG}]"
    panel, page = show(ready, code)
    wait_for_counts(page, panel, done=5)
    late = Page(ready, page.comm, "late")
    late.hello(panel)
    whole = late.wait_for_data(panel, lambda data: data["results_from"] == 0)
    assert [row[0] for row in sorted(whole["results"])] == ["0", "1", "2", "3", "4"]
    ready.run(RELEASE).check()


@futures
def test_dict_names_its_keys(ready: Kernel) -> None:
    shown = displayed(
        ready.run(
            "x = {'<b>': slow.fail(wait=False), 2: slow.echo('b', wait=False)}\n"
            "concurrent.futures.wait(x.values())\nx"
        ).check()
    )
    assert "[&lt;b&gt;] test/slow/1 fail()" in shown["text/html"]
    assert "[<b>] test/slow/1 fail(): failed: Test_Failed" in shown["text/plain"]
    assert "[2] test/slow/1 echo('b'): 'b'" in shown["text/plain"]


@futures
def test_cancel_all_takes_out_what_is_queued(ready: Kernel) -> None:
    ready.run("%tango_green --per-device 1").check()
    panel, page = show(ready, f"[{HANG}] + [{ECHO} for _ in range(5)]")
    assert wait_for_counts(page, panel, done=0)["cancellable"]
    cancel(page, panel)
    assert not wait_for_counts(page, panel, cancelled=5, done=0)["cancellable"]
    ready.run(RELEASE).check()
    wait_for_counts(page, panel, cancelled=5, done=1)
    ready.run("%tango_green --per-device 10").check()


@futures
def test_lists_are_bounded(ready: Kernel) -> None:
    code = (
        "def ended(n):\n    future = concurrent.futures.Future()\n"
        "    future.set_result(n) if n % 2 else future.set_exception(ValueError(n))\n"
        "    return future\n[ended(n) for n in range(1000)]"
    )
    shown = displayed(ready.run(code).check())
    assert len(shown["text/html"]) < 300_000
    assert shown["text/plain"].startswith("1000 Futures: 500 done, 500 failed")
    assert "and 800 more" in shown["text/plain"]


@futures
@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("[1, 2]", "[1, 2]"),
        ("[]", "[]"),
        ("{'a': (1, {2})}", "{'a': (1, {2})}"),
        ("type('Mine', (list,), {'_repr_html_': lambda self: 'mine'})([1])", "[1]"),
    ],
)
def test_other_collections_are_left_alone(ready: Kernel, code: str, result: str) -> None:
    outcome = ready.run(code).check()
    assert outcome.result == result
    assert outcome.displays == ()


@futures
def test_future_with_a_display_of_its_own_keeps_it(ready: Kernel) -> None:
    ready.run(
        "class Mine(concurrent.futures.Future):\n    def _repr_html_(self):\n        return 'mine'"
    ).check()
    outcome = ready.run("Mine()").check()
    assert outcome.result_data["text/html"] == "mine"
    assert outcome.result is not None
    assert outcome.result.startswith("<Mine at 0x")


# --- a notebook that nobody looks at -------------------------------------------------------------


def test_executed_notebook_keeps_what_came(
    tango_host: str, slow_devices: tuple[str, ...], tmp_path: Path
) -> None:
    cells = (
        """\
%load_ext ipytango
%tango_green futures
import asyncio, concurrent.futures, tango
from ipytango.extension import loaded
slow = tango.DeviceProxy('test/slow/1')""",
        "value = slow.sleep(0.3, wait=False)\nvalue",
        "error = slow.fail_after(0.3, wait=False)\nerror",
        "many = [slow.sleep(0.3, wait=False), slow.sleep(0.4, wait=False)]\nmany",
        """\
concurrent.futures.wait([value, error, *many])
def saved():
    return [(seat.saved or {}).get("text/plain", "") for seat in loaded().hub._seats.values()]
while not all("after" in text or "2 done" in text for text in saved()):
    await asyncio.sleep(0.01)""",
    )
    notebook = nbformat.from_dict(  # type: ignore[no-untyped-call] # it has no types
        {
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": None,
                    "id": f"cell-{number}",
                    "metadata": {},
                    "outputs": [],
                    "source": source,
                }
                for number, source in enumerate(cells)
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    env = shell_environment(tmp_path, tango_host)
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(env=env)
    texts = [cell.outputs[0].data["text/plain"] for cell in notebook.cells[1:4]]
    assert texts[0].endswith(": 0.3")
    assert texts[1].endswith(": Test_Failed: Failed after 0.3 s")
    assert texts[2].startswith("2 Futures: 2 done")
    assert "data-ipytango" not in notebook.cells[1].outputs[0].data["text/html"]


# --- the whole ------------------------------------------------------------------------------------


@futures
def test_unload_leaves_pending_results_to_ipython(ready: Kernel) -> None:
    show(ready, f"x = {HANG}\nx")
    ready.run(RELEASE).check()
    plain = ready.run("%unload_ext ipytango\nthreads(), concurrent.futures.Future()").check()
    assert plain.result is not None
    assert re.match(r"\(\[\], <Future at 0x\w+ state=pending>\)", plain.result)
    ready.run("%load_ext ipytango").check()
