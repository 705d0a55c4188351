import math

import numpy as np
import pytest

from ipytango.display._numbers import brief_number, format_number


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1.5, "%6.2f", "1.50"),
        (3, "%6.2f", "3.00"),
        (255, "%x", "ff"),
        (48879, "%04X", "BEEF"),
        (2.0, "%d", "2"),
        (np.int16(7), "%5.3d", "007"),
        (3.14159, "scientific;uppercase;setprecision(3)", "3.142E+00"),
        (255, "hex;showbase", "0xff"),
        (np.float32(0.1), "", "0.1"),
        (np.uint64(2**64 - 1), "%d", "18446744073709551615"),
    ],
)
def test_a_number_is_written_by_its_format(value: object, form: str, text: str) -> None:
    assert format_number(value, form) == text


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1e-9, "%6.2f", "1e-09"),  # the format would hide it
        (0.014, "%6.2f", "0.014"),
        (1e30, "%6.2f", "1e+30"),  # and here drown it
        (1.5, "%d", "1.5"),
        (-1, "%x", "-1"),
        (10**400, "%f", str(10**400)),
        (1.0, "Not specified", "1.0"),
        (1.0, "%s", "1.0"),
    ],
)
def test_a_number_that_its_format_does_not_fit_is_written_as_it_is(
    value: object, form: str, text: str
) -> None:
    assert format_number(value, form) == text


@pytest.mark.parametrize(
    "form",
    ["%999999999f", "%.99999f", "%n", "%", "%*d", "{0.__class__}", "%(x)s", "\x00", "%5", ";"],
)
def test_a_hostile_format_does_no_harm(form: str) -> None:
    assert format_number(2.5, form) == "2.5"


def test_what_is_no_number_is_said() -> None:
    assert [format_number(value, "%d") for value in (math.nan, math.inf, -math.inf)] == [
        "NaN",
        "∞",
        "-∞",
    ]


def test_a_brief_number_is_brief() -> None:
    numbers = (0, 123456789, 10**20, 1 / 3, -1.5e-300, math.nan)
    assert [brief_number(number) for number in numbers] == [
        "0",
        "123456789",
        "1e+20",
        "0.33333",
        "-1.5e-300",
        "NaN",
    ]
