"""A curve in a line of text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["sparkline"]

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: NDArray[Any], width: int = 40) -> str:
    """Return `values` (one dimension) as at most `width` blocks; a space where there is none."""
    numbers = np.asarray(values, dtype=float)
    if len(numbers) > width:
        parts = np.array_split(numbers, width)
        numbers = np.array([_mean(part) for part in parts])
    there = np.isfinite(numbers)
    if not there.any():
        return " " * len(numbers)
    low, high = numbers[there].min(), numbers[there].max()
    with np.errstate(all="ignore"):
        share = (numbers / 2 - low / 2) / (high / 2 - low / 2) if high > low else numbers * 0 + 0.5
    heights = np.where(there, np.clip(share, 0, 1) * (len(BLOCKS) - 1), 0).round().astype(int)
    return "".join(
        BLOCKS[height] if drawn else " " for height, drawn in zip(heights, there, strict=True)
    )


def _mean(part: NDArray[Any]) -> float:
    finite = part[np.isfinite(part)]
    return float(finite.mean()) if finite.size else float("nan")
