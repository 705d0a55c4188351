"""The harness itself: what the other browser tests rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from browser.conftest import OpenNotebook
    from browser.lab import Lab
    from browser.page import FrontEnd, Watchdog

BACKGROUND = "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"


@pytest.mark.parametrize("front_end", ["lab", "notebook"])
def test_cells_run_and_show_their_output(open_notebook: OpenNotebook, front_end: FrontEnd) -> None:
    notebook = open_notebook("print(6 * 7)", "1 / 0", "answer = 42", front_end=front_end)
    assert notebook.run(0) == "42"
    assert "ZeroDivisionError" in notebook.run(1)
    notebook.run(2)
    assert notebook.evaluate_in_kernel("answer + 1") == "43"
    assert notebook.evaluate_in_kernel("question").startswith("NameError")


def test_a_started_cell_runs_until_it_ends(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook("print('started'); import time; time.sleep(60)", "answer = input('?')")
    notebook.start(0)
    notebook.wait_for_text(0, "started")
    expect(notebook.prompt(0)).to_have_text("[*]:")
    assert notebook.is_running(0)
    notebook.interrupt()
    assert "KeyboardInterrupt" in notebook.finish(0)
    notebook.start(1)
    field = notebook.cell(1).locator("input.jp-Stdin-input")
    field.fill("yes")
    assert notebook.is_running(1)
    field.press("Enter")
    notebook.finish(1)
    assert notebook.evaluate_in_kernel("answer") == "'yes'"


def test_each_kind_of_ipykernel_is_what_it_says(
    open_notebook: OpenNotebook, any_kernel: str
) -> None:
    notebook = open_notebook("import ipykernel; ipykernel.__version__", kernel=any_kernel)
    version = notebook.run(0).strip("'")
    assert any_kernel in ("python3", f"ipykernel-{version}")


def test_what_was_shown_outlives_the_page_and_the_kernel(
    open_notebook: OpenNotebook, lab: Lab
) -> None:
    notebook = open_notebook("answer = 42; answer", "answer")
    assert len(lab.kernel_pids()) == 1
    notebook.run(0)
    notebook.save()
    notebook.reload()
    assert notebook.text(0) == "42"
    assert notebook.run(1) == "42"
    notebook.restart_kernel()
    assert "NameError" in notebook.run(1)
    notebook.clear_output(0)
    assert notebook.text(0) == ""
    notebook.shut_down_kernel()
    assert lab.kernel_pids() == []


def test_themes_and_pictures_of_them(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    notebook = open_notebook("1")
    light = notebook.page.evaluate(BACKGROUND)
    notebook.set_theme("dark")
    assert notebook.page.evaluate(BACKGROUND) != light
    notebook.screenshot(tmp_path / "dark.png")
    notebook.set_theme("light")
    assert notebook.page.evaluate(BACKGROUND) == light
    notebook.screenshot(tmp_path / "light.png")
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()


def test_the_watchdog_sees_errors_of_ours_and_requests_to_others(
    open_notebook: OpenNotebook, watchdog: Watchdog
) -> None:
    page = open_notebook("1").page
    page.evaluate("console.error('something of another extension')")
    watchdog.check()
    page.evaluate("console.error('something of ipytango')")
    # A name that no resolver may ever know (RFC 2606).
    page.evaluate("fetch('http://control-room.invalid/').catch(() => 0)")
    with pytest.raises(AssertionError, match="something of ipytango"):
        watchdog.check()
    watchdog.errors.clear()
    with pytest.raises(AssertionError, match=r"control-room\.invalid"):
        watchdog.check()
    watchdog.foreign.clear()
