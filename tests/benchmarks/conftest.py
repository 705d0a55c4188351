"""What the measurements share: rounds in turn, medians, one table at the end."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser.cdp import BareBrowser
from browser.conftest import CHROMIUM, CHROMIUM_OPTIONS
from browser.lab import Lab

PLAIN = Path(__file__).parent / "plain_programs.py"


class Figures:
    """Collects figures and prints them as a table when the session ends."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str]] = []

    def add(self, what: str, text: str) -> None:
        self._rows.append((what, text))

    def compare(self, what: str, ours: list[float], theirs: list[float], unit: str) -> None:
        """Add the ratio of two figures that were measured in turn, and both medians."""
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        low, high = (pick(a / b for a, b in zip(ours, theirs, strict=True)) for pick in (min, max))
        self.add(
            what,
            f"ratio {ratio:5.2f} ({low:.2f} to {high:.2f})   "
            f"ipytango {statistics.median(ours):.4g} {unit}, "
            f"plain {statistics.median(theirs):.4g} {unit}",
        )

    def __str__(self) -> str:
        width = max((len(what) for what, _ in self._rows), default=0)
        return "\n".join(f"  {what:<{width}}  {text}" for what, text in self._rows)


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    figures = Figures()
    yield figures
    print(f"\n\nFigures of this run (medians; lower is better):\n{figures}\n")  # noqa: T201


@pytest.fixture(scope="session")
def lab(tango_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server whose kernels find the demo's database."""
    with Lab(tmp_path_factory.mktemp("lab"), tango_host=tango_host) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareBrowser]:
    """A browser that costs nothing to look through; one, as JupyterLab is large to load."""
    if CHROMIUM is None:
        pytest.skip("no chromium: `make chromium` installs it where it can")
    with BareBrowser(CHROMIUM, CHROMIUM_OPTIONS, tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="session")
def plain_program(tango_host: str) -> Callable[..., list[float]]:
    """Run a function of `plain_programs.py` in a process of its own; returns what it printed."""

    def run(name: str, *args: object) -> list[float]:
        done = subprocess.run(
            [sys.executable, str(PLAIN), name, *map(str, args)],
            env={**_environment(), "TANGO_HOST": tango_host},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return [float(word) for word in done.stdout.split()]

    return run


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
