"""The project's notebooks: run from top to bottom, and what their cells show."""

from __future__ import annotations

import os
from pathlib import Path

import nbclient
import nbformat
from nbformat import NotebookNode

__all__ = ["NOTEBOOKS", "cell_ending", "cell_with", "execute", "html_of", "read", "text_of"]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CELL_TIMEOUT_S = 60


def read(name: str) -> NotebookNode:
    """Read the notebook of that file name."""
    path = NOTEBOOKS / name
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def execute(
    notebook: NotebookNode, tango_host: str = "", *, allow_errors: bool = False
) -> NotebookNode:
    """Run it in a kernel of its own, with that TANGO_HOST or none; gives the same notebook."""
    environment = {name: value for name, value in os.environ.items() if name != "TANGO_HOST"}
    if tango_host:
        environment["TANGO_HOST"] = tango_host
    client = nbclient.NotebookClient(
        notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3", allow_errors=allow_errors
    )
    client.execute(env=environment)
    return notebook


def cell_with(notebook: NotebookNode, source: str) -> NotebookNode:
    """Give the one cell of code that has this in it."""
    found: list[NotebookNode] = [
        cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source
    ]
    (cell,) = found
    return cell


def cell_ending(notebook: NotebookNode, source: str) -> NotebookNode:
    """Give the first cell that ends with this."""
    found: NotebookNode = next(cell for cell in notebook.cells if cell.source.endswith(source))
    return found


def text_of(cell: NotebookNode) -> str:
    """Give all that a cell has printed, given or raised, as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "".join(parts)


def html_of(cell: NotebookNode) -> str:
    """Give all that a cell shows as HTML."""
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
