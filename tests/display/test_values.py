"""Displays of readings from snapshots: no Tango, no shell."""

import base64
import dataclasses
import io
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ipytango.client import AttributeFacts, Failure, FailureLevel, Reading, ValueList, ValueSnapshot
from ipytango.display import html_of, line_of, text_of
from support.facts import attribute_facts

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
ESCAPE = "\x1b[31mred"
LARGEST_HTML = 300_000

FACTS = attribute_facts("gap", label="Gap", unit="mm", format="%6.2f")


def snapshot(
    value: Any,
    data_type: str = "DevDouble",
    data_format: str = "SCALAR",
    facts: AttributeFacts | None = None,
    **changes: Any,
) -> ValueSnapshot:
    reading = Reading("a/b/c/gap", value, None, "VALID", 1.7e9, 1.7e9, data_type, data_format)
    return ValueSnapshot(dataclasses.replace(reading, **changes), facts)


def failure(text: str) -> Failure:
    return Failure("DevFailed", (FailureLevel(text, text, text, "ERR"),) * 2)


class Tags(HTMLParser):
    """The tags of a page that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def pictures_in(page: str) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(r"base64,([A-Za-z0-9+/=]+)", page)]


def test_a_scalar_shows_value_unit_quality_set_value_and_time() -> None:
    shown = snapshot(12.34, facts=FACTS, set_value=12.0, quality="ALARM")
    words = Tags(html_of(shown)).words
    for part in ("a/b/c/", "gap", "12.34", "mm", "ALARM", "12.00 mm", "2023-11-1", "DevDouble"):
        assert part in words
    assert line_of(shown) == "a/b/c/gap = 12.34 mm (ALARM)"
    assert "set 12.00 mm" in text_of(shown)


def test_a_label_stands_for_its_number() -> None:
    facts = dataclasses.replace(FACTS, enum_labels=("OFF", "ON"))
    assert line_of(snapshot(1, "DevEnum", facts=facts)) == "a/b/c/gap = ON"
    assert line_of(snapshot(7, "DevEnum", facts=facts)) == "a/b/c/gap = 7"
    assert line_of(snapshot(1, "DevEnum")) == "a/b/c/gap = 1"


def test_a_curve_is_a_picture_with_statistics() -> None:
    page = html_of(snapshot(np.arange(10.0), data_format="SPECTRUM", facts=FACTS))
    (svg,) = pictures_in(page)
    assert svg.startswith(b"<svg")
    words = Tags(page).words
    assert "n 10" in words
    assert "mean 4.5" in words


def test_an_image_is_a_picture_with_its_colours() -> None:
    page = html_of(snapshot(np.arange(12.0).reshape(3, 4), data_format="IMAGE"))
    png, bar = pictures_in(page)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width * 3 == picture.height * 4
        # viridis: from violet to yellow
        colours = picture.convert("RGB")
        assert colours.getpixel((0, 0)) == (68, 1, 84)
        assert colours.getpixel((picture.width - 1, picture.height - 1)) == (253, 231, 37)
    assert bar.startswith(b"<svg")


def test_what_is_no_number_is_transparent_in_a_picture() -> None:
    page = html_of(snapshot(np.array([[np.nan, 1.0], [0.0, np.inf]]), data_format="IMAGE"))
    with Image.open(io.BytesIO(pictures_in(page)[0])) as picture:
        opacity = picture.convert("RGBA").getchannel("A")
        assert opacity.getpixel((0, 0)) == 0
        assert opacity.getpixel((picture.width - 1, 0)) == 255


VALUES = {
    "nan": (np.nan, "DevDouble", "SCALAR"),
    "infinite": (-np.inf, "DevDouble", "SCALAR"),
    "nothing": (None, "DevDouble", "SCALAR"),
    "nothing in rows": (None, "DevDouble", "IMAGE"),
    "empty": (np.zeros(0), "DevDouble", "SPECTRUM"),
    "empty texts": ((), "DevString", "SPECTRUM"),
    "empty image": (np.zeros((0, 0)), "DevDouble", "IMAGE"),
    "one": (np.array([1.0]), "DevDouble", "SPECTRUM"),
    "all nan": (np.full(300, np.nan), "DevDouble", "SPECTRUM"),
    "all nan image": (np.full((30, 30), np.nan), "DevDouble", "IMAGE"),
    "constant": (np.full(300, 5), "DevLong", "SPECTRUM"),
    "constant image": (np.full((30, 30), 5), "DevLong", "IMAGE"),
    "huge": (np.array([1.7e308, -1.7e308]), "DevDouble", "SPECTRUM"),
    "huge image": (np.array([[1.7e308, -1.7e308]]), "DevDouble", "IMAGE"),
    "least": (np.array([0, 5e-324]), "DevDouble", "SPECTRUM"),
    "close": (np.array([1e20, 1e20 + 2e4]), "DevDouble", "SPECTRUM"),
    "largest integers": (np.array([0, 2**64 - 1], np.uint64), "DevULong64", "SPECTRUM"),
    "row": (np.random.default_rng(1).random((1, 100_000)), "DevDouble", "IMAGE"),
    "column": (np.random.default_rng(1).random((100_000, 1)), "DevDouble", "IMAGE"),
    "lamps": (np.ones(100_000, bool), "DevBoolean", "SPECTRUM"),
    "lamp rows": (np.eye(1000, dtype=bool), "DevBoolean", "IMAGE"),
    "states": (("ON", "FAULT"), "DevState", "SPECTRUM"),
    "state rows": ((("ON", "FAULT"),), "DevState", "IMAGE"),
    "text": ("x" * 1_000_000, "DevString", "SCALAR"),
    "texts": (("y" * 100_000,) * 10_000, "DevString", "SPECTRUM"),
    "text rows": ((("z" * 1000,) * 300,) * 300, "DevString", "IMAGE"),
    "bytes": (("RAW", b"\0" * 1_000_000), "DevEncoded", "SCALAR"),
    "noise": (np.random.default_rng(1).random((3000, 3000)), "DevDouble", "IMAGE"),
    "noise curve": (np.random.default_rng(1).random(3_000_000), "DevDouble", "SPECTRUM"),
}


@pytest.mark.parametrize("what", VALUES)
def test_every_value_has_a_display_of_bounded_size(what: str) -> None:
    shown = snapshot(*VALUES[what])
    assert 0 < len(html_of(shown)) < LARGEST_HTML
    assert 0 < len(text_of(shown)) < 10_000
    assert "\n" not in line_of(shown)


def test_what_is_hidden_is_said() -> None:
    assert "more characters" in text_of(snapshot("x" * 1_000_000, "DevString"))
    assert "9,968 more" in Tags(html_of(snapshot(("y",) * 10_000, "DevString", "SPECTRUM"))).words
    large = Tags(html_of(snapshot(np.zeros((4000, 4000)), data_format="IMAGE"))).words
    assert "one is shown" in large


@pytest.mark.parametrize("data_format", ["SCALAR", "SPECTRUM", "IMAGE"])
def test_text_of_a_device_is_never_html_nor_moves_the_cursor(data_format: str) -> None:
    hostile = SCRIPT + ESCAPE
    value: Any = hostile
    for _ in range(["SCALAR", "SPECTRUM", "IMAGE"].index(data_format)):
        value = (value,)
    facts = dataclasses.replace(FACTS, label=hostile, unit=hostile, format=hostile)
    shown = snapshot(value, "DevString", data_format, facts, attribute=hostile, set_value=value)
    for one in (shown, ValueList((shown,))):
        tags = Tags(html_of(one))
        assert not tags.seen & {"script", "svg"}
        assert "onerror" not in tags.attributes
        assert SCRIPT in tags.words
        assert "\x1b" not in text_of(one) + line_of(one)


def test_the_unit_in_a_curve_is_text_too() -> None:
    facts = dataclasses.replace(FACTS, unit=SCRIPT)
    (svg,) = pictures_in(html_of(snapshot(np.arange(3.0), data_format="SPECTRUM", facts=facts)))
    assert b"<script" not in svg


def test_an_error_is_folded_and_its_text_is_text() -> None:
    shown = snapshot(None, failure=failure(SCRIPT + ESCAPE))
    for one in (shown, failure(SCRIPT + ESCAPE)):
        tags = Tags(html_of(one))
        assert "details" in tags.seen
        assert "script" not in tags.seen
        assert tags.words.count(SCRIPT) >= 6
        assert "\x1b" not in text_of(one)


def test_an_endless_error_is_cut() -> None:
    level = FailureLevel("r", "d" * 100_000, "o" * 100_000, "ERR")
    shown = Failure("DevFailed", (level,) * 1000)
    assert len(html_of(shown)) < LARGEST_HTML
    assert "980 more levels" in html_of(shown)
    assert "980 more levels" in text_of(shown)


def test_a_list_of_readings_is_a_table() -> None:
    shown = ValueList((snapshot(1.0, facts=FACTS), snapshot(None, failure=failure("Bad"))))
    words = Tags(html_of(shown)).words
    assert "1.00 mm" in words
    assert "Bad" in words
    assert text_of(shown).splitlines() == ["a/b/c/gap = 1.00 mm", "a/b/c/gap: Bad: Bad"]


def test_a_curve_is_broken_at_gaps_and_a_lone_point_is_a_dot() -> None:
    values = np.array([np.nan, 1.0, np.nan, 2.0, 3.0, np.inf, 4.0, 5.0])
    (svg,) = pictures_in(html_of(snapshot(values, data_format="SPECTRUM")))
    lines = re.findall(r'<path d="([^"]*)" fill="none" stroke="#3b7dc4"', svg.decode())
    assert [line.count("L") for line in lines] == [1, 1]
    assert svg.count(b"<circle") == 1
