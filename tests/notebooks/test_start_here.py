"""The page that one begins with runs from top to bottom, and leads to all the others."""

import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
NOTEBOOK = NOTEBOOKS / "00_start_here.ipynb"

MARKDOWN_LINK = re.compile(r"\]\(([^)#]+)")


def read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def links_of(path: Path) -> set[str]:
    """What the text of a notebook links to, without addresses elsewhere."""
    texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    links = {link for text in texts for link in MARKDOWN_LINK.findall(text)}
    return {link for link in links if "://" not in link}


@pytest.fixture(scope="module")
def executed(tango_host: str) -> NotebookNode:
    notebook = read(NOTEBOOK)
    client = nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3")
    client.execute(env={**os.environ, "TANGO_HOST": tango_host})
    return notebook


def shown_by(notebook: NotebookNode, source: str) -> tuple[str, str]:
    """Give the text and the HTML that the cell with this source shows."""
    (cell,) = [
        cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source
    ]
    texts = [output.get("text") or output.data.get("text/plain", "") for output in cell.outputs]
    pages = [output.data.get("text/html", "") for output in cell.outputs if "data" in output]
    return "".join(texts), "".join(pages)


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
    assert re.search(says, shown_by(executed, source)[0])


@pytest.mark.parametrize("source", ["create_task(measure())", "trend = ipytango.plot"])
def test_pictures_stay_in_the_saved_notebook(executed: NotebookNode, source: str) -> None:
    assert "data:image/svg+xml;base64," in shown_by(executed, source)[1]
    assert "data:image/svg+xml;base64," in shown_by(read(NOTEBOOK), source)[1]


def test_leads_to_every_other_page() -> None:
    others = {path.name for path in NOTEBOOKS.glob("*.ipynb")} - {NOTEBOOK.name}
    leads_on = links_of(NOTEBOOK)
    reached = leads_on.union(*(links_of(NOTEBOOKS / page) for page in leads_on))
    assert others <= reached


@pytest.mark.parametrize("page", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_links_lead_somewhere(page: str) -> None:
    assert {link for link in links_of(NOTEBOOKS / page) if not (NOTEBOOKS / link).exists()} == set()


@pytest.mark.parametrize("place", ["ipytango/cli/_demo.py", "README.md", "compose.yaml"])
def test_is_what_opens_first(place: str) -> None:
    assert f"notebooks/{NOTEBOOK.name}" in (ROOT / place).read_text()
