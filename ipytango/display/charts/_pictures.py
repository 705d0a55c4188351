"""Numbers in rows and columns as a picture, and many booleans as lamps: of bounded size."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._numbers import brief_number
from ._colours import colour_table
from ._drawings import INK
from ._ticks import ticks

__all__ = ["Picture", "colour_bar_svg", "lamps_svg", "paint", "shade"]

LONGEST_SIDE = 384
"""Pixels of a picture: of noise, which no format makes smaller, that is a file of 150 kB."""

LARGEST_PIXEL = 24
"""Pixels on the screen that one element of a small image may take."""

THINNEST = 16
"""Pixels on the screen of an image of one row or column."""

LAMPS = 512
LAMPS_IN_A_ROW = 32


@dataclasses.dataclass(frozen=True)
class Picture:
    """An image as it is shown."""

    png: bytes
    width: int
    """Pixels on the page."""

    height: int
    steps: tuple[int, int]
    """Of how many rows and of how many columns one is shown."""


def paint(
    image: NDArray[Any],
    low: float,
    high: float,
    colours: str = "viridis",
    *,
    side: int = LONGEST_SIDE,
) -> Picture:
    """Paint `image` (two dimensions) with the colours from `low` to `high`; NaN is transparent.

    A large image is shown in part, every so-manieth row and column; a small one enlarged, its
    longer side to `side` pixels at most.
    """
    from PIL import Image  # only where a picture is displayed

    steps = _steps(image.shape)
    part = image[:: steps[0], :: steps[1]]
    height, width = part.shape
    factor = max(1, min(LARGEST_PIXEL, side // max(part.shape)))
    tall, wide = (max(factor, -(-THINNEST // side)) for side in part.shape)
    file = io.BytesIO()
    picture = Image.fromarray(shade(part, low, high).repeat(tall, 0).repeat(wide, 1), "P")
    table = colour_table(colours)
    chosen = table[np.linspace(0, 255, 255).round().astype(int), :3]
    picture.putpalette(b"\0\0\0" + chosen.tobytes())
    picture.save(file, "PNG", transparency=0)
    return Picture(file.getvalue(), width * wide, height * tall, steps)


def shade(image: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return for each element its colour's number, 1 (`low`) to 255 (`high`); 0 is no number."""
    numbers = image.astype(np.float64)
    if not low < high:
        return np.where(np.isnan(numbers), 0, 128).astype(np.uint8)
    scale = max(abs(low), abs(high))  # the difference of two huge numbers may not be finite
    with np.errstate(all="ignore"):
        share = (numbers / scale - low / scale) / (high / scale - low / scale)
    shades = 1 + np.nan_to_num(np.clip(share, 0, 1), nan=0.0) * 254
    shades[np.isnan(numbers)] = 0
    rounded: NDArray[np.uint8] = shades.round().astype(np.uint8)
    return rounded


def _steps(shape: tuple[int, ...]) -> tuple[int, int]:
    step = -(-max(shape) // LONGEST_SIDE)
    rows, columns = (
        max(1, min(step, side // 16)) if side < LONGEST_SIDE else step for side in shape
    )
    return rows, columns


def colour_bar_svg(low: float, high: float, height: int, colours: str = "viridis") -> str:
    """Draw which number has which colour, as an SVG document."""
    height, edge = max(height, 60), 7
    bottom = height - edge
    table = colour_table(colours)
    stops = "".join(
        f'<stop offset="{index / 16:.4f}" stop-color="rgb({r},{g},{b})"/>'
        for index, (r, g, b, _) in enumerate(table[np.linspace(255, 0, 17).astype(int)].tolist())
    )
    labels, ink = "", "rgb({},{},{})".format(*INK)
    if low < high:
        scale = max(abs(low), abs(high))
        for value in ticks(low, high, 4):
            share = (value / scale - low / scale) / (high / scale - low / scale)
            y = bottom - share * (bottom - edge)
            labels += (
                f'<path d="M16 {y:.1f}h4" stroke="{ink}"/>'
                f'<text x="24" y="{y + 4:.1f}">{brief_number(value, 4)}</text>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="84" height="{height}" '
        f'viewBox="0 0 84 {height}" font-family="system-ui,sans-serif" font-size="11" '
        f'fill="{ink}"><defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">{stops}'
        f'</linearGradient></defs><rect x="2" y="{edge}" width="14" height="{bottom - edge}" '
        f'fill="url(#g)"/>{labels}</svg>'
    )


def lamps_svg(lit: NDArray[np.bool_]) -> str:
    """Draw the first `LAMPS` of these as lamps in rows, as an SVG document."""
    shown = lit[:LAMPS].tolist()
    size, radius = 16, 5
    on: list[str] = []
    off: list[str] = []
    for number, is_lit in enumerate(shown):
        row, column = divmod(number, LAMPS_IN_A_ROW)
        circle = (
            f"M{column * size + 3} {row * size + 8}a{radius} {radius} 0 1 0 {2 * radius} 0"
            f"a{radius} {radius} 0 1 0 -{2 * radius} 0"
        )
        (on if is_lit else off).append(circle)
    width = min(len(shown), LAMPS_IN_A_ROW) * size
    height = -(-len(shown) // LAMPS_IN_A_ROW) * size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
        f'<path d="{"".join(off)}" fill="none" stroke="#888888"/>'
        f'<path d="{"".join(on)}" fill="#35c075" stroke="#2e8b57"/></svg>'
    )
