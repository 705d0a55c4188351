"""The fourth notebook runs from top to bottom, with no Tango beforehand, and shows what it says."""

import os
import re

import psutil
import pytest
from nbformat import NotebookNode

from support.leftovers import MARK
from support.notebooks import cell_ending, execute, read, text_of


@pytest.fixture(scope="module")
def executed() -> NotebookNode:
    return execute(read("04_green_servers.ipynb"))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            "Telescope.run_server()",
            r"Device server Telescope/notebook: .* \(asyncio, no da",
        ),
        ("\ndevice.state()", r"^<DevState.STANDBY"),
        ("\ntrend", r"/State#dbase=no +RUNNING +\S+"),
        ("device.test_attribute, device.state()", r"\(42.*RUNNING"),
        ("gevent.sleep(2)\n        self.set_state(DevState.ON)", r"Oven/notebook: running"),
        ("        time.sleep(2)", r"Furnace/notebook"),
        ("furnace.proxy.temperature", r"^1200"),
        ('nobody is at {port}")', r'COM3\n\nTraceback(.|\n)*"Cell In\[\d+\]", line 8, in init_dev'),
        ("return 1.5", r"tango://127\.0\.0\.1:\d+/lab/lamp/2"),
        ("%tango_ls lab/*", r"lab/lamp/1 +Lamp +Lamp/notebook .* yes"),
        ("server.state", r"^'stopped'"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    assert re.search(says, text_of(cell_ending(executed, source)))


def test_others_are_answered_in_green_modes_alone(executed: NotebookNode) -> None:
    printed = [
        output["text"]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "answers meanwhile" in output.get("text", "")
    ]
    counts, longest = zip(
        *(re.search(r"meanwhile: (\d+).* (\d\.\d+) s", text).groups() for text in printed),  # type: ignore[union-attr]
        strict=True,
    )
    asynchronous, greenlets, plain = (int(count) for count in counts)
    assert min(asynchronous, greenlets) > 5 * plain
    assert float(longest[2]) > 1.5


def test_no_server_outlives_the_notebook(executed: NotebookNode) -> None:
    left = []
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == os.environ[MARK]
            if marked and "ipytango.served" in process.cmdline():
                left.append(process)
        except psutil.Error:  # it has just ended, or is another user's
            continue
    assert left == []


def test_outputs_that_are_kept_are_of_these_cells() -> None:
    notebook = read("04_green_servers.ipynb")
    silent = ("setpoint = 1200.0",)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source not in silent:
            assert cell.outputs, cell.source
