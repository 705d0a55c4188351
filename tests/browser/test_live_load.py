"""Devices that flood, and browsers that are closed: nothing is lost, and nothing is heaped up."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from browser.live import LOAD, expect_live

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tango

    from browser.conftest import OpenAgain, OpenNotebook, Outside
    from browser.lab import Lab

LINES = 2000
COUNT = f"for number in range({LINES}): print(f'line {{number}}'); time.sleep(0.001)"
SEEN = "loaded().client.feeds.census().followings, device.flooded"

WRITE_EVERY_S = 0.03
POINTS, SIDE = 10_000, 512
BATCH_WINDOW_S = 2.0
CLOSED_S = 30.0
GROWTH_BYTES = 16 << 20
"""Above what a server's memory may wander by itself, and a third of what a picture sent on unpaced
would take of it."""

# The page that could be asked is closed.
TELL_CENSUS = """\
import json, threading
def tell():
    while True:
        with open("census.new", "w") as file:
            json.dump(loaded().hub.census(), file)
        os.replace("census.new", "census.json")
        time.sleep(0.2)
threading.Thread(target=tell, daemon=True).start()"""


def test_flood_loses_no_print_and_no_status(
    open_notebook: OpenNotebook, outside: Outside, lab: Lab, device: str
) -> None:
    notebook = open_notebook(
        LOAD,
        f"display(ipytango.watch('{device}/flooded'))",
        f"display(ipytango.plot('{device}/flooded'))",
        COUNT,
    )
    for cell in range(3):
        notebook.run(cell)
    proxy = outside(device)
    proxy.command_inout("flood", [1e9, 0])
    notebook.wait_for_text(1, "events")
    text = notebook.run(3, timeout=60)
    notebook.wait_until_idle()
    assert proxy.read_attribute("flooded").value > LINES
    proxy.command_inout("end_flood")
    assert text.split("\n") == [f"line {number}" for number in range(LINES)]
    last = proxy.read_attribute("flooded").value
    for cell in (1, 2):
        notebook.wait_for_text(cell, f"{last:g}")
    assert "message rate exceeded" not in lab.log
    assert "data rate exceeded" not in lab.log


@contextlib.contextmanager
def written_all_the_time(proxy: tango.DeviceProxy) -> Iterator[None]:
    """Write another spectrum and another image to the device some thirty times a second."""
    over = threading.Event()

    def write() -> None:
        generator = np.random.default_rng(1)
        while not over.wait(WRITE_EVERY_S):
            proxy.write_attribute("pushed_spectrum", generator.normal(size=POINTS))
            image = generator.integers(0, 1000, (SIDE, SIDE), np.uint16)
            proxy.write_attribute("pushed_image", image)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


@pytest.mark.timeout(300)
def test_closed_browser_costs_the_server_nothing(
    open_notebook: OpenNotebook, open_again: OpenAgain, outside: Outside, lab: Lab, device: str
) -> None:
    def census() -> dict[str, Any]:
        counts: dict[str, Any] = json.loads((lab.folder / "census.json").read_text())
        return counts

    notebook = open_notebook(
        LOAD,
        f"display(ipytango.plot('{device}/pushed_spectrum'))",
        f"display(ipytango.plot('{device}/pushed_image'))",
        TELL_CENSUS,
    )
    with written_all_the_time(outside(device)):
        notebook.run_all()
        for cell in (1, 2):
            notebook.wait_for_text(cell, device)
        notebook.scroll_to(2)
        before = census()["batches"]
        while census()["batches"] < before + 20:
            time.sleep(0.1)
        notebook.save()
        notebook.page.close()
        memory = lab.memory
        closed_s = time.monotonic()
        while time.monotonic() < closed_s + BATCH_WINDOW_S:
            time.sleep(0.1)
        sent = census()["batches"]
        while time.monotonic() < closed_s + CLOSED_S:
            assert census()["batches"] == sent
            assert lab.memory < memory + GROWTH_BYTES
            time.sleep(0.5)
        assert census()["awake"] == 2
        notebook = open_again(notebook)
        for cell in (1, 2):
            notebook.scroll_to(cell)
            expect_live(notebook, cell, device)
        while census()["batches"] < sent + 20:
            time.sleep(0.1)
