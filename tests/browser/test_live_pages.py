"""Live displays in more than one page, and in other front ends than JupyterLab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.live import LIVE, LOAD, PLOT, VALUE, WATCH, expect_live

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from browser.conftest import OpenAgain, OpenNotebook, Outside
    from browser.lab import Lab
    from browser.page import Watchdog

# Its page asks for them from the network, and does without.
VOILAS_OWN = re.compile("/fontawesome-free@|/mathjax/")

PENDING = """\
%tango_green futures
tango.DeviceProxy('test/slow/1').command_inout('sleep', 1.0, wait=False)"""


def test_two_pages_are_live_and_one_stays_so(
    open_notebook: OpenNotebook, open_again: OpenAgain, outside: Outside, device: str
) -> None:
    notebook = open_notebook(LOAD, WATCH.format(device), PLOT.format(device))
    notebook.run_all()
    proxy = outside(device)
    proxy.write_attribute("pushed", 6.25)
    for cell in (1, 2):
        expect_live(notebook, cell, "6.250")
    notebook.save()
    other = open_again(notebook)
    for page, value in ((other, 7.25), (notebook, 8.5), (other, 9.75)):
        proxy.write_attribute("pushed", value)
        page.page.bring_to_front()
        for cell in (1, 2):
            expect_live(page, cell, f"{value:.3f}")
    notebook.page.close()
    for value in (10.25, 11.5):
        proxy.write_attribute("pushed", value)
        for cell in (1, 2):
            expect_live(other, cell, f"{value:.3f}")
    # A page that is closed need not say so: it is lost when it owes its answer for long.
    while other.evaluate_in_kernel("loaded().hub.census()['pages']") != "1":
        other.page.wait_for_timeout(500)


def test_in_a_layout_of_ipywidgets(
    open_notebook: OpenNotebook, outside: Outside, device: str
) -> None:
    layout = (
        "import ipywidgets\n"
        "shown = ipytango.watch('{0}/pushed'), ipytango.plot('{0}/pushed')\n"
        "ipywidgets.VBox([panel.as_widget() for panel in shown])"
    )
    notebook = open_notebook(LOAD, layout.format(device))
    notebook.run_all()
    outside(device).write_attribute("pushed", 6.25)
    live = notebook.output(1).locator(LIVE)
    expect(live).to_have_count(2)
    for number in range(2):
        expect(live.nth(number)).to_contain_text("6.250")


@pytest.mark.usefixtures("slow_devices")
def test_notebook_7(open_notebook: OpenNotebook, outside: Outside, device: str) -> None:
    cells = (WATCH, PLOT, VALUE, PENDING)
    notebook = open_notebook(LOAD, *(cell.format(device) for cell in cells), front_end="notebook")
    notebook.run_all()
    notebook.output(3).get_by_role("switch").click()
    notebook.wait_for_text(4, "done after")
    for value in (6.25, 7.25):
        outside(device).write_attribute("pushed", value)
        for cell in (1, 2, 3):
            expect_live(notebook, cell, f"{value:.3f}")
    notebook.save()
    notebook.reload()
    outside(device).write_attribute("pushed", 8.5)
    for cell in (1, 2, 3):
        expect_live(notebook, cell, "8.500")


@pytest.mark.usefixtures("slow_devices")
def test_voila(
    window: BrowserContext,
    watchdog: Watchdog,
    lab: Lab,
    open_notebook: OpenNotebook,
    outside: Outside,
    device: str,
) -> None:
    del open_notebook  # which closes the page and ends the kernel
    cells = (LOAD, *(cell.format(device) for cell in (WATCH, PLOT, VALUE, PENDING)))
    lab.write_notebook("voila.ipynb", cells)
    page = window.new_page()
    page.goto(f"{lab.url}/voila/render/voila.ipynb")
    shown = page.locator(LIVE)
    expect(shown).to_have_count(4)
    shown.nth(2).get_by_role("switch").click()
    expect(shown.nth(3)).to_contain_text("done after")
    for value in (6.25, 7.25):
        outside(device).write_attribute("pushed", value)
        for number in range(3):
            expect(shown.nth(number)).to_contain_text(f"{value:.3f}")
    watchdog.foreign = [url for url in watchdog.foreign if not VOILAS_OWN.search(url)]
