"""The third notebook runs from top to bottom, and shows what it says."""

import re

import pytest
from nbformat import NotebookNode

from ipytango.demo import demo as make_demo
from support.notebooks import cell_ending, execute, read, text_of

NAME = "03_explore.ipynb"


@pytest.fixture(scope="module")
def executed() -> NotebookNode:
    with make_demo() as tango_host:  # its own: it lists all that there is
        return execute(read(NAME), tango_host)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("%tango_db", r"^Tango database 127\.0\.0\.1:\d+\n"),
        ("\ndevices", r"sys/tg_test/1 +TangoTest +TangoTest/test"),
        ('["class", "server"]]', r"TangoTest +TangoTest/test"),
        ("%tango_ls --classes", r"TangoTest +1"),
        ("%tango_info sys/tg_test/1", r"^sys/tg_test/1: RUNNING \(device\)"),
        ("sys/tg_test/1/double_scalar", r"type +DevDouble scalar"),
        ("sys/tg_test/1/DevDouble", r"takes +DevDouble: Any DevDouble value"),
        ("\nexplorer", r"▾ tg_test\n +· 1"),
        ("\npanel", r"^sys/tg_test/1: RUNNING"),
        ("%lsdev .*tg_test.*", r"sys/tg_test/1"),
        ('TangoTest("sys/tg_test/1").state()', r"RUNNING"),
        ('"no_such_attribute")', r"API_AttrNotFound"),
        ("%tango_error", r"API_AttrNotFound"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    assert re.search(says, text_of(cell_ending(executed, source)))


def test_outputs_that_are_kept_are_of_these_cells() -> None:
    assert all(cell.outputs for cell in read(NAME).cells[4:] if cell.cell_type == "code")
