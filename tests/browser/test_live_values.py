"""Watches and plots in a page: they follow what others write, and survive what pages do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from browser.live import LOAD, PLOT, WATCH

if TYPE_CHECKING:
    from browser.conftest import OpenNotebook, Outside
    from browser.lab import Lab

BLOCKS = "while not os.path.exists('end-follow'): time.sleep(0.02)"
ASLEEP = "while loaded().client.feeds.census().followings: await asyncio.sleep(0.02)"


def test_watch_and_plot_follow_what_others_write(
    open_notebook: OpenNotebook, outside: Outside, lab: Lab, device: str
) -> None:
    notebook = open_notebook(LOAD, WATCH.format(device), PLOT.format(device), BLOCKS)
    for cell in range(3):
        notebook.run(cell)
    proxy = outside(device)
    proxy.write_attribute("pushed", 12.5)
    notebook.wait_for_text(1, "12.500")
    notebook.wait_for_text(2, "12.500")
    notebook.start(3)
    expect(notebook.prompt(3)).to_have_text("[*]:")
    proxy.write_attribute("pushed", 13.25)
    notebook.wait_for_text(1, "13.250")
    notebook.wait_for_text(2, "13.250")
    assert notebook.is_running(3)
    (lab.folder / "end-follow").touch()
    notebook.finish(3)


def test_what_is_cleared_sleeps(open_notebook: OpenNotebook, outside: Outside, device: str) -> None:
    notebook = open_notebook(LOAD, WATCH.format(device), ASLEEP)
    notebook.run(0)
    notebook.run(1)
    outside(device).write_attribute("pushed", 12.5)
    notebook.wait_for_text(1, "12.500")
    notebook.clear_output(1)
    notebook.run(2)


def test_what_is_live_survives_a_reload(
    open_notebook: OpenNotebook, outside: Outside, device: str
) -> None:
    notebook = open_notebook(LOAD, WATCH.format(device))
    notebook.run(0)
    notebook.run(1)
    proxy = outside(device)
    proxy.write_attribute("pushed", 12.5)
    notebook.wait_for_text(1, "12.500")
    notebook.save()
    notebook.reload()
    proxy.write_attribute("pushed", 13.25)
    notebook.wait_for_text(1, "13.250")


def test_scripts_in_what_a_device_says_do_not_run(open_notebook: OpenNotebook, device: str) -> None:
    notebook = open_notebook(
        LOAD,
        f"tango.DeviceProxy('{device}').read_attribute('hostile')",
        f"ipytango.watch('{device}/hostile')",
    )
    for cell in range(3):
        notebook.run(cell)
    notebook.wait_for_text(1, "<script>")
    notebook.wait_for_text(2, "<script>")
    assert notebook.page.title() != "executed"
