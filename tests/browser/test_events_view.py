"""The table of `%mon` in a real JupyterLab: it grows, in the kernel's time and not by running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from browser.live import LOAD

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook

WRITE = "for n in range(250): d.write_attribute('pushed', 100.0 + n)"


def test_events_come_on_top(open_notebook: OpenNotebook, device: str) -> None:
    mon = f"d = tango.DeviceProxy({device!r})\nm = %mon -a {device}/pushed\nm"
    notebook = open_notebook(LOAD, mon, "d.write_attribute('pushed', 7.25)", WRITE, "%mon -r")
    for cell in range(3):
        notebook.run(cell)
    table = notebook.output(1).locator(".ipytango-events")
    first = table.locator("tbody tr").first
    expect(first).to_contain_text("7.25")
    expect(table.get_by_role("status")).to_contain_text("events")
    notebook.run(3)
    expect(first).to_contain_text("349")
    expect(table.locator("tbody tr")).to_have_count(200)
    expect(table).to_contain_text("older: take to_pandas()")
    notebook.run(4)
    expect(table).to_contain_text("nothing is monitored now")
    assert notebook.evaluate_in_kernel("m.events[-1].reading.value") == "349.0"
