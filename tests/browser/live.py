"""Cells and looks that the tests of live displays share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from browser.page import NotebookPage

LOAD = """\
%load_ext ipytango
import asyncio, ipytango, os, tango, time
from ipytango.extension import loaded
"""
# Displayed and not a result: nothing but the page keeps them, `Out` does not.
WATCH = "display(ipytango.watch('{0}/pushed', '{0}/pushed_text'))"
PLOT = "display(ipytango.plot('{0}/pushed'))"
VALUE = "tango.DeviceProxy('{0}').read_attribute('pushed')"

LIVE = ".ipytango-live"
BADGE = ".ipytango-badge"
TRY_AGAIN_S = 10.0
NOT_LIVE = re.compile("stale since|closed")


def let_go(device: Any) -> None:
    """Have a slow device answer all the reads that hang there.

    The client may send a request twice, and each release lets go only what waits just then.
    """
    while device.read_attribute("under_way").value:
        device.command_inout("release")


def switch(notebook: NotebookPage, cell: int) -> Locator:
    """Find the live switch of a value."""
    return notebook.output(cell).get_by_role("switch")


def switch_on(notebook: NotebookPage, cell: int) -> None:
    """Have a value followed from now on."""
    live = switch(notebook, cell)
    live.click()
    try:
        expect(live).to_have_attribute("aria-checked", "true", timeout=TRY_AGAIN_S * 1000)
    except AssertionError:
        live.click()  # it was moved in the page between press and release: a person tries again
        expect(live).to_have_attribute("aria-checked", "true")


def expect_standstill(notebook: NotebookPage, cell: int) -> None:
    """Expect that the live display of a cell says that it is live no more."""
    badge = notebook.output(cell).locator(BADGE).filter(visible=True)
    expect(badge).to_have_text(NOT_LIVE)


def expect_live(notebook: NotebookPage, cell: int, text: str) -> None:
    """Expect that a cell shows `text`, and does not say that it is old."""
    notebook.scroll_to(cell)  # what is out of sight is not sent
    notebook.wait_for_text(cell, text)
    expect(notebook.output(cell).locator(BADGE).filter(visible=True)).to_have_count(0)


def expect_still(notebook: NotebookPage, cell: int, text: str) -> None:
    """Expect that a cell shows `text` in a snapshot, with nothing live about it."""
    notebook.wait_for_text(cell, text)
    expect(notebook.output(cell).locator(f"{LIVE}, .ipytango-view, button")).to_have_count(0)
    expect(notebook.output(cell)).not_to_contain_text("Error displaying")
