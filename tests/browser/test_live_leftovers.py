"""What live displays leave in the kernel when they go: counted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.live import LOAD, PLOT, WATCH, expect_live, expect_standstill

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook, Outside
    from browser.page import NotebookPage

CENSUS = """\
import dataclasses, threading
from comm import get_comm_manager

def census():
    hub, feeds = loaded().hub.census(), loaded().client.feeds.census()
    panels = {"panels": hub["panels"], "awake": hub["awake"]}
    return {**panels, **dataclasses.asdict(feeds), "comms": len(get_comm_manager().comms)}

async def settled(*expected):
    'Take a census until it is one of those expected; give the last one in any case.'
    for _ in range(500):
        if (now := census()) in expected:
            break
        await asyncio.sleep(0.05)
    return now

def threads():
    'Name the threads, but those of Tango, of the page (its subshell) and of ZeroMQ.'
    found = [one for one in threading.enumerate() if not type(one).__module__.startswith("zmq")]
    return sorted(repr(one) for one in found if not one.name.startswith(("Dummy", "subshell")))

before = threads(), len(get_comm_manager().comms)
"""


@pytest.fixture
def shown(open_notebook: OpenNotebook, outside: Outside, device: str) -> NotebookPage:
    """A watch and a plot, live."""
    notebook = open_notebook(
        CENSUS + LOAD,
        WATCH.format(device),
        PLOT.format(device),
        "await settled(first)",
        "away = dict.fromkeys(first, 0) | {'comms': first['comms']}; await settled(away)",
        "%unload_ext ipytango\nleft = threads(), len(get_comm_manager().comms); left",
    )
    for cell in range(3):
        notebook.run(cell)
    proxy = outside(device)
    proxy.write_attribute("pushed", 6.25)
    proxy.write_attribute("pushed_text", "hello")
    expect_live(notebook, 1, "6.250")
    expect_live(notebook, 1, "hello")
    expect_live(notebook, 2, "6.250")
    notebook.evaluate_in_kernel("globals().update(first=census())")
    return notebook


def test_cells_that_are_run_again_or_cleared(shown: NotebookPage) -> None:
    first = shown.evaluate_in_kernel("first")
    assert all(count in first for count in ("'panels': 2", "'awake': 2", "'followings': 3"))
    for cell in (1, 2, 1, 2):
        shown.run(cell)
        expect_live(shown, cell, "6.250")
    assert shown.run(3) == first
    for cell in (1, 2):
        shown.clear_output(cell)
    assert shown.run(4) == shown.evaluate_in_kernel("away")
    for cell in (1, 2):
        shown.run(cell)
        expect_live(shown, cell, "6.250")
    assert shown.run(3) == first


def test_unloading(shown: NotebookPage) -> None:
    shown.run(5)
    for cell in (1, 2):
        expect_standstill(shown, cell)
    assert shown.evaluate_in_kernel("left") == shown.evaluate_in_kernel("before")
