"""The bare driver that the measurements use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.cdp import BareBrowser, BareNotebook
from browser.conftest import CHROMIUM, CHROMIUM_OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from browser.lab import Lab


def test_a_notebook_runs_in_a_bare_browser(lab: Lab, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("no chromium: `make chromium` installs it where it can")
    lab.write_notebook("bare.ipynb", ["print(6 * 7)\nprint('done')"])
    with BareBrowser(CHROMIUM, CHROMIUM_OPTIONS, tmp_path) as browser:
        notebook = BareNotebook(browser, lab, "bare.ipynb")
        notebook.run(0)
        assert notebook.text(0) == "42\ndone"
        assert browser.renderers()
    lab.tidy()
