"""What numbers amount to: of all of them, in one pass that needs little memory."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Statistics", "statistics_of"]

CHUNK = 1 << 16
"""Elements taken at once: what fits the processor's cache."""


@dataclasses.dataclass(frozen=True)
class Statistics:
    """The figures of an array. NaN and infinities are counted, and left out of the others."""

    count: int
    nan: int
    infinite: int

    low: float | int
    """Least finite value; NaN where there is none, as with the next three."""

    high: float | int
    mean: float
    deviation: float
    """Standard deviation, of the values as a population."""

    @property
    def finite(self) -> int:
        return self.count - self.nan - self.infinite


def statistics_of(values: NDArray[Any]) -> Statistics:
    """Return the figures of all elements of `values`, whatever its shape."""
    total = _Total()
    flat: NDArray[Any] = values.reshape(-1)
    if flat.dtype == np.bool_:
        flat = flat.view(np.uint8)
    with np.errstate(all="ignore"):
        for start in range(0, len(flat), CHUNK):
            total.add(flat[start : start + CHUNK])
    return total.statistics(len(flat))


class _Total:
    """Figures of the chunks so far."""

    def __init__(self) -> None:
        self.nan = self.infinite = self.finite = 0
        self.low: Any = None
        self.high: Any = None
        self.mean = self.squares = 0.0
        self._distance = np.empty(CHUNK)

    def add(self, chunk: NDArray[Any]) -> None:
        total = float(chunk.sum(dtype=np.float64))
        if not math.isfinite(total):
            nan = int(np.isnan(chunk).sum())
            kept = chunk[np.isfinite(chunk)]
            self.nan += nan
            self.infinite += len(chunk) - len(kept) - nan
            chunk, total = kept, float(kept.sum(dtype=np.float64))
        if not len(chunk):
            return
        low, high = chunk.min(), chunk.max()
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)
        # Chan's way to join the means and variances of two parts, which loses no digits.
        mean = total / len(chunk)
        distance = np.subtract(chunk, mean, out=self._distance[: len(chunk)], dtype=np.float64)
        squares = float(np.einsum("i,i->", distance, distance))  # no BLAS: its threads cost more
        step, joined = mean - self.mean, self.finite + len(chunk)
        self.squares += squares + step * step * self.finite * len(chunk) / joined
        self.mean += step * len(chunk) / joined
        self.finite = joined

    def statistics(self, count: int) -> Statistics:
        if not self.finite:
            return Statistics(count, self.nan, self.infinite, *[math.nan] * 4)
        return Statistics(
            count,
            self.nan,
            self.infinite,
            self.low.item(),
            self.high.item(),
            self.mean,
            math.sqrt(max(self.squares, 0.0) / self.finite),
        )
