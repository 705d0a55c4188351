"""A kernel that ends while its displays are live: nothing goes on looking live."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.live import (
    LOAD,
    PLOT,
    VALUE,
    WATCH,
    expect_live,
    expect_standstill,
    switch_on,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from browser.conftest import OpenNotebook, Outside
    from browser.lab import Lab
    from browser.page import NotebookPage


def kill(notebook: NotebookPage, lab: Lab) -> None:
    """End the kernel as a crash does; the server starts another one."""
    (pid,) = lab.kernel_pids()
    os.kill(pid, signal.SIGKILL)
    while lab.kernel_pids() in ([], [pid]):
        time.sleep(0.05)
    notebook.page.locator(".jp-Dialog button.jp-mod-accept").click()
    notebook.wait_until_idle()


def shut_down(notebook: NotebookPage, lab: Lab) -> None:
    """End the kernel as its menu does."""
    notebook.shut_down_kernel()
    assert not lab.kernel_pids()


def restart(notebook: NotebookPage, _: Lab) -> None:
    """Restart the kernel as its menu does."""
    notebook.restart_kernel()


@pytest.mark.parametrize("end", [kill, shut_down, restart])
def test_what_was_live_says_that_it_is_no_more(
    open_notebook: OpenNotebook,
    outside: Outside,
    lab: Lab,
    device: str,
    end: Callable[[NotebookPage, Lab], None],
) -> None:
    cells = (VALUE, WATCH, PLOT)
    notebook = open_notebook(LOAD, *(cell.format(device) for cell in cells))
    proxy = outside(device)
    proxy.write_attribute("pushed", 6.25)
    notebook.run_all()
    switch_on(notebook, 1)
    for cell in (1, 2, 3):
        expect_live(notebook, cell, "6.250")
    end(notebook, lab)
    for cell in (1, 2, 3):
        expect_standstill(notebook, cell)
        notebook.wait_for_text(cell, "6.250")
        expect(notebook.output(cell)).not_to_contain_text("events")
    if end is shut_down:
        return
    notebook.run(0)
    for cell in (2, 3):
        notebook.run(cell)
    proxy.write_attribute("pushed", 7.25)
    for cell in (2, 3):
        expect_live(notebook, cell, "7.250")
    expect_standstill(notebook, 1)
