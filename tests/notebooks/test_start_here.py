"""The page that one begins with runs from top to bottom, and leads to all the others."""

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from support.notebooks import NOTEBOOKS, cell_with, execute, html_of, read, text_of

ROOT = NOTEBOOKS.parent
NAME = "00_start_here.ipynb"

MARKDOWN_LINK = re.compile(r"\]\(([^)#]+)")


def links_of(path: Path) -> set[str]:
    """What the text of a notebook links to, without addresses elsewhere."""
    texts = [cell.source for cell in read(path.name).cells if cell.cell_type == "markdown"]
    links = {link for text in texts for link in MARKDOWN_LINK.findall(text)}
    return {link for link in links if "://" not in link}


@pytest.fixture(scope="module")
def executed(tango_host: str) -> NotebookNode:
    return execute(read(NAME), tango_host)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("%tango_green asyncio", r"\[asyncio\]"),
        ("dev.state(), dev.double_scalar", r"^\(.*RUNNING.*, -?\d+\.\d+\)$"),
        ('dev.read_attribute("ampli")', r"^sys/tg_test/1/ampli = 12\.50\n  set 12\.50"),
        ("create_task(measure())", r"^Task measure\(\): done after \d\.\d+ s\nsys/tg_test/1/wave"),
        ("asyncio.gather(", r"^\[.*RUNNING.*, \d+, -?\d+\]$"),
        ("trend = ipytango.plot", r"sys/tg_test/1/double_scalar +-?\d"),
        ("%tango_panel", r"^sys/tg_test/1: RUNNING"),
    ],
)
def test_shown_as_text(executed: NotebookNode, source: str, says: str) -> None:
    assert re.search(says, text_of(cell_with(executed, source)))


@pytest.mark.parametrize("source", ["create_task(measure())", "trend = ipytango.plot"])
def test_pictures_stay_in_the_saved_notebook(executed: NotebookNode, source: str) -> None:
    assert "data:image/svg+xml;base64," in html_of(cell_with(executed, source))
    assert "data:image/svg+xml;base64," in html_of(cell_with(read(NAME), source))


def test_leads_to_every_other_page() -> None:
    others = {path.name for path in NOTEBOOKS.glob("*.ipynb")} - {NAME}
    leads_on = links_of(NOTEBOOKS / NAME)
    reached = leads_on.union(*(links_of(NOTEBOOKS / page) for page in leads_on))
    assert others <= reached


@pytest.mark.parametrize("page", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_links_lead_somewhere(page: str) -> None:
    assert {link for link in links_of(NOTEBOOKS / page) if not (NOTEBOOKS / link).exists()} == set()


@pytest.mark.parametrize("place", ["ipytango/cli/_demo.py", "README.md", "compose.yaml"])
def test_is_what_opens_first(place: str) -> None:
    assert f"notebooks/{NAME}" in (ROOT / place).read_text()
