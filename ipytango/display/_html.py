"""The one place where text becomes HTML."""

from __future__ import annotations

import html

__all__ = ["escape", "rows"]


def escape(text: object) -> str:
    """Return `text` as HTML text. All that comes from a device goes through here."""
    return html.escape(str(text), quote=True)


def rows(pairs: list[tuple[str, str]]) -> str:
    """Return table rows of a name and an HTML value each; the names are escaped here."""
    return "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:normal;'
        f'color:var(--jp-ui-font-color2,#616161)">{escape(name)}</th>'
        f'<td style="text-align:left">{value}</td></tr>'
        for name, value in pairs
    )
