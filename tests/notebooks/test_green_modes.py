"""The first notebook runs from top to bottom, and what it says of a plain kernel is true."""

import re
from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from support.notebooks import cell_with, execute, read, text_of


def without_ipytango(source: str) -> str:
    """Say in PyTango's words what the notebook says in magics."""
    switch = r"tango.set_green_mode(tango.GreenMode.names['\1'.capitalize()])"
    source = re.sub(r"^%tango_green (\w+)$", switch, source, flags=re.MULTILINE)
    return re.sub(r"^%{1,2}(load_ext|tango_green).*\n?", "", source, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def run_notebook(tango_host: str) -> Callable[..., NotebookNode]:
    """Run the notebook in a kernel of its own; without ipytango its magics are left out."""

    def run(*, plain: bool) -> NotebookNode:
        notebook = read("01_green_modes.ipynb")
        if plain:
            for cell in notebook.cells:
                cell.source = without_ipytango(cell.source)
        return execute(notebook, tango_host, allow_errors=plain)

    return run


@pytest.fixture(scope="module")
def executed(run_notebook: Callable[..., NotebookNode]) -> NotebookNode:
    return run_notebook(plain=False)


def turns(notebook: NotebookNode) -> list[int]:
    """The counts that the notebook's ticker gave, one for each mode that was looked at."""
    texts = [
        text_of(cell).strip() for cell in notebook.cells if cell.source.startswith("turns_during(")
    ]
    return [int(text) for text in texts if text.isdigit()]


def test_the_kernel_goes_on_in_each_green_mode(executed: NotebookNode) -> None:
    synchronous, futures, asyncio = turns(executed)
    assert synchronous <= 2
    assert min(futures, asyncio) >= 30  # of some 90 on an idle machine


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("asyncio.run(asyncio_example())", r"Asyncio\nRUNNING\n\d+\n\d+\n\d+\n\d+$"),
        ("concurrent.futures.TimeoutError", r"^TimeoutError: no answer from sys/tg_test/1"),
        ('"no number"', r"^TypeError: "),
        ("%%tango_green gevent", r"^Gevent RUNNING$"),
        ("follower.kill()", r"^True$"),
        ("asyncio.gather(", r"^RUNNING float long_scalar$"),
        ("ipytango.spawn(", r"^meanwhile: RUNNING\s+mean: -?\d"),
        ("futures.items()", r"'string_scalar': '"),
    ],
)
def test_examples(executed: NotebookNode, source: str, said: str) -> None:
    assert re.search(said, text_of(cell_with(executed, source)))


def test_a_greenlet_goes_on_between_cells(executed: NotebookNode) -> None:
    readings = int(text_of(cell_with(executed, '"readings:"')).split()[-1])
    assert readings >= 8  # of 20 on an idle machine


def test_what_is_said_of_a_plain_kernel(run_notebook: Callable[..., NotebookNode]) -> None:
    plain = run_notebook(plain=True)
    claims = [cell for cell in plain.cells if "ipytango" in cell.metadata]
    assert len(claims) >= 8
    for cell in claims:
        claim = cell.metadata["ipytango"]["plain"]
        assert re.search(claim, text_of(cell)), f"{cell.source}\n-> {text_of(cell)}"
    synchronous, futures = turns(plain)[:2]
    assert max(synchronous, futures) <= 2
