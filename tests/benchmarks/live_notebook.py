"""A notebook in a real JupyterLab and a bare Chromium: what it draws, and what that costs."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from typing import TYPE_CHECKING, Any

import psutil

from browser.cdp import BareBrowser, BareNotebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from browser.lab import Lab

ROUNDS = 4
ROUND_S = 4.0

LOAD = "%load_ext ipytango\nimport ipytango, tango"


@dataclasses.dataclass(frozen=True)
class Round:
    """What was counted in one stretch of time."""

    per_s: float
    """What the page counts, per second."""

    cpu: dict[str, float]
    """Percent of a core by process."""


class LiveNotebook:
    """An open notebook; its cells are run in order with `run`."""

    def __init__(self, lab: Lab, browser: BareBrowser, notebook: BareNotebook) -> None:
        self.browser = browser
        self.evaluate = browser.evaluate
        self.wait_for = browser.wait_for
        self._lab = lab
        self._notebook = notebook
        self._next = 0

    def run(self) -> None:
        """Run the next cell to its end."""
        self._notebook.run(self._next)
        self._next += 1

    def text(self, cell: int) -> str:
        """Read what a cell has shown."""
        return self._notebook.text(cell)

    def rounds(self, count_js: str, rounds: int = ROUNDS) -> list[Round]:
        """Measure some times, as a machine that has other work gives no steady figures.

        `count_js` gives what has been drawn until then.
        """
        processes = {
            "kernel": [psutil.Process(self._lab.kernel_pids()[0])],
            "server": [psutil.Process(self._lab.pid)],
            "renderer": self.browser.renderers(),
        }
        return [self._round(count_js, processes) for _ in range(rounds)]

    def _round(self, count_js: str, processes: dict[str, list[psutil.Process]]) -> Round:
        def used_s() -> dict[str, float]:
            return {
                name: sum(sum(process.cpu_times()[:2]) for process in several)
                for name, several in processes.items()
            }

        drawn, used, since = self.evaluate(count_js), used_s(), time.monotonic()
        time.sleep(ROUND_S)
        drawn_after, used_after = self.evaluate(count_js), used_s()
        took_s = time.monotonic() - since
        return Round(
            (drawn_after - drawn) / took_s,
            {name: (used_after[name] - used[name]) / took_s * 100 for name in used},
        )


@contextlib.contextmanager
def live_notebook(lab: Lab, browser: BareBrowser, cells: Sequence[str]) -> Iterator[LiveNotebook]:
    """Open a notebook of these cells, none of which has run."""
    lab.write_notebook("live.ipynb", cells)
    try:
        yield LiveNotebook(lab, browser, BareNotebook(browser, lab, "live.ipynb"))
    finally:
        browser.go_to("about:blank")
        lab.tidy()


def summary(rounds: Sequence[Round], what: str) -> str:
    """Say the best round's rate and the least that each process used, beside the load."""
    assert max(one.per_s for one in rounds) > 0, "nothing was drawn"
    used: dict[str, Any] = {name: min(one.cpu[name] for one in rounds) for name in rounds[0].cpu}
    cpu = ", ".join(f"{name} {percent:.1f} %" for name, percent in used.items())
    return f"{max(one.per_s for one in rounds):5.1f} {what}   {cpu}   {load()}"


def load() -> str:
    """Say how much else the machine does."""
    return f"(load {os.getloadavg()[0]:.1f} on {os.cpu_count()})"
