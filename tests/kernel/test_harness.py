"""The harness itself, on plain kernels: what it says about a kernel is true."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from support.kernels import Kernel, KernelSilent
from support.leftovers import Leftovers
from support.shelf import Shelf

FOREVER = "while True: pass"


@pytest.fixture
def plain(shelf: Shelf, leftovers: Leftovers, tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    """A kernel that knows no database."""
    kernel = shelf.take("no Tango", lambda: Kernel(tmp_path_factory.mktemp("kernel")))
    leftovers.adopt(kernel.pid)
    return kernel


def test_outcome_holds_what_stands_under_the_cell(plain: Kernel) -> None:
    outcome = plain.run(
        "import sys\n"
        "print('out'); print('err', file=sys.stderr)\n"
        "from IPython.display import HTML, display\n"
        "display(HTML('<b>shown</b>'))\n"
        "6 * 7"
    ).check()
    assert outcome.stdout == "out\n"
    assert outcome.stderr == "err\n"
    assert outcome.displays[0]["text/html"] == "<b>shown</b>"
    assert outcome.result == "42"
    assert outcome.error is None
    assert 0 < outcome.seconds < 20


def test_error_is_reported_with_its_traceback(plain: Kernel) -> None:
    outcome = plain.run("1/0")
    assert outcome.status == "error"
    assert outcome.error is not None
    assert outcome.error.ename == "ZeroDivisionError"
    assert "1/0" in outcome.error.traceback
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        outcome.check()


def test_output_that_arrives_later_is_found_under_the_cell_that_made_it(plain: Kernel) -> None:
    early = plain.start(
        "import asyncio\n"
        "go = asyncio.Event()\n"
        "async def speak():\n"
        "    await go.wait()\n"
        "    print('late')\n"
        "task = asyncio.ensure_future(speak())"
    )
    assert early.finish().check().stdout == ""
    late = plain.start("go.set(); await task; print('own')").finish().check()
    assert plain.wait_for_output(early, "late").stdout == "late\n"
    assert plain.outputs_of(early).stdout == "late\n"
    assert late.stdout == "own\n"


def test_interrupt_ends_a_busy_cell_once_it_has_said_that_it_runs(plain: Kernel) -> None:
    cell = plain.start(f"print('busy', flush=True)\n{FOREVER}")
    assert not plain.idle, "a cell runs"
    interrupted_at = plain.interrupt_when(cell, "busy")
    outcome = cell.finish()
    assert outcome.error is not None
    assert outcome.error.ename == "KeyboardInterrupt"
    assert outcome.ended_at is not None
    assert interrupted_at < outcome.ended_at
    assert plain.run("'alive'").check().result == "'alive'"


def test_subshell_runs_beside_a_busy_main_shell(plain: Kernel) -> None:
    cell = plain.start(f"print('busy', flush=True)\n{FOREVER}")
    plain.wait_for_output(cell, "busy")
    subshell = plain.create_subshell()
    name = plain.run("__import__('threading').current_thread().name", subshell=subshell).check()
    assert subshell in (name.result or "")
    plain.delete_subshell(subshell)
    plain.interrupt()
    assert cell.finish().status == "error"


def test_completion_and_inspection_answer_as_in_an_editor(plain: Kernel) -> None:
    plain.run("a_name_of_mine = 1").check()
    assert "a_name_of_mine" in plain.complete("a_name_of")["matches"]
    assert plain.inspect("a_name_of_mine")["found"]
    assert not plain.inspect("no_such_name")["found"]


def test_comm_messages_travel_both_ways(plain: Kernel) -> None:
    plain.run(
        "def opened(comm, message):\n"
        "    @comm.on_msg\n"
        "    def answer(message):\n"
        "        print('asked')\n"
        "        data = message['content']['data']\n"
        "        comm.send({'twice': 2 * data['n']}, buffers=message['buffers'])\n"
        "get_ipython().kernel.comm_manager.register_target('echo', opened)"
    ).check()
    plain.open_comm("c-1", "echo", {})
    request = plain.send_comm("c-1", {"n": 21}, buffers=[b"\x00\x01"])
    answer = plain.wait_until(lambda: plain.comm_messages("c-1"), "the comm's answer")[0]
    assert answer.content["data"] == {"twice": 42}
    assert answer.buffers == (b"\x00\x01",)
    assert plain.wait_for_output(request, "asked").stdout == "asked\n"


def test_waiting_in_vain_fails_with_what_was_seen(plain: Kernel) -> None:
    cell = plain.start("print('only this')")
    with pytest.raises(KernelSilent, match="only this"):
        plain.wait_for_output(cell, "something else", timeout=0.5)


def test_dead_kernel_fails_the_wait_at_once_and_is_replaced(
    shelf: Shelf, leftovers: Leftovers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def start() -> Kernel:
        kernel = Kernel(tmp_path_factory.mktemp("kernel"))
        leftovers.adopt(kernel.pid)
        return kernel

    doomed = shelf.take("doomed", start)
    with pytest.raises(KernelSilent, match="dead"):
        doomed.run("import os; os._exit(3)", timeout=60)
    successor = shelf.take("doomed", start)
    assert successor is not doomed
    assert successor is shelf.take("doomed", start)


def test_kernel_left_busy_is_replaced(
    shelf: Shelf, leftovers: Leftovers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def start() -> Kernel:
        kernel = Kernel(tmp_path_factory.mktemp("kernel"))
        leftovers.adopt(kernel.pid)
        return kernel

    busy = shelf.take("busy", start)
    busy.wait_for_output(busy.start(f"print('busy', flush=True)\n{FOREVER}"), "busy")
    assert shelf.take("busy", start) is not busy
    assert not busy.alive


def test_home_and_tango_host_are_those_of_the_tests(plain: Kernel) -> None:
    outcome = plain.run(
        "import os, IPython.paths\n"
        "print(os.environ['TANGO_HOST'])\n"
        "print(IPython.paths.get_ipython_dir().startswith(os.environ['HOME']))"
    ).check()
    assert outcome.stdout == "127.0.0.1:1\nTrue\n"


# --- what is left behind --------------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Hold a thread until the test's end."""
    event = threading.Event()
    yield event
    event.set()


def test_forgotten_thread_is_noticed(gate: threading.Event) -> None:
    watched = Leftovers()
    thread = threading.Thread(target=gate.wait, name="forgotten")
    thread.start()
    try:
        assert "forgotten" in "\n".join(watched.end(grace_s=0))
    finally:
        gate.set()
        thread.join()


def test_forgotten_process_is_noticed_and_ended_also_without_its_parent() -> None:
    watched = Leftovers()
    code = "import subprocess as s, sys; print(s.Popen(sys.argv[1:], stdout=-3, stderr=-3).pid)"
    sleeper = [sys.executable, "-c", "import signal; signal.pause()"]
    # The process in between ends and leaves its child to the system.
    done = subprocess.run(
        [sys.executable, "-c", code, *sleeper], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() in "\n".join(watched.end(grace_s=0))
    assert watched.end() == []


def test_forgotten_task_is_noticed() -> None:
    watched = Leftovers()
    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(asyncio.Event().wait(), name="forgotten")
        assert "forgotten" in "\n".join(watched.end(grace_s=0))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
    finally:
        loop.close()
    assert watched.end() == []


def test_adopted_process_may_stay(start_sleeper: "subprocess.Popen[bytes]") -> None:
    watched = Leftovers()
    watched.adopt(start_sleeper.pid)
    assert watched.end() == []


@pytest.fixture
def start_sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()
