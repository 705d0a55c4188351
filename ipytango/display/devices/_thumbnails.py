"""A spectrum or an image, small: as the address of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...client import Reading
from .._addresses import png_address, svg_address
from ..charts import LAMPS, bounds_of, decimate, lamps_svg, paint, percentiles_of
from ..values import array_of

__all__ = ["thumbnail"]

WIDTH, HEIGHT = 180, 34
"""Pixels of a spectrum's curve."""

SIDE = 96
"""Pixels of an image's longer side."""

CURVE = "#3b7dc4"


def thumbnail(reading: Reading) -> str:
    """Return the address of a small picture of the values; empty where they are no numbers."""
    array = None if reading.value is None else array_of(reading.value)
    if array is None or not array.size:
        return ""
    if array.ndim == 2:
        return _picture(array)
    if array.dtype == np.bool_:
        return svg_address(lamps_svg(array)) if array.size <= LAMPS else ""
    return svg_address(_curve(array))


def _picture(image: NDArray[np.generic]) -> str:
    step = -(-max(image.shape) // SIDE)
    part = image[::step, ::step]
    low, high = percentiles_of(part, 1, 99) if part.dtype != np.bool_ else (0.0, 1.0)
    return png_address(paint(part, low, high, side=SIDE).png)


def _curve(values: NDArray[np.generic]) -> str:
    """Draw a line through all peaks; what is no number leaves a gap."""
    positions, heights = decimate(values, WIDTH)
    low, high, _ = bounds_of(heights)
    numbers = heights.astype(float)
    spread = high - low if high > low else 1.0
    x = 1 + positions * (WIDTH - 2) / max(1, len(values) - 1)
    with np.errstate(all="ignore"):
        y = HEIGHT - 2 - (numbers - low) / spread * (HEIGHT - 4)
    if high == low:
        y = np.where(np.isfinite(numbers), HEIGHT / 2, np.nan)
    path, pen_is_up = [], True
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        if not np.isfinite(down):
            pen_is_up = True
            continue
        path.append(f"{'M' if pen_is_up else 'L'}{across:.1f} {down:.1f}")
        pen_is_up = False
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><path d="{"".join(path)}" fill="none" stroke="{CURVE}" '
        'stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/></svg>'
    )
