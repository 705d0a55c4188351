"""ipywidgets' own widgets, in sync with the kernel while a cell waits and after it.

With the green core every cell is one that awaits, and ipykernels differ in what becomes of a
widget's messages meanwhile: see `ipytango/extension/_comms.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook
    from browser.page import NotebookPage

MODES = ("synchronous", "futures", "gevent", "asyncio")

PANEL = """\
%load_ext ipytango
import asyncio, gevent, tango
from ipywidgets import Button, IntSlider, Label, Text, VBox
slow = tango.DeviceProxy("test/slow/1")
slider, text, button, label = IntSlider(), Text(), Button(description="Read"), Label("nothing")
clicks = 0

def read(_):
    global clicks
    clicks += 1
    value = dev.command_inout("DevLong", 1000 + clicks)
    label.value = f"{tango.get_green_mode()} gave {value}"

button.on_click(read)
display(VBox([slider, text, button, label]))
"""

CHOOSE = """\
%tango_green {}
dev = tango.DeviceProxy("sys/tg_test/1")
"""

# It says what it sees of the slider, until the text field says that it may end.
WAITING = """\
seen = slider.value
print("waits")
while text.value != "{last_word}":
    {wait}
    if slider.value != seen:
        seen = slider.value
        print("sees", seen)
print("ends")
"""

WAITS = {
    "asyncio": "await asyncio.sleep(0.02)",
    "gevent": "gevent.sleep(0.02)",
    "tango": 'slow.command_inout("sleep", 0.02)',
}


class Panel:
    """The widgets in the page, worked as a person does."""

    def __init__(self, notebook: NotebookPage, cell: int) -> None:
        output = notebook.output(cell)
        self._handle = output.locator(".noUi-handle")
        self._text = output.locator(".widget-text input")
        self.button = output.get_by_role("button", name="Read")
        self.readout = output.locator(".widget-readout")
        self.label = output.locator(".widget-label").last

    def move_slider(self, steps: int) -> None:
        """Press an arrow key: faster than the kernel answers, each a change of its own."""
        for _ in range(steps):
            self._handle.press("ArrowRight")

    def enter(self, text: str) -> None:
        self._text.fill(text)
        self._text.press("Enter")


def click(panel: Panel, mode: str, clicks: int) -> None:
    panel.button.click()
    expect(panel.label).to_have_text(f"{mode.capitalize()} gave {1000 + clicks}")


@pytest.mark.usefixtures("slow_devices")
def test_widgets_stay_in_sync_while_cells_wait_and_after(
    open_notebook: OpenNotebook, any_kernel: str
) -> None:
    cells = [WAITING.format(wait=wait, last_word=name) for name, wait in WAITS.items()]
    notebook = open_notebook(PANEL + CHOOSE.format("futures"), *cells, kernel=any_kernel)
    notebook.run(0)
    panel = Panel(notebook, 0)
    clicks = value = 0
    for cell, name in enumerate(WAITS, start=1):
        notebook.start(cell)
        notebook.wait_for_text(cell, "waits")
        for _ in range(2):
            panel.move_slider(4)
            value += 4
            expect(panel.readout).to_have_text(str(value))
            notebook.wait_for_text(cell, f"sees {value}")
            clicks += 1
            click(panel, "futures", clicks)
        expect(notebook.prompt(cell)).to_have_text("[*]:")
        panel.enter(name)
        shown = notebook.finish(cell)
        assert shown.startswith("waits\nsees")
        assert shown.endswith("\nends")
        panel.move_slider(3)
        value += 3
        clicks += 1
        click(panel, "futures", clicks)
        expect(panel.readout).to_have_text(str(value))
        assert notebook.evaluate_in_kernel("(slider.value, text.value)") == str((value, name))


@pytest.mark.usefixtures("slow_devices")
def test_callbacks_reach_devices_in_every_mode(
    open_notebook: OpenNotebook, any_kernel: str
) -> None:
    cells = [
        CHOOSE.format(mode) + WAITING.format(wait="await asyncio.sleep(0.02)", last_word=mode)
        for mode in MODES
    ]
    notebook = open_notebook(PANEL, *cells, kernel=any_kernel)
    notebook.run(0)
    panel = Panel(notebook, 0)
    clicks = 0
    for cell, mode in enumerate(MODES, start=1):
        notebook.start(cell)
        notebook.wait_for_text(cell, "waits")
        for _ in range(2):
            clicks += 1
            click(panel, mode, clicks)
        panel.enter(mode)
        notebook.finish(cell)
        clicks += 1
        click(panel, mode, clicks)
