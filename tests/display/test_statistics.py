import numpy as np
import numpy.typing as npt
import pytest

from ipytango.display.charts._statistics import CHUNK, statistics_of


@pytest.mark.parametrize("kind", ["f8", "f4", "u1", "i2", "i8", "?"])
def test_agrees_with_numpy_over_many_chunks(kind: str) -> None:
    values = (np.random.default_rng(1).random(3 * CHUNK + 7) * 100).astype(kind)
    found = statistics_of(values.reshape(-1, 1))
    assert (found.count, found.finite) == (len(values), len(values))
    assert (found.low, found.high) == (values.min(), values.max())
    assert found.mean == pytest.approx(values.mean(dtype=float))
    assert found.deviation == pytest.approx(values.std(dtype=float))


def test_nan_and_infinities_are_counted_apart() -> None:
    found = statistics_of(np.array([np.nan, np.inf, -np.inf, 1.0, 3.0]))
    assert (found.nan, found.infinite, found.low, found.high, found.mean) == (1, 2, 1.0, 3.0, 2.0)


def test_a_small_spread_on_a_large_offset_is_not_lost() -> None:
    values = 1e9 + np.tile([0.0, 1.0], CHUNK)
    assert statistics_of(values).deviation == pytest.approx(0.5)


@pytest.mark.parametrize("values", [np.array([]), np.full(3, np.nan), np.zeros((0, 0))])
def test_without_finite_values_there_are_only_counts(
    values: npt.NDArray[np.float64],
) -> None:
    found = statistics_of(values)
    assert found.finite == 0
    assert np.isnan(found.mean)


def test_extremes_of_what_floats_can_be() -> None:
    found = statistics_of(np.array([1.7e308, -1.7e308]))
    assert (found.low, found.high, found.mean) == (-1.7e308, 1.7e308, 0.0)
