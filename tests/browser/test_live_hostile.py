"""HTML and scripts in all that a device says: shown as text, never executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.live import LOAD

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook, Outside
    from browser.page import NotebookPage

HOSTILE = (
    '<img src="x" onerror="window.executed = true">'
    "<script>window.executed = true</script>"
    "<svg onload='window.executed = true'></svg>"
)
SEEN = '<img src="x"'
UNFOLD_JS = "() => document.querySelectorAll('details').forEach((part) => { part.open = true; })"
MADE = "img[onerror], svg[onload], b[onclick], .jp-OutputArea script"

# The server's own texts are hostile in another way: an element that asks for a click.
CELLS = {
    "pushed": SEEN,
    "pushed_text": SEEN,
    "hostile": "<script>",
    "hostile_texts": "<script>",
}
ERRORS = "read_attributes(['failing', 'hostile', 'pushed_text'])"
CONFIGS = "get_attribute_config(['pushed', 'hostile'])"
PENDING = "read_attribute('failing', wait=False)"
MANY = "[dev.read_attribute(name, wait=False) for name in ('failing', 'pushed_text', 'hostile')]"
WATCH = "ipytango.watch('{0}/pushed', '{0}/pushed_text', '{0}/hostile', '{0}/failing')"
PLOT = "ipytango.plot('{0}/pushed', '{0}/failing')"


@pytest.fixture
def hostile(outside: Outside, device: str) -> str:
    """A device whose attribute says nothing that is not hostile."""
    proxy = outside(device)
    config = proxy.get_attribute_config("pushed")
    config.label = config.unit = config.description = config.format = HOSTILE
    proxy.set_attribute_config(config)
    proxy.write_attribute("pushed_text", HOSTILE)
    proxy.write_attribute("pushed", 6.25)
    return device


def assert_nothing_ran(notebook: NotebookPage) -> None:
    """Fail if a script has run, or an element was made that would."""
    page = notebook.page
    assert page.evaluate("window.executed") is None
    assert page.title() != "executed"
    expect(page.locator(MADE)).to_have_count(0)


def test_nothing_is_executed(open_notebook: OpenNotebook, outside: Outside, hostile: str) -> None:
    readings = [f"dev.read_attribute({name!r})" for name in CELLS]
    others = [f"dev.{ERRORS}", f"dev.{CONFIGS}", "dev", f"dev.{PENDING}", MANY]
    live = [WATCH.format(hostile), PLOT.format(hostile)]
    load = f"{LOAD}%tango_green futures\ndev = tango.DeviceProxy('{hostile}')"
    notebook = open_notebook(load, *readings, *others, *live)
    notebook.run_all()
    for cell, text in enumerate(CELLS.values(), start=1):
        notebook.output(cell).get_by_role("switch").click()
        notebook.wait_for_text(cell, "events" if text == SEEN else "polled")
        notebook.wait_for_text(cell, text)
    for cell in (5, 6, 8, 9):
        notebook.wait_for_text(cell, "<script>")
    watch, plot = 10, 11
    outside(hostile).command_inout("push_error", HOSTILE)
    for cell in (watch, plot):
        notebook.scroll_to(cell)
        notebook.wait_for_text(cell, SEEN)
        notebook.wait_for_text(cell, "<script>")
    assert_nothing_ran(notebook)
    notebook.page.evaluate(UNFOLD_JS)
    assert_nothing_ran(notebook)
    notebook.save()
    notebook.reload()
    notebook.wait_for_text(watch, SEEN)
    assert_nothing_ran(notebook)
