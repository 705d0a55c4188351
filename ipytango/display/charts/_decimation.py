"""As many points as a picture has columns, so that no peak is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["decimate"]


def decimate(values: NDArray[Any], columns: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the least and the greatest value of each column: their positions and themselves.

    `values` has one dimension; what fits two points in each column is returned whole. A column
    of nothing but NaN gives one NaN, so that a gap stays a gap. Positions ascend; both results
    have at most ``2 * columns`` elements and share no memory with `values`.
    """
    if values.dtype == np.bool_:
        values = values.view(np.uint8)
    if columns < 1:
        raise ValueError(f"a curve of {columns} columns was asked for; there must be one at least")
    count = len(values)
    if count <= 2 * columns:
        return np.arange(count), values.copy()
    width = -(-count // columns)
    full = count // width
    picks = [_extremes(values[: full * width].reshape(full, width), 0)]
    if full * width < count:
        picks.append(_extremes(values[full * width :].reshape(1, -1), full * width))
    positions = np.concatenate(picks)
    return positions, values[positions]


def _extremes(rows: NDArray[Any], offset: int) -> NDArray[np.int64]:
    """Find the positions of each row's extremes, in order, each once."""
    low, high = rows.argmin(axis=1), rows.argmax(axis=1)
    if rows.dtype.kind == "f":
        for row in np.flatnonzero(np.isnan(rows[np.arange(len(rows)), low])):
            # argmin has stopped at a NaN; these pass it by. Row by row, as memory is what costs.
            known = np.flatnonzero(~np.isnan(rows[row]))
            if known.size:
                values = rows[row][known]
                low[row], high[row] = known[np.argmin(values)], known[np.argmax(values)]
    starts = offset + np.arange(len(rows)) * rows.shape[1]
    pairs = np.sort(np.stack([starts + low, starts + high], axis=1), axis=1)
    # Ascending; a column of one value gives one point.
    positions: NDArray[np.int64] = np.unique(pairs).astype(np.int64)
    return positions
