import numpy as np
import pytest

from ipytango.display.charts._decimation import decimate


@pytest.mark.parametrize("count", [0, 1, 7, 40, 41, 1000, 12345])
@pytest.mark.parametrize("kind", ["f8", "f4", "i2", "u8", "?"])
def test_keeps_the_extremes_of_every_column(count: int, kind: str) -> None:
    values = (np.random.default_rng(count).normal(size=count) * 100).astype(kind)
    positions, kept = decimate(values, 20)
    assert len(positions) == len(kept) <= 40
    assert np.all(np.diff(positions) > 0)
    assert np.array_equal(values[positions], kept)
    if count:
        width = max(1, -(-count // 20))
        for start in range(0, count, width):
            column = values[start : start + width]
            inside = kept[(positions >= start) & (positions < start + width)]
            assert {column.min(), column.max()} <= set(inside)


def test_a_single_peak_among_ten_million_points_is_kept_at_its_place() -> None:
    values = np.zeros(10_000_000)
    values[7_654_321] = 5.0
    positions, kept = decimate(values, 800)
    assert positions[kept == 5.0] == [7_654_321]


def test_nan_hides_no_peak_and_a_gap_stays_a_gap() -> None:
    values = np.ones(10_000)
    values[::3] = np.nan
    values[4000:6000] = np.nan
    values[500] = 7.0
    positions, kept = decimate(values, 100)
    assert 7.0 in kept
    gap = kept[(positions >= 4000) & (positions < 6000)]
    assert gap.size
    assert np.isnan(gap).all()
    assert not np.isnan(kept[positions < 4000]).any()


def test_infinities_are_values_and_nothing_but_nan_is_nan() -> None:
    values = np.full(10_000, np.nan)
    assert np.isnan(decimate(values, 10)[1]).all()
    values[5], values[9_999] = np.inf, -np.inf
    kept = decimate(values, 10)[1]
    assert np.isposinf(kept[0])
    assert np.isneginf(kept[-1])


def test_the_result_shares_no_memory_with_what_was_given() -> None:
    values = np.arange(10.0)
    _, kept = decimate(values, 100)
    assert not np.shares_memory(values, kept)


def test_no_columns_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="0 columns"):
        decimate(np.arange(3), 0)
