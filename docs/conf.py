"""How Sphinx builds these pages: `make docs`, or `sphinx-build -W -n docs build/docs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from ipytango._version import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "ipytango"
author = "The ipytango developers"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "generated_reference",
]
exclude_patterns = ["_extensions"]
smartquotes_action = "D"  # dashes alone: quotation marks and "..." are often code

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# --- the reference --------------------------------------------------------------------------------

# In docstrings `x` is code.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
# Other projects' names have no page here, and no inventory is fetched: a build needs no network.
nitpick_ignore_regex = [
    (r"py:.*", r"(_?asyncio|collections|concurrent|contextlib|os|pathlib|types|typing)\..*"),
    (r"py:.*", r"(numpy|np|pandas|PIL|tango|ipywidgets|anywidget|IPython)\..*"),
    (r"py:.*", r"(bool|bytes|dict|float|int|list|object|str|tuple|type|None|optional)"),
    (r"py:.*", r"(AbstractContextManager|ImportError|Path)"),
    (r"py:.*", r"(ipytango\..*\.)?(Callable|T|P(\.args|\.kwargs)?)"),  # type variables
]

# --- the look -------------------------------------------------------------------------------------

html_theme = "furo"
html_title = "ipytango"
html_static_path = ["_static"]
html_css_files = ["ipytango.css"]
html_show_sourcelink = False
html_copy_source = False
# The prompt of a terminal is not copied along.
copybutton_prompt_text = "$ "
pygments_dark_style = "github-dark"


def _list_the_records(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give the page of the decision records a table of contents, which no reader of it needs."""
    del app
    if docname == "decisions/README":
        source[0] += "\n\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


_COLON = "\ue000"


def _shield_colons(*event: Any) -> None:
    """Hide the colons of an attribute's docstring: Napoleon takes what is before one for a type."""
    _, what, _, _, _, lines = event
    if what in {"attribute", "property"}:
        lines[:] = [line.replace(":", _COLON) for line in lines]


def _show_colons(*event: Any) -> None:
    lines = event[-1]
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def setup(app: Sphinx) -> None:
    """Let Sphinx know."""
    app.connect("autodoc-process-docstring", _shield_colons, priority=400)
    app.connect("autodoc-process-docstring", _show_colons, priority=600)
    app.connect("source-read", _list_the_records)
