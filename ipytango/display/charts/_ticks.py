"""Round numbers along an axis."""

from __future__ import annotations

import math

__all__ = ["ticks"]


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return about `count` round numbers from `low` to `high`, both finite, `low` below `high`."""
    rough = (high / count) - (low / count)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 0.0
    if not power or not math.isfinite(power):
        return [low, high]
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    if last - first > 4 * count:
        return [low, high]  # numbers so close to each other that floats cannot tell the steps
    return [number * step for number in range(first, last + 1)]
