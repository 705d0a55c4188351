"""What a notebook keeps of live displays: pictures, and nothing that looks live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from browser.live import LOAD, PLOT, VALUE, WATCH, expect_live, expect_still, let_go, switch_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser.conftest import OpenAgain, OpenNotebook, Outside
    from browser.lab import Lab

PENDING = """\
%tango_green futures
slow = tango.DeviceProxy('test/slow/1')
slow.set_timeout_millis(300_000)
pending = slow.read_attribute('ts_hang', wait=False)
pending"""
DONE = "tango.DeviceProxy('{0}').read_attribute('pushed', wait=False)"

DRAWN_JS = "image => image.complete && image.naturalWidth > 300"
TRUST_JS = """trusted => {
    const { cells } = jupyterapp.shell.currentWidget.content.model;
    return [...cells].slice(1).every(cell => cell.trusted === trusted);
}"""
SHOWN = {1: "6.250", 2: "6.250", 3: "as of", 4: "ts_hang", 5: "6.250"}


def distrust(path: Path) -> None:
    """Change a notebook's file as somebody else would: its outputs are no longer the reader's."""
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["source"] = "pass"
    path.write_text(json.dumps(notebook))


@pytest.fixture
def hanging(outside: Outside, slow_devices: tuple[str, ...]) -> Iterator[None]:
    """Let a read of `ts_hang` go when the test is over."""
    yield
    let_go(outside(slow_devices[0]))


@pytest.mark.usefixtures("hanging")
def test_saved_notebook_has_pictures_and_nothing_live(
    open_notebook: OpenNotebook, open_again: OpenAgain, outside: Outside, lab: Lab, device: str
) -> None:
    cells = (VALUE, WATCH, PLOT, PENDING, DONE)
    notebook = open_notebook(LOAD, *(cell.format(device) for cell in cells))
    outside(device).write_attribute("pushed", 6.25)
    notebook.run_all()
    switch_on(notebook, 1)
    for cell in (1, 2, 3, 5):
        expect_live(notebook, cell, SHOWN[cell])
    notebook.wait_for_text(4, "pending for")
    notebook.save()
    notebook.page.close()
    lab.tidy()

    for with_kernel, trusted in ((False, True), (True, True), (False, False)):
        if not trusted:
            distrust(lab.folder / notebook.name)
        page = open_again(notebook, with_kernel=with_kernel)
        page.wait_for(TRUST_JS, trusted)
        for cell, text in SHOWN.items():
            expect_still(page, cell, text)
        page.wait_for(DRAWN_JS, page.output(3).locator("img").element_handle())
        page.page.close()
