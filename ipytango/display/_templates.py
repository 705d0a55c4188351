"""HTML from the templates of this room: everything put into one is escaped."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._texts import shortened
from .charts import quality_colour, state_colour

if TYPE_CHECKING:
    import jinja2

__all__ = ["already_escaped", "render"]

TEMPLATES = Path(__file__).with_name("templates")


def render(name: str, /, **values: Any) -> str:
    """Fill in the template `name` (a file in ``templates/``, with its ending).

    All values are escaped, but those of type `markupsafe.Markup`. Raises
    `jinja2.UndefinedError` when a value that the template uses is not given.
    """
    return _environment().get_template(name).render(**values).strip()


def already_escaped(html: str) -> Any:
    """Return HTML that `render` has made, to be put into another template as it is."""
    import markupsafe  # comes with jinja2, and only where something is displayed

    return markupsafe.Markup(html)  # noqa: S704 - it is escaped already


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # only where something is displayed

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    environment.filters |= {
        "quality_colour": quality_colour,
        "shortened": shortened,
        "state_colour": state_colour,
    }
    return environment
