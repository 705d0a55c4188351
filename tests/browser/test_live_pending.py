"""Pending results in a page: they end in place while the kernel does something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.live import let_go

if TYPE_CHECKING:
    from collections.abc import Callable

    from browser.conftest import OpenNotebook, Outside
    from browser.lab import Lab
    from browser.page import NotebookPage

LOAD = """\
%load_ext ipytango
import asyncio, gevent, os, tango, time
slow, other = tango.DeviceProxy("test/slow/1"), tango.DeviceProxy("test/slow/2")
slow.set_timeout_millis(60_000)
%tango_green {}
"""

PENDING = "pending = slow.read_attribute('ts_hang', wait=False); pending"
FAILING = "failing = slow.command_inout('fail_after', 1.0, wait=False); failing"

# Each goes on until the test lets it end; the first one keeps the kernel's main thread.
OCCUPIED = "while not os.path.exists('{}'): {}"
OCCUPATIONS = {
    "blocks": "time.sleep(0.02)",
    "waits": "other.command_inout('sleep', 0.02)",
}


class Occupation:
    """A cell that runs until it is told to end."""

    def __init__(self, notebook: NotebookPage, cell: int, lab: Lab, flag: str) -> None:
        self._notebook, self._cell = notebook, cell
        self._flag = lab.folder / flag
        notebook.start(cell)
        expect(notebook.prompt(cell)).to_have_text("[*]:")

    def end(self) -> None:
        assert self._notebook.is_running(self._cell)
        self._flag.touch()
        self._notebook.finish(self._cell)
        self._flag.unlink()


@pytest.fixture
def occupied(lab: Lab) -> Callable[[NotebookPage, int], Occupation]:
    """Run a cell of `OCCUPIED`."""
    return lambda notebook, cell: Occupation(notebook, cell, lab, "end")


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("futures", "blocks"), ("futures", "waits"), ("gevent", "waits"), ("asyncio", "waits")],
)
@pytest.mark.usefixtures("slow_devices")
def test_value_and_error_come_in_place_while_another_cell_runs(
    open_notebook: OpenNotebook,
    outside: Outside,
    occupied: Callable[[NotebookPage, int], Occupation],
    mode: str,
    kind: str,
) -> None:
    notebook = open_notebook(
        LOAD.format(mode), PENDING, FAILING, OCCUPIED.format("end", OCCUPATIONS[kind])
    )
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_text(1, "test/slow/1")
    notebook.wait_for_text(1, "pending for")
    notebook.run(2)
    occupation = occupied(notebook, 3)
    notebook.wait_for_text(2, "Test_Failed")
    device, shown = outside("test/slow/1"), notebook.output(1)
    while "done after" not in shown.inner_text():  # the client may have sent the request twice
        device.command_inout("release")
        notebook.page.wait_for_timeout(100)
    notebook.wait_for_text(1, "0.00")
    occupation.end()


# What is at a device goes on there; what stands in the queue behind ten others does not have to.
QUEUED = "others = [slow.read_attribute('ts_hang', wait=False) for _ in range(10)]\n" + PENDING


@pytest.mark.parametrize(
    ("mode", "code", "kind"),
    [("futures", QUEUED, "blocks"), ("futures", QUEUED, "waits"), ("asyncio", PENDING, "waits")],
    ids=["futures-blocks", "futures-waits", "asyncio-waits"],
)
@pytest.mark.usefixtures("slow_devices")
def test_cancel_while_another_cell_runs(
    open_notebook: OpenNotebook,
    outside: Outside,
    occupied: Callable[[NotebookPage, int], Occupation],
    mode: str,
    code: str,
    kind: str,
) -> None:
    notebook = open_notebook(LOAD.format(mode), code, OCCUPIED.format("end", OCCUPATIONS[kind]))
    notebook.run(0)
    notebook.run(1)
    cancel = notebook.output(1).get_by_role("button", name="cancel")
    expect(cancel).to_be_visible()
    occupation = occupied(notebook, 2)
    cancel.click()
    notebook.wait_for_text(1, "cancelled")
    occupation.end()
    assert notebook.evaluate_in_kernel("pending.cancelled()") == "True"
    let_go(outside("test/slow/1"))


@pytest.mark.usefixtures("slow_devices")
def test_many_are_one_card(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        LOAD.format("futures"),
        "[slow.command_inout('sleep', 0.1 * n, wait=False) for n in range(10)]"
        " + [slow.command_inout('fail', wait=False)]",
    )
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_text(1, "Test_Failed")
    notebook.wait_for_text(1, "10 done")
