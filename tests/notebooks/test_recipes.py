"""The recipes run from top to bottom, do what they say, and the dashboard is a page of Voila."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from ipytango.demo import demo as make_demo
from support.notebooks import NOTEBOOKS, cell_with, execute, read, text_of

NAME = "06_recipes.ipynb"
DASHBOARD = "06_dashboard.ipynb"

WAIT_S = 90.0
# As if a person moved the slider, and then further than the device takes.
USE_THE_DASHBOARD = """\
ampli.value = 30.0
print(dev.ampli, said.value)
facts = dev.get_attribute_config("ampli")
facts.max_value = "35"
dev.set_attribute_config(facts)
ampli.value = 40.0
print(said.value)
"""


@pytest.fixture(scope="module")
def executed() -> NotebookNode:
    notebook = read(NAME)
    last = notebook.cells.pop()  # which ends the server
    assert last.source == "stages.stop()"
    use = nbformat.v4.new_code_cell(USE_THE_DASHBOARD)  # type: ignore[no-untyped-call]
    notebook.cells += [use, last]
    with make_demo() as tango_host:  # its own: it registers devices
        return execute(notebook, tango_host)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("stages = ipytango.serve(", r"^Device server Stage/recipes: .*\n.*/recipes/stage/01\n"),
        ("ProgressBar(", r"41/41"),
        ("json.dumps(settings(dev)", r'^\{\n  "ampli": '),
        ("changed = table", r"(?s)kept +now\nampli .*\nstring_scalar .* changed$"),
        ("changed.kept.items()", r"^True$"),
        ("wait=False", r"^12 Futures: 12 done"),
        ("moves = [", r"(?s)^12 stages in .*count +12"),
        ("ipytango.watch([", r"recipes/stage/12/position"),
        ("create_task(\n    log(", r"^Task log\(.*\): cancelled"),
        ("writing_log.cancel()", r"(?s)recipes/stage/07/intensity.*VALID"),
        ("print(dev.ampli, said.value)", r"^30\.0 set to 30\n.*ampli is above the maximum"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    text = text_of(cell_with(executed, source))
    assert re.search(says, text), text


def test_scan_finds_the_peak_and_draws_it(executed: NotebookNode) -> None:
    counts = int(text_of(cell_with(executed, "centre = ")).split()[-2])
    assert counts > 850  # 1050 at the peak, 50 beside it
    assert any("image/png" in output.get("data", {}) for output in _outputs(executed, "def scan"))


def test_twelve_stages_move_at_once(executed: NotebookNode) -> None:
    found = re.match(r"12 stages in ([\d.]+) s", text_of(cell_with(executed, "moves = [")))
    assert found
    assert float(found[1]) < 7.2  # what they take one after the other


def test_dashboard_is_the_cell_of_the_recipe() -> None:
    assert read(DASHBOARD).cells[-1].source == cell_with(read(NAME), "VBox(").source


def test_dashboard_is_a_page_of_voila(tango_host: str) -> None:
    with (
        _voila(NOTEBOOKS / DASHBOARD, tango_host) as address,
        urllib.request.urlopen(address, timeout=WAIT_S) as answer,  # noqa: S310 - our own
    ):
        page = answer.read().decode()
    assert "TangoTest" in page
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "ipywidgets.FloatSlider(" not in page  # no code
    assert "Traceback" not in page


@contextmanager
def _voila(notebook: Path, tango_host: str) -> Iterator[str]:
    """Serve a notebook as its text says; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}"),
            "--Voila.port_retries=0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TANGO_HOST": tango_host},
    )
    assert process.stdout is not None
    try:
        told = ""
        while "is running at" not in told:
            line = process.stdout.readline()
            assert line, f"Voila has ended: {told}"
            told += line
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.communicate(timeout=WAIT_S)


def _outputs(notebook: NotebookNode, source: str) -> list[NotebookNode]:
    outputs: list[NotebookNode] = cell_with(notebook, source).outputs
    return outputs
