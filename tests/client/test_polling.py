"""What a device says of its polling, taken apart."""

from collections.abc import Callable
from typing import Any

from ipytango.client._polling import Polled, polled_in


def test_polling_is_read_from_a_device(proxy: Callable[[str], Any]) -> None:
    device = proxy("sys/tg_test/1")
    found = {(one.kind, one.name.lower()): one for one in polled_in(device.polling_status())}
    scalar = found["attribute", "double_scalar"]
    assert scalar.period_ms == device.get_attribute_poll_period("double_scalar") > 0
    assert scalar.kept.isdecimal()


def test_polling_that_something_outside_triggers_has_no_period() -> None:
    said = "\n".join(
        (
            "Polled attribute name = Spectrum",
            "Polling externally triggered",
            "Polling ring buffer depth = 10",
            "Time needed for the last attribute reading (mS) = 0.25",
            "Data not updated since 12 mS",
            "Delta between last records (in mS) = 98, 99",
        )
    )
    last = "Polling externally triggered Data not updated since 12 ms"
    assert polled_in([said]) == [Polled("attribute", "Spectrum", 0, "10", "0.25", last)]
    assert polled_in(()) == []
