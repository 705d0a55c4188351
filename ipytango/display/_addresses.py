"""Pictures as `data:` addresses: an ``<img>`` keeps them where a page strips all else."""

from __future__ import annotations

import base64

__all__ = ["png_address", "svg_address"]


def svg_address(svg: str) -> str:
    """Return the address of an SVG document."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def png_address(png: bytes) -> str:
    """Return the address of a PNG file's bytes."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
