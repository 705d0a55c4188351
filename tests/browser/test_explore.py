"""The device explorer in a real JupyterLab: tree, search, states, a device's panel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from browser.live import LOAD
from browser.page import EVALUATE_JS

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from browser.conftest import OpenNotebook
    from browser.page import NotebookPage

DEVICE = "sys/tg_test/1"


def row(notebook: NotebookPage, text: str) -> Locator:
    """Find the row of the tree with exactly this name."""
    name = notebook.page.get_by_text(text, exact=True)
    return notebook.output(1).get_by_role("treeitem").filter(has=name).filter(visible=True)


def test_from_the_root_to_a_device_and_its_panel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LOAD, "e = %tango_explore\ne", "1 + 1")
    notebook.run(0)
    notebook.run(1)
    output = notebook.output(1)
    expect(output.get_by_role("tree")).to_be_visible()

    row(notebook, "sys").click()
    row(notebook, "tg_test").click()
    expect(row(notebook, "1")).to_contain_text("RUNNING")

    search = output.get_by_role("searchbox")
    search.fill("TG_TEST")
    found = row(notebook, DEVICE)
    expect(found).to_contain_text("RUNNING")
    expect(output.get_by_role("treeitem").filter(visible=True)).to_have_count(1)
    found.click()
    expect(output.locator(".ipytango-explore-facts")).to_contain_text("TangoTest/test")
    assert notebook.evaluate_in_kernel("e.selected") == repr(DEVICE)

    found.dblclick()
    panel = output.locator(".ipytango-explore-panel")
    expect(panel).to_contain_text("RUNNING")
    expect(panel.locator(".ipytango-live")).to_be_visible()
    assert notebook.evaluate_in_kernel("list(e.panels)") == repr([DEVICE])

    output.get_by_role("button", name="Servers").click()
    expect(row(notebook, "TangoTest")).to_be_visible()
    expect(panel.locator(".ipytango-live")).to_be_visible()
    output.get_by_role("button", name=f"Close the panel of {DEVICE}").click()
    expect(panel).to_have_count(0)


def test_keys_move_through_the_tree_while_a_cell_blocks(open_notebook: OpenNotebook) -> None:
    # By the ipykernel whose pages are heard in a thread of their own.
    notebook = open_notebook(LOAD, "e = %tango_explore\ne", "time.sleep(4)")
    notebook.run(0)
    notebook.run(1)
    expect(row(notebook, "sys")).to_be_visible()
    notebook.start(2)
    tree = notebook.output(1).get_by_role("tree")
    row(notebook, "sys").click()
    expect(row(notebook, "tg_test")).to_be_visible()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        tree.press(key)
    expect(row(notebook, "1")).to_contain_text("RUNNING")
    tree.press("ArrowLeft")
    expect(row(notebook, "1")).to_have_count(0)
    notebook.finish(2)


def test_search_finds_a_class_and_two_views_have_their_own_rows(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook(LOAD, "e = %tango_explore\ne", "e")
    for cell in range(3):
        notebook.run(cell)
    one, other = notebook.output(1), notebook.output(2)
    one.get_by_role("searchbox").fill("tangotest")
    folder = one.get_by_role("treeitem").filter(has_text="class").filter(visible=True)
    expect(folder).to_have_text(re.compile("TangoTest"))
    expect(folder).to_have_attribute("aria-expanded", "true")
    for view in (one, other):
        expect(view.get_by_role("treeitem").filter(has_text="RUNNING").first).to_be_visible()
    views = "len(e._states._seen)"
    notebook.wait_for(f"async asked => (await ({EVALUATE_JS})(asked)) === '2'", views)
    other.get_by_role("searchbox").fill("no such thing")
    expect(other.get_by_text("Nothing has such a name.")).to_be_visible()
