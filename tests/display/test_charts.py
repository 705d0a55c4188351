"""Charts at rest: what is drawn, as SVG and as PNG."""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from ipytango.display import (
    PALETTE,
    ChartLine,
    Drawing,
    bounds_of,
    chart,
    levels_of,
    percentiles_of,
    plot_html,
    plot_text,
    rgb,
    sparkline,
    stacked,
)
from ipytango.display.charts._charts import time_ticks

SCRIPT = "<script>alert(1)</script>&\x00\n\ud800"
NOON = 1_790_000_000.0


def line(ys: object, xs: object = None, **more: object) -> ChartLine:
    """A line with an index as its x."""
    values = np.asarray(ys, float)
    places = np.arange(len(values), dtype=float) if xs is None else np.asarray(xs, float)
    told = {"label": "a/b/c/x", "unit": "mm", "colour": PALETTE[0], **more}
    return ChartLine(xs=places, ys=values, **told)  # type: ignore[arg-type] # as each test says


def paths(drawing: Drawing, colour: str = PALETTE[0]) -> list[str]:
    """The lines of a colour in the SVG document, which is well-formed."""
    svg = drawing.to_svg()
    ET.fromstring(svg)  # noqa: S314 - our own
    return re.findall(rf'd="(M[^"]*)" fill="none" stroke="{colour}"', svg)


def test_gap_divides_a_line() -> None:
    values = [1.0, 2.0, math.nan, 3.0, 4.0, math.inf, 5.0]
    drawing = chart([line(values)], 0, 6, time=False)
    assert len(paths(drawing)) == 2
    assert drawing.to_svg().count("<circle") == 1  # the value alone


def test_constant_and_nothing_and_extremes_have_a_frame() -> None:
    for values in ([5.0], [0.0, 0.0], [], [math.nan], [-1.7e308, 1.7e308], [1e-320, 2e-320]):
        svg = chart([line(values)], 0, 1, time=False).to_svg()
        assert "nan" not in svg
        assert "inf" not in svg


def test_a_peak_among_a_million_is_drawn() -> None:
    values = np.zeros(1_000_000)
    values[654_321] = 1.0
    drawing = chart([line(values)], 0, 999_999, time=False)
    (path,) = paths(drawing)
    heights = [float(point.split()[1]) for point in path[1:].split("L")]
    assert max(heights) - min(heights) > 100
    assert len(drawing.to_svg()) < 60_000


def test_lines_of_one_unit_share_an_axis() -> None:
    lines = [line([1, 2]), line([3, 4]), line([0, 1], unit="A"), line([0, 1], labels=("OFF", "ON"))]
    svg = chart(lines, 0, 1, time=False).to_svg()
    assert svg.count(">mm<") == 1
    assert svg.count(">A<") == 1
    assert ">OFF<" in svg
    assert ">ON<" in svg


def test_logarithm_leaves_out_what_is_not_above_zero() -> None:
    drawing = chart([line([-1, 0, 1, 10, 100])], 0, 4, time=False, log=True)
    (path,) = paths(drawing)
    assert path.count("L") == 2


def test_value_holds_until_the_end() -> None:
    (path,) = paths(chart([line([0, 1], until=10.0)], 0, 10, time=False))
    assert path.count("L") == 2


def test_times_are_round() -> None:
    ticks = time_ticks(NOON, NOON + 300, 7)
    assert 4 <= len(ticks) <= 8
    assert all(re.fullmatch(r"\d\d:\d\d", text) for _, text in ticks)
    assert time_ticks(1e300, 2e300, 7) == []


def test_png_is_the_same_picture() -> None:
    drawing = chart([line(np.sin(np.arange(100) / 9))], 0, 99, time=False)
    image = Image.open(io.BytesIO(drawing.to_png(scale=1)))
    assert image.size == (drawing.width, drawing.height)
    pixels = np.asarray(image.convert("RGB"), int)
    near = (abs(pixels - np.array(rgb(PALETTE[0]))) < 40).all(axis=2)
    assert near[:, 100:].sum() > 300


def test_stack_is_as_high_as_its_parts() -> None:
    one = chart([line([1, 2])], 0, 1, time=False)
    both = stacked([one, one])
    assert both.height > 2 * one.height
    assert len(paths(both)) == 2
    assert stacked([]).to_png()


def test_hostile_texts_are_texts() -> None:
    hostile = line([1, 2], label=SCRIPT, unit=SCRIPT)
    drawing = chart([hostile, line([0, 1], labels=(SCRIPT, "b"))], 0, 1, time=False)
    assert "<script>" not in drawing.to_svg()
    assert paths(drawing)
    assert drawing.to_png()
    drawing.alt = f"trend of {SCRIPT}"
    html = plot_html([drawing], [(SCRIPT, SCRIPT, SCRIPT)], NOON)
    assert "<script>" not in html
    assert 'alt="trend of ' in html
    assert "\n" not in plot_text([], [("a\nb", "away", "x\ny")])


@pytest.mark.parametrize("type_", ["u1", "i1", "u2", "i2", "i4", "u8", "f4", "f8"])
def test_levels_go_from_the_first_to_the_last_colour(type_: str) -> None:
    image = np.array([[0, 50, 100]], type_)
    assert levels_of(image, 0, 100).tolist() == [[1, 128, 255]]
    assert levels_of(image, 25, 75).tolist() == [[1, 128, 255]]
    assert levels_of(image, 7, 7).shape == (1, 3)


def test_levels_of_signed_numbers() -> None:
    image = np.array([[-100, 0, 100]], np.int16)
    assert levels_of(image, -100, 100).tolist() == [[1, 128, 255]]


def test_no_number_has_no_colour() -> None:
    image = np.array([[math.nan, 0, 1, math.inf, -math.inf]])
    assert levels_of(image, 0, 1).tolist() == [[0, 1, 255, 255, 1]]
    assert bounds_of(image) == (0, 1, 3)
    assert all(map(math.isnan, percentiles_of(image[:, :1], 1, 99)))


def test_percentiles_leave_out_hot_pixels() -> None:
    image = np.random.default_rng(1).random((500, 500))
    image[3, 4] = 1e6
    low, high = percentiles_of(image, 1, 99)
    assert 0 < low < 0.05
    assert 0.9 < high < 1


def test_sparkline_has_gaps_and_peaks() -> None:
    text = sparkline(np.array([0.0, 1.0, math.nan, 2.0]))
    assert text == "▁▅ █"
    assert len(sparkline(np.arange(1000.0), 40)) == 40
