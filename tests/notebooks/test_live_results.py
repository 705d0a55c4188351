"""The second notebook runs from top to bottom, and shows what it says."""

import re

import pytest
from nbformat import NotebookNode

from ipytango.demo import demo as make_demo
from support.notebooks import cell_with, execute, html_of, read, text_of

NAME = "02_live_results.ipynb"


@pytest.fixture(scope="module")
def executed() -> NotebookNode:
    with make_demo() as tango_host:  # its own: it changes what the device says of an attribute
        return execute(read(NAME), tango_host)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('read_attribute("wave", wait=False)', r"^Future sys/tg_test/1 .*: done after"),
        ('read_attribute("no_such_attribute", wait=False)', r": failed .*API_AttrNotFound"),
        ("create_task(settle(2.0))", r"^Task settle\(2\.0\): done after .*\n.*double_scalar = "),
        ("for name in names}", r"^5 Futures: 4 done, 1 failed"),
        ("set_attribute_config", r"^sys/tg_test/1/ampli = 12\.500 mm\n  set 12\.500 mm"),
        ('read_attribute("short_image_ro")', r"DevShort, 251 . 251"),
        ('read_attribute("boolean_spectrum")', r"on \d+, off \d+"),
        ("IOThrowNothing", r"^DevFailed API_CommandNotFound"),
        ("%tango_watch", r"sys/tg_test/1/double_scalar +-?\d"),
        ("trend = ipytango.plot", r"sys/tg_test/1/ampli +12\.500|sys/tg_test/1/ampli +20\.000"),
        ("async with ipytango.stream", r"^( *-?\d+\.\d{3}  VALID  \(\w+\)\n){5}$"),
        ("islice(stream, 5)", r"^5$"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    assert re.search(says, text_of(cell_with(executed, source)))


@pytest.mark.parametrize(
    ("source", "picture"),
    [
        ('dev.read_attribute("wave")', "data:image/svg+xml;base64,"),
        ('dev.read_attribute("short_image_ro")', "data:image/png;base64,"),
        ("trend = ipytango.plot", "data:image/svg+xml;base64,"),
        ("curves = ipytango.plot", "data:image/svg+xml;base64,"),
    ],
)
def test_pictures_stay_in_the_saved_notebook(
    executed: NotebookNode, source: str, picture: str
) -> None:
    assert picture in html_of(cell_with(executed, source))
