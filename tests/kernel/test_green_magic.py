"""`%tango_green`: what it shows, what it switches, and what it says when it cannot."""

import re

import pytest

from conftest import StartKernel
from support.cells import results_of
from support.kernels import Kernel
from support.pages import Page

MODES = ("synchronous", "futures", "gevent", "asyncio")
MODE = "tango.get_green_mode().name.lower()"


@pytest.fixture
def mode() -> str:
    """Where each test here starts, unless it says otherwise."""
    return "synchronous"


def mode_of(notebook: Kernel) -> str:
    return (notebook.run(MODE).check().result or "").strip("'")


# --- what it shows --------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", MODES)
def test_status_names_the_mode_and_what_a_call_gives(notebook: Kernel, chosen: str) -> None:
    notebook.run(f"%tango_green {chosen}").check()
    status = notebook.run("%tango_green").check()
    text = status.result_data["text/plain"]
    assert f"[{chosen}]" in text
    assert re.findall(r"\[(\w+)\]", text) == [chosen]
    assert "0 pending, 0 queued" in text
    html = status.result_data["text/html"]
    assert html.count("<div") == html.count("</div>")
    for name in MODES:
        assert f">{name}</{'b' if name == chosen else 'span'}>" in html
    assert "<script" not in html
    assert not status.stdout


def test_status_follows_the_options(notebook: Kernel) -> None:
    shown = notebook.run(
        "%tango_green asyncio --no-autoawait --workers 200 --per-device 5 --per-server 50"
    ).check()
    assert shown.result is not None
    assert "200 workers, 5 per device, 50 per server" in shown.result
    assert re.search(r"auto-await +off", shown.result)
    assert "PyTango's awaitable" in shown.result
    shown = notebook.run("%tango_green --autoawait --workers 1000 --per-device 10 --per-server 100")
    assert "1000 workers, 10 per device, 100 per server" in (shown.check().result or "")
    assert mode_of(notebook) == "asyncio"


def test_status_counts_calls_under_way_and_queued(notebook: Kernel) -> None:
    notebook.run("%tango_green asyncio --per-device 2").check()
    shown = notebook.run(
        "all_pending = [slow.sleep(1, wait=False) for _ in range(5)]\n"
        "def ask(): return get_ipython().run_line_magic('tango_green', '')\n"
        # The first may still run alone, while its device is asked which server it is at.
        "while '2 pending, 3 queued' not in repr(status := ask()) and not all_pending[1].done():\n"
        "    await asyncio.sleep(0.01)\n"
        "await asyncio.gather(*all_pending)\nstatus"
    ).check()
    notebook.run("%tango_green --per-device 10").check()
    assert shown.result is not None
    assert "2 pending, 3 queued" in shown.result
    assert "test/slow/1: 2 pending, 3 queued" in shown.result
    assert "test/slow/1" in shown.result_data["text/html"]


def test_magic_gives_an_object_that_code_can_ask(notebook: Kernel) -> None:
    seen = {
        "status = %tango_green futures\nstatus.mode": "'futures'",
        "status.client.autoawait": "True",
        "status.client.calls.limits.workers": "1000",
        "get_ipython().run_line_magic('tango_green', 'gevent').mode": "'gevent'",
    }
    assert results_of(notebook, seen) == seen


# --- switching ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", MODES)
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_switches_in_any_case(notebook: Kernel, chosen: str, spelling: "type[str]") -> None:
    notebook.run(f"%tango_green {spelling(chosen)}").check()
    assert mode_of(notebook) == chosen


def test_works_inside_a_cell_and_a_function(notebook: Kernel) -> None:
    seen = {
        f"%tango_green futures\n{MODE}": "'futures'",
        "def switch():\n    get_ipython().run_line_magic('tango_green', 'asyncio')\n"
        f"switch()\n{MODE}": "'asyncio'",
        f"if True:\n    %tango_green gevent\n{MODE}": "'gevent'",
        f"%tango_green synchronous  \n{MODE}": "'synchronous'",
    }
    assert results_of(notebook, seen) == seen


# --- one cell -------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", MODES)
@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_cell_magic_holds_for_its_cell(notebook: Kernel, chosen: str, mode: str) -> None:
    inside = notebook.run(f"%%tango_green {chosen}\nprint('out')\nn = dev.DevLong(3)\n{MODE}, n")
    assert inside.check().result == f"('{chosen}', 3)"
    assert inside.stdout == "out\n"
    assert mode_of(notebook) == mode


def test_cell_magic_can_await_and_its_names_stay(notebook: Kernel) -> None:
    inside = notebook.run(
        "%%tango_green asyncio\n"
        "async def ask(n): return await dev.DevLong(n)\n"
        "mine = await asyncio.gather(dev.DevLong(1), ask(2))\n"
        "mine, await dev.state(), dev.DevLong(4)"
    )
    assert inside.check().result == "([1, 2], <DevState.RUNNING: 10>, 4)"
    assert notebook.run("mine").check().result == "[1, 2]"
    assert mode_of(notebook) == "synchronous"


def test_cell_magic_takes_options(notebook: Kernel) -> None:
    inside = notebook.run(
        "%%tango_green asyncio --no-autoawait --per-device 3\n"
        "pending = dev.state()\n"
        "status = %tango_green\n"
        "inspect.isawaitable(pending), status.client.calls.limits.per_device, await pending"
    )
    assert inside.check().result == "(True, 3, <DevState.RUNNING: 10>)"
    after = notebook.run("%tango_green").check().result or ""
    assert re.search(r"auto-await +on", after)
    assert "10 per device" in after


FAILING = {
    "error": ("n = dev.DevLong(1)\n1 / 0", "ZeroDivisionError"),
    "error of a device": ("slow.fail()", "DevFailed"),
    "awaited": ("await slow.fail()", "DevFailed"),
    "in a function": ("def ask(): return slow.fail()\nask()", "DevFailed"),
    "syntax": ("def (", "SyntaxError"),
    "name": ("no_such_name", "NameError"),
    "magic": ("%no_such_magic", "UsageError"),
    "nested": ("%%tango_green futures\nslow.fail()", "DevFailed"),
}


@pytest.mark.parametrize(("code", "ename"), FAILING.values(), ids=FAILING)
def test_cell_magic_is_undone_when_the_cell_fails(notebook: Kernel, code: str, ename: str) -> None:
    failed = notebook.run(f"%%tango_green asyncio --per-device 3\n{code}")
    if ename == "UsageError":  # IPython reports it on stderr
        assert "no_such_magic" in failed.stderr
    else:
        assert failed.error is not None
        assert failed.error.ename == ename
        assert len([m for m in failed.messages if m.type == "error"]) == 1
        assert failed.error.traceback.count("Traceback (most recent call last)") <= 1
        assert "ipytango" not in failed.error.traceback
        assert not failed.stderr
    assert failed.status == "error"
    assert mode_of(notebook) == "synchronous"
    assert "10 per device" in (notebook.run("%tango_green").check().result or "")


def test_error_in_a_cell_magic_points_at_its_line(notebook: Kernel) -> None:
    failed = notebook.run("%%tango_green asyncio\nn = 1\nslow.fail()  # here")
    assert failed.error is not None
    assert re.search(r"-> 2 slow\.fail\(\)  # here", failed.error.traceback)


def test_cell_magic_is_undone_when_it_is_interrupted(notebook: Kernel) -> None:
    cell = notebook.start("%%tango_green asyncio\nprint('asked', flush=True)\nslow.sleep(2)")
    notebook.interrupt_when(cell, "asked")
    failed = cell.finish()
    assert failed.error is not None
    assert failed.error.ename == "KeyboardInterrupt"
    assert mode_of(notebook) == "synchronous"


def test_cell_magic_leaves_a_loop_re_entrant(start_kernel: StartKernel) -> None:
    """nest-asyncio cannot be taken back: the cell must not fail at its end for that."""
    kernel = start_kernel()
    kernel.run("%load_ext ipytango").check()
    assert kernel.run("%%tango_green asyncio --nest\n6 * 7").check().result == "42"
    status = kernel.run("%tango_green").check().result or ""
    assert "[synchronous]" in status
    assert "nested loop" in status


# --- bad input ------------------------------------------------------------------------------------

WRONG = {
    "%tango_green async": (
        "'async' is no green mode; the four are synchronous, futures, gevent, asyncio"
    ),
    "%tango_green asyncio gevent": "gevent",
    "%tango_green --nosuch": "--nosuch",
    "%tango_green --workers": "--workers",
    "%tango_green --workers many": "many",
    "%tango_green --workers 0": "workers takes a whole number from 1 up, not 0",
    "%tango_green --per-device -1": "per-device",
    "%tango_green asyncio --per-server 0": "per-server takes a whole number from 1 up, not 0",
    "%tango_green <b>": "'<b>' is no green mode",
    "%tango_green 'asyncio": "No closing quotation",
    "%%tango_green nosuch\nprint('ran')": "'nosuch' is no green mode",
    "%%tango_green --nosuch\nprint('ran')": "--nosuch",
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_line_gives_one_clear_line(notebook: Kernel, line: str) -> None:
    refused = notebook.run(line)
    assert refused.status == "error"
    said = refused.stderr.strip() or (refused.error.evalue if refused.error else "")
    assert WRONG[line] in said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("UsageError: ")
    assert not refused.stdout
    assert mode_of(notebook) == "synchronous"


# --- an editor's help -----------------------------------------------------------------------------

OPTIONS = {
    *("--autoawait", "--no-autoawait", "--nest", "--no-nest"),
    *("--workers", "--per-device", "--per-server"),
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%tango_green as", {"asyncio"}),
        ("%tango_green AS", {"asyncio"}),
        ("%tango_green ", set(MODES)),
        ("%tango_green --", OPTIONS),
        ("%tango_green --per", {"--per-device", "--per-server"}),
        ("%tango_green asyncio --no-a", {"--no-autoawait"}),
        ("%tango_green asyncio ", OPTIONS),
        ("%tango_green --workers 20 gev", {"gevent"}),
        ("%%tango_green ge", {"gevent"}),
        ("x = 1\n%tango_green fu", {"futures"}),
        ("  %tango_green fu", {"futures"}),
        ("status = %tango_green fu", {"futures"}),
        ("tango_green fu", {"futures"}),
        ("%tango_green asyncio gev", set()),
    ],
)
def test_completion(notebook: Kernel, line: str, expected: set[str]) -> None:
    reply = notebook.complete(line)
    assert {match.strip() for match in reply["matches"]} == expected
    if expected:
        start, end = reply["cursor_start"], reply["cursor_end"]
        assert line[start:end] == re.split(r"\s", line)[-1]


def test_name_of_the_magic_is_completed(notebook: Kernel) -> None:
    assert "%tango_green" in notebook.complete("%tango_gr")["matches"]
    assert "%%tango_green" in notebook.complete("%%tango_gr")["matches"]


def test_completion_of_other_things_is_left_alone(notebook: Kernel) -> None:
    assert "get_green_mode" in " ".join(notebook.complete("tango.get_green")["matches"])
    assert "%timeit" in notebook.complete("%timei")["matches"]


@pytest.mark.parametrize("question", ["%tango_green?", "%%tango_green?", "?%tango_green"])
def test_help(notebook: Kernel, question: str) -> None:
    outcome = notebook.run(question).check()
    pages = [
        page["data"]["text/plain"]
        for message in outcome.messages
        if message.type == "execute_reply"
        for page in message.content["payload"]
    ]
    assert len(pages) == 1
    for word in ("asyncio", "--no-autoawait", "--workers", "--per-device", "%%tango_green"):
        assert word in pages[0]


# --- PYTANGO_GREEN_MODE ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gevent", "Asyncio"])
def test_environment_chooses_the_mode(start_kernel: StartKernel, name: str) -> None:
    kernel = start_kernel(PYTANGO_GREEN_MODE=name)
    kernel.run("%load_ext ipytango").check()
    status = kernel.run("%tango_green").check().result or ""
    assert f"[{name.lower()}]" in status


def test_unknown_mode_in_the_environment_is_named(start_kernel: StartKernel) -> None:
    kernel = start_kernel(PYTANGO_GREEN_MODE="turbo")
    refused = kernel.run("%load_ext ipytango")
    said = refused.stderr + (refused.error.evalue if refused.error else "")
    assert "PYTANGO_GREEN_MODE" in said
    assert "'turbo'" in said
    assert "synchronous, futures, gevent, asyncio" in said
    assert kernel.run("6 * 7").check().result == "42"
    kernel.run("import os; os.environ['PYTANGO_GREEN_MODE'] = 'futures'\n%load_ext ipytango")
    assert "[futures]" in (kernel.run("%tango_green").check().result or "")


def test_status_follows_on_a_page(green_kernel: Kernel) -> None:
    shown = green_kernel.run("%tango_green asyncio").check()
    found = re.search(r'data-ipytango="(\w+)"', shown.result_data["text/html"])
    assert found, shown.result_data["text/html"]
    panel = found[1]
    hub = "__import__('ipytango.extension').extension.loaded().hub"
    comm = green_kernel.run(f"print({hub}._wire._model.comm.comm_id)").check().stdout.strip()
    page = Page(green_kernel, comm, "page of the status")
    page.hello(panel)
    page.wait_for_data(panel, lambda data: data["mode"] == "asyncio")
    green_kernel.run("%tango_green futures").check()
    page.wait_for_data(panel, lambda data: data["mode"] == "futures")
    page.say("bye")
