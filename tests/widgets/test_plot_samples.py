"""The samples of a trend: ascending times, whatever the device's clock does."""

import numpy as np

from ipytango.widgets.plot._samples import Samples


def test_a_late_one_is_no_sample() -> None:
    samples = Samples()
    samples.append(100.0, 1.0, 0)
    samples.append(101.0, 2.0, 0)
    assert not samples.append(50.0, 3.0, 0)
    assert samples.append(102.0, 4.0, 0)
    assert samples.all[1].tolist() == [1.0, 2.0, 4.0]


def test_a_clock_that_was_set_back_is_believed_after_a_while() -> None:
    samples = Samples()
    for second in range(100):
        samples.append(1000.0 + second, float(second), 0)
    end = samples.end
    taken = [samples.append(1050.5 + second, -1.0 - second, 0) for second in range(20)]
    assert taken == [False] * 10 + [True] * 10
    times, values, _ = samples.all
    assert np.all(np.diff(times) > 0)
    assert values[-1] == -20.0
    assert samples.end < end
    assert times[-1] == 1069.5
