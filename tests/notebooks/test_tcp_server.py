"""The notebook with the TCP server runs from top to bottom, and shows what it says."""

import os
import re
import socket

import psutil
import pytest
from nbformat import NotebookNode

from support.leftovers import MARK
from support.notebooks import cell_with, execute, read, text_of


@pytest.fixture(scope="module")
def executed(tango_host: str) -> NotebookNode:
    return execute(read("05_tcp_server.ipynb"), tango_host)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('print(f"Serving on', r"^Serving on 127\.0\.0\.1 port \d+$"),
        ('await ask("sys/tg_test/1/ampli"', r"^\['\d+\.\d+', 'RUNNING', '.*'\]$"),
        ('await ask("sys/tg_test/1/nope"', r"(?s)API_UnsupportedAttribute.*'RUNNING'\]$"),
        ("for _ in range(100)", r"^500 answers in"),
        ("create_task(ask(dream))", r"^Task ask\(\): done after .*API_DeviceTimedOut"),
        ("loop.run_forever()", r"^\['RUNNING'\]$"),
        ("create_subprocess_exec", r"^Serving on 127\.0\.0\.1 port \d+$"),
        ("writer.write_eof()", r"(?s)^>>> \d.*nope.*1001 bytes; up to 200.*\n>>> RUNNING\n>>> $"),
        ("process.terminate()", r"^0$"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    text = text_of(cell_with(executed, source))
    assert re.search(says, text.removesuffix("\n")), text


def test_others_are_answered_while_one_device_hangs(executed: NotebookNode) -> None:
    answers = int(text_of(cell_with(executed, "while not waiting.done()")).split()[0])
    assert answers >= 20  # of some hundreds on an idle machine


def test_nothing_listens_any_more(executed: NotebookNode) -> None:
    for source in ('print(f"Serving on', "create_subprocess_exec"):
        port = int(text_of(cell_with(executed, source)).split()[-1])
        with socket.socket() as knock:
            assert knock.connect_ex(("127.0.0.1", port)) != 0


def test_no_process_is_left_of_it(executed: NotebookNode) -> None:
    assert executed.cells
    mine = [process for process in psutil.process_iter(["environ", "cmdline"]) if _is_of(process)]
    assert mine == []


def _is_of(process: psutil.Process) -> bool:
    """Whether it is a server that the notebook started in this very run."""
    environment, command = process.info["environ"] or {}, " ".join(process.info["cmdline"] or ())
    ours = environment.get(MARK) == os.environ[MARK]
    return ours and ("serve-tcp" in command or "Sleeper" in command)


def test_outputs_that_are_kept_are_of_these_cells() -> None:
    notebook = read("05_tcp_server.ipynb")
    shown = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert len(shown) >= 11
