"""A device's panel in a real JupyterLab: seen in the page, and on the device's side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from browser.live import BADGE, LOAD

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from browser.conftest import OpenNotebook, Outside
    from browser.page import NotebookPage
    from conftest import StartServer
    from ipytango.demo import DeviceServer

BUSY_JS = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
PANEL, LONG, PROXY = 1, 2, 3
UNLOCKED = re.compile(r"\bipytango-device-unlocked\b")


@pytest.fixture
def server(start_server: StartServer) -> DeviceServer:
    """A server of `support/servers/panel_server.py`, for the test alone."""
    return start_server("panel")


@pytest.fixture
def device(server: DeviceServer) -> str:
    """Its device."""
    return server.devices[0]


@pytest.fixture
def notebook(open_notebook: OpenNotebook, device: str) -> NotebookPage:
    """A page with the device's panel."""
    panel = f"p = ipytango.panel('{device}')\np"
    page = open_notebook(LOAD, panel, "time.sleep(600)", f"tango.DeviceProxy('{device}')")
    page.run(0)
    page.run(PANEL)
    expect(row(page, "current")).to_be_visible()
    return page


def panel_of(notebook: NotebookPage, cell: int = PANEL) -> Locator:
    return notebook.output(cell).locator(".ipytango-device")


def row(notebook: NotebookPage, name: str) -> Locator:
    """Find the row of an attribute or command that is in view."""
    return panel_of(notebook).locator(f'[data-name="{name}"]').filter(visible=True)


def choose(notebook: NotebookPage, tab: str) -> None:
    panel_of(notebook).get_by_role("tab").filter(has_text=tab).click()


def fill(notebook: NotebookPage, name: str, text: str) -> None:
    row(notebook, name).get_by_label("Value for").fill(text)


def press(notebook: NotebookPage, name: str, button: str) -> None:
    row(notebook, name).get_by_role("button", name=button, exact=True).click()


def test_panel_is_unlocked_written_and_run(
    notebook: NotebookPage, outside: Outside, device: str
) -> None:
    proxy = outside(device)
    panel = panel_of(notebook)
    expect(panel).to_contain_text("ALARM")
    expect(row(notebook, "temperature")).to_contain_text("45.5")
    expect(row(notebook, "hostile")).to_contain_text("<script>document.title")
    # Locked: nothing to write with.
    buttons = panel.get_by_role("button", name="Set", exact=True)
    expect(buttons.filter(visible=True)).to_have_count(0)
    choose(notebook, "Commands")
    expect(row(notebook, "Ramp").get_by_role("button", name="Run")).to_be_disabled()
    choose(notebook, "Scalars")

    panel.get_by_role("button", name="Unlock").click()
    expect(panel).to_have_class(UNLOCKED)
    assert notebook.evaluate_in_kernel("p.locked") == "False"
    fill(notebook, "current", "4.25")
    press(notebook, "current", "Set")
    expect(row(notebook, "current")).to_contain_text("✓ current = 4.25 A")
    expect(row(notebook, "current").locator(".ipytango-device-text")).to_have_text("4.25")
    assert proxy.read_attribute("current").value == 4.25

    fill(notebook, "current", "11")
    press(notebook, "current", "Set")
    expect(row(notebook, "current")).to_contain_text("It takes a number from 0 to 10 A")
    assert proxy.read_attribute("current").value == 4.25

    row(notebook, "valve").get_by_label("Value for").select_option("OPEN")
    press(notebook, "valve", "Set")
    expect(row(notebook, "valve")).to_contain_text("✓ valve = OPEN")
    assert proxy.read_attribute("valve").value == 1

    choose(notebook, "Commands")
    fill(notebook, "Ramp", "1.5")
    press(notebook, "Ramp", "Run")
    expect(row(notebook, "Ramp")).to_contain_text("3.0")
    fill(notebook, "Fail", "1 2")
    press(notebook, "Fail", "Run")
    expect(row(notebook, "Fail")).to_contain_text("Panel_Interlock")
    expect(row(notebook, "Fail")).to_contain_text("<img src=x")

    drive_while_a_cell_runs(notebook, proxy)
    choose(notebook, "History")
    expect(panel.locator(".ipytango-device-deed").filter(visible=True)).to_have_count(6)
    expect(panel).to_contain_text("command_inout('Ramp', 1.5)")
    panel.get_by_role("button", name="Lock").click()
    expect(panel).not_to_have_class(UNLOCKED)
    assert notebook.evaluate_in_kernel("p.locked") == "True"
    # Nothing of what the device said was executed.
    assert notebook.page.title() != "executed"
    expect(notebook.page.locator("img[onerror]")).to_have_count(0)


def drive_while_a_cell_runs(notebook: NotebookPage, proxy: Any) -> None:
    """Run a command and write, while a cell blocks the kernel."""
    notebook.start(LONG)
    notebook.wait_for(BUSY_JS)
    fill(notebook, "Say", "hello <b>")
    press(notebook, "Say", "Run")
    expect(row(notebook, "Say")).to_contain_text("said hello <b>")
    choose(notebook, "Scalars")
    fill(notebook, "current", "1.5")
    press(notebook, "current", "Set")
    expect(row(notebook, "current").locator(".ipytango-device-text")).to_have_text("1.50")
    assert proxy.read_attribute("current").value == 1.5
    assert notebook.is_running(LONG)
    notebook.interrupt()
    notebook.finish(LONG)


def change_properties(notebook: NotebookPage, proxy: Any) -> None:
    """Set a property of the class and delete it, have Init run, and keep what is typed beside."""
    panel, said = panel_of(notebook), notebook.output(PANEL).locator(BADGE)
    choose(notebook, "Properties")
    expect(panel).to_contain_text("Of the class Panel")
    expect(panel).to_contain_text("They hold for every device of the class")
    channels, mains = (panel.get_by_label(name, exact=True) for name in ("channels", "mains"))
    expect(mains).to_have_attribute("placeholder", "default 230.0")
    channels.fill("z")
    mains.fill("110")
    panel.get_by_role("button", name="Set for all").click()
    expect(said).to_contain_text("✓ property mains of all Panel = ['110']")
    database = proxy.get_device_db()
    assert list(database.get_class_property("Panel", "mains")["mains"]) == ["110"]
    panel.get_by_role("button", name="delete for all").click()
    expect(said).to_contain_text("✓ property mains of all Panel deleted")
    expect(mains).to_have_value("")
    expect(channels).to_have_value("z")
    assert not list(database.get_class_property_list("Panel"))
    panel.get_by_role("button", name="Init").click()
    expect(said).to_contain_text("✓ Init()")


def test_panel_shows_forms_settings_and_experts_and_a_device_that_goes(
    notebook: NotebookPage, server: DeviceServer, outside: Outside, device: str
) -> None:
    panel = panel_of(notebook)
    choose(notebook, "Spectra")
    picture = row(notebook, "ramp").locator("img")
    expect(picture).to_have_attribute("src", re.compile("^data:image/svg"))
    press(notebook, "ramp", "plot")
    expect(row(notebook, "ramp").locator("canvas").first).to_be_visible()
    press(notebook, "ramp", "plot")
    expect(row(notebook, "ramp").locator("canvas")).to_have_count(0)

    choose(notebook, "Settings")
    panel.get_by_label("Attribute or command").select_option("attribute current")
    expect(panel).to_contain_text("max alarm")
    expect(panel.get_by_label("max alarm")).to_be_hidden()
    panel.get_by_role("button", name="Unlock").click()
    panel.get_by_label("max alarm").fill("9.5")
    panel.get_by_label("max alarm").press("Enter")
    expect(notebook.output(PANEL).locator(BADGE)).to_contain_text("✓ current: max alarm = 9.5")
    expect(panel.get_by_label("max alarm")).to_have_value("9.5")

    change_properties(notebook, outside(device))
    choose(notebook, "Scalars")
    expect(row(notebook, "enabled")).to_contain_text("memorized")
    expect(row(notebook, "gain")).to_have_count(0)
    panel.get_by_label("expert").check()
    expect(row(notebook, "gain").locator(".ipytango-device-text")).to_have_text("3")

    # The button in a proxy's display opens one more, which is locked.
    notebook.run(PROXY)
    notebook.scroll_to(PROXY)
    notebook.output(PROXY).get_by_role("button", name="Open panel").click()
    other = panel_of(notebook, PROXY)
    expect(other).to_contain_text("Output current")
    expect(other).not_to_have_class(UNLOCKED)
    notebook.output(PROXY).get_by_role("button", name="Close panel").click()
    expect(other).to_have_count(0)

    notebook.scroll_to(PANEL)
    server.kill()
    expect(panel).to_contain_text("away since")
    server.restart()
    expect(panel).not_to_contain_text("away since")
    expect(panel).to_contain_text("ALARM")
    # What a saved notebook keeps is no live view.
    notebook.evaluate_in_kernel("p.close()")
    expect(notebook.output(PANEL).locator(BADGE)).to_contain_text("closed")
    expect(panel.get_by_role("button", name="Lock")).to_be_disabled()
