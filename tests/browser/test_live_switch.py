"""The live switch of a reading's display."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.live import LOAD, VALUE, expect_live, switch, switch_on

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook, Outside

FOLLOWINGS = "loaded().client.feeds.census().followings"
FROZEN = f"while {FOLLOWINGS}: await asyncio.sleep(0.02)"


@pytest.mark.parametrize(("name", "source"), [("pushed", "events"), ("silent", "polled")])
def test_value_follows_while_it_is_switched_on(
    open_notebook: OpenNotebook, outside: Outside, device: str, name: str, source: str
) -> None:
    notebook = open_notebook(LOAD, VALUE.format(device).replace("pushed", name), FROZEN)
    proxy = outside(device)
    proxy.write_attribute(name, 6.25)
    notebook.run(0)
    notebook.run(1)
    live = switch(notebook, 1)
    expect(live).to_have_attribute("aria-checked", "false")
    proxy.write_attribute(name, 7.25)
    assert notebook.evaluate_in_kernel(FOLLOWINGS) == "0"
    notebook.wait_for_text(1, "6.25")

    live.click()
    expect_live(notebook, 1, "7.25")
    proxy.write_attribute(name, 8.5)
    expect_live(notebook, 1, "8.5")
    notebook.wait_for_text(1, source)
    if source == "events":  # nothing new comes by itself
        expect(notebook.output(1)).to_contain_text(re.compile(r"\d s ago"))

    live.click()
    notebook.wait_for_text(1, "frozen")
    notebook.run(2)
    proxy.write_attribute(name, 9.75)
    expect(live).to_have_attribute("aria-checked", "false")
    notebook.wait_for_text(1, "8.5")
    expect(notebook.output(1)).not_to_contain_text("9.75")
    expect(notebook.output(1)).not_to_contain_text(source)


def test_switch_stays_on_when_the_page_is_reloaded(
    open_notebook: OpenNotebook, outside: Outside, device: str
) -> None:
    notebook = open_notebook(LOAD, VALUE.format(device))
    notebook.run_all()
    switch_on(notebook, 1)
    proxy = outside(device)
    proxy.write_attribute("pushed", 7.25)
    expect_live(notebook, 1, "7.250")
    notebook.save()
    notebook.reload()
    expect_live(notebook, 1, "7.250")
    expect(switch(notebook, 1)).to_have_attribute("aria-checked", "true")
    proxy.write_attribute("pushed", 8.5)
    expect_live(notebook, 1, "8.500")


def test_curve_and_picture_of_a_value_follow(
    open_notebook: OpenNotebook, outside: Outside, device: str
) -> None:
    notebook = open_notebook(
        LOAD,
        VALUE.format(device).replace("pushed", "pushed_spectrum"),
        VALUE.format(device).replace("pushed", "pushed_image"),
    )
    proxy = outside(device)
    proxy.write_attribute("pushed_spectrum", [1.0, 2.0, 3.0])
    proxy.write_attribute("pushed_image", [[1, 2], [3, 4]])
    notebook.run_all()
    for cell in (1, 2):
        switch_on(notebook, cell)
        expect(notebook.output(cell).locator("canvas").first).to_be_visible()
    proxy.write_attribute("pushed_spectrum", [4.0, 5.0, 6.0, 7.0])
    notebook.wait_for_text(1, "4 values")
    proxy.write_attribute("pushed_image", [[1, 2, 3], [4, 5, 6]])
    notebook.wait_for_text(2, "3 × 2")  # noqa: RUF001 - as it is shown
