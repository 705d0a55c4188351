"""A database of 100,000 devices: load, completion and the first level of the tree, beside ITango.

Each round has a new kernel for each of the two, in turn, on the same database; a figure is what a
front end waits. ITango 0.3.0 is fetched from the package index into a directory of its own; where
that cannot be done the lines have only our own figures.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.facility import DEVICES, Facility
from support.kernels import Kernel

from .conftest import Figures

ITANGO = "itango==0.3.0"
ROUNDS = 3
ANSWER_S = 30.0
TABS = 5

LOAD = """\
import time, tango
began = time.perf_counter()
get_ipython().run_line_magic("load_ext", "{extension}")
print("took", time.perf_counter() - began)
"""

FIRST_LEVEL = {
    "ipytango": """\
import time
from ipytango.extension import loaded
began = time.perf_counter()
domains = loaded().client.catalogues.current.domains()
print("took", time.perf_counter() - began, len(domains))
""",
    # Its map is made on load; what is asked for is made of that, as its users do.
    "itango": """\
import time
began = time.perf_counter()
domains = sorted({name.split("/")[0] for name in get_device_map()})
print("took", time.perf_counter() - began, len(domains))
""",
}

AGAIN = {
    "ipytango": "loaded().client.catalogues.refresh()\n",
    "itango": "get_ipython().run_line_magic('refreshdb', '')\n",
}

TYPED = (
    ("", "nothing"),
    ("area-0", "a domain begun"),
    ("area-07/", "a domain"),
    ("area-07/vacuum_11/", "a family"),
    ("area-07/vacuum_11/04", "a member begun"),
)

# As a page does it: what is looked through is asked for when the search is entered.
SEARCH = """\
import time, ipytango
explorer = ipytango.explore()
def search(text):
    began = time.perf_counter()
    explorer._tree.search(text)
    explorer._tree.settling.wait(30)
    return time.perf_counter() - began
"""
SOUGHT = ("a", "vac", "area-07/vacuum_11", "class01", "server007", "alias0000", "area*05")

LISTED = (("a family", "area-07/vacuum_11/.*"), ("a domain", "area-07/.*"))


@pytest.fixture(scope="module")
def facility(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facility]:
    with Facility(tmp_path_factory.mktemp("facility")) as facility:
        yield facility


@pytest.fixture(scope="module")
def itango(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Where ITango lies; None where the package index does not give it."""
    place = tmp_path_factory.mktemp("itango")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place, ITANGO],
        check=False,
        capture_output=True,
    )
    return place if done.returncode == 0 else None


class Side:
    """One of the two programs, with its figures by what was measured, in ms."""

    def __init__(self, extension: str, call: str, **env: str) -> None:
        self.extension = extension
        self.call = call
        self.env = env
        self.took: dict[str, list[float]] = {}

    def add(self, what: str, seconds: float) -> None:
        self.took.setdefault(what, []).append(seconds * 1e3)

    def measure(self, kernel: Kernel) -> None:
        self.add("%load_ext", _took(kernel, LOAD.format(extension=self.extension)))
        kernel.complete("import o")  # what IPython itself does on the first TAB of all
        for typed, what in TYPED:
            code = f'{self.call}("{typed}'
            self.add(f"TAB behind {what}, the first", self._tab(kernel, code))
            again = statistics.median(self._tab(kernel, code) for _ in range(TABS))
            self.add(f"TAB behind {what}, again", again)
        self.add("first level of the tree", _took(kernel, FIRST_LEVEL[self.extension]))
        began = time.perf_counter()
        kernel.run(AGAIN[self.extension] + FIRST_LEVEL[self.extension]).check()
        self.add("first level after a refresh", time.perf_counter() - began)
        for turn in ("the first", "again"):
            for what, pattern in LISTED:
                began = time.perf_counter()
                kernel.run(f"%lsdev {pattern}", timeout=120).check()
                self.add(f"%lsdev of {what}, {turn}", time.perf_counter() - began)
        self.add(
            "from load to the first level",
            self.took["%load_ext"][-1] / 1e3 + self.took["first level of the tree"][-1] / 1e3,
        )

    @staticmethod
    def _tab(kernel: Kernel, code: str) -> float:
        """Press TAB until there is an answer: on a busy machine the first may come too early."""
        began = time.perf_counter()
        while not any("area-" in match for match in kernel.complete(code)["matches"]):
            assert time.perf_counter() - began < ANSWER_S, code
        return time.perf_counter() - began


def _took(kernel: Kernel, code: str) -> float:
    words = kernel.run(code, timeout=120).check().text.split()
    return float(words[words.index("took") + 1])


def test_a_large_facility(
    facility: Facility,
    itango: Path | None,
    figures: Figures,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    sides = [Side("ipytango", "DeviceProxy")]
    if itango is not None:
        sides.append(Side("itango", "Device", PYTHONPATH=str(itango)))
    for _ in range(ROUNDS):
        for side in sides:
            scratch = tmp_path_factory.mktemp(side.extension)
            with Kernel(scratch, tango_host=facility.tango_host, **side.env) as kernel:
                side.measure(kernel)
    for what, ours in sides[0].took.items():
        theirs = sides[1].took.get(what) if itango is not None else None
        line = f"{DEVICES:,} devices: {what}"
        if theirs:
            figures.compare(line, ours, theirs, "ms")
        else:
            figures.add(line, f"ipytango {statistics.median(ours):.4g} ms, no ITango here")


def test_search_as_one_types(
    facility: Facility, figures: Figures, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first: list[float] = []
    again: dict[str, list[float]] = {text: [] for text in SOUGHT}
    for _ in range(ROUNDS):
        scratch = tmp_path_factory.mktemp("search")
        with Kernel(scratch, tango_host=facility.tango_host) as kernel:
            kernel.run("%load_ext ipytango").check()
            kernel.run(SEARCH).check()
            first.append(_took(kernel, "print('took', search('first'))"))
            for text, took in again.items():
                took.append(_took(kernel, f"print('took', search({text!r}))") * 1e3)
    figures.add(
        f"{DEVICES:,} devices: the first search of all", f"{statistics.median(first) * 1e3:.4g} ms"
    )
    for text, took in again.items():
        figures.add(
            f"{DEVICES:,} devices: search for {text!r}", f"{statistics.median(took):.4g} ms"
        )
