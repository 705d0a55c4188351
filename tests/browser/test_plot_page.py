"""The views of a plot in a page, on a kernel that the test plays: what is drawn, what is asked."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Locator, expect

from browser.fake_kernel import FakeKernel
from ipytango.widgets import Frame

SCRIPT = "<script>document.title = 'executed'</script><b onclick=\"alert('x')\">&amp;"
BLUE = "#2f7fd1"
SERIES = {
    "attribute": "a/b/c/x",
    "label": "a/b/c/x",
    "unit": "mm",
    "format": "%.2f",
    "colour": BLUE,
    "scale": "mm",
    "labels": None,
    "steps": False,
}
CURVE = {"kind": "curve", "log": False, **SERIES}
GREYS = bytes(value for grey in range(256) for value in (grey, grey, grey, 255))
REDS = bytes(value for red in range(256) for value in (red, 0, 0, 255))
PICTURE = {
    "kind": "picture",
    **SERIES,
    "colours": "greys",
    "maps": {
        name: base64.b64encode(map_).decode() for name, map_ in [("greys", GREYS), ("reds", REDS)]
    },
    "scale": {"mode": "auto", "lo": 0, "hi": 1},
}

# How many pixels of a colour (nearly; lines have soft edges) lie between two shares of the width.
COUNT_JS = """([canvas, colour, from, to]) => {
    const pen = canvas.getContext("2d");
    const x = Math.round(from * canvas.width);
    const { data } = pen.getImageData(x, 0, Math.round(to * canvas.width) - x, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
        const near = [0, 1, 2].every((c) => Math.abs(data[i + c] - colour[c]) < 12);
        if (near && data[i + 3] > 128) count++;
    }
    return count;
}"""
PIXEL_JS = """([canvas, x, y]) => [...canvas.getContext("2d").getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]"""


def config(*parts: dict[str, Any], **common: Any) -> dict[str, Any]:
    """A plot of these parts, with the keys 0, 1, 2..."""
    keyed = [{"key": str(key), **part} for key, part in enumerate(parts)]
    return {"paused": False, "paused_at": None, "parts": keyed, **common}


def trend(*series: dict[str, Any], window: float | None = 100.0) -> dict[str, Any]:
    """A part of lines with the keys a0, a1..."""
    lines = [{"key": f"a{key}", **SERIES, **one} for key, one in enumerate(series)]
    scales = {
        line["scale"]: {"key": line["scale"], "title": line["unit"], "labels": line["labels"]}
        for line in lines
    }
    return {
        "kind": "trend",
        "window": window,
        "log": False,
        "kept_points": 1000,
        "scales": list(scales.values()),
        "series": lines,
    }


def samples(
    *lines: tuple[npt.ArrayLike, npt.ArrayLike],
    start: int = 0,
    whole: bool = True,
    now: float | None = None,
    **status: Any,
) -> Frame:
    """A frame of one trend: times (seconds ago) and values of each line."""
    now = time.time() if now is None else now
    told = {"hold": 3.0, "state": "live", "source": "poll", "failure": None, **status}
    entries = [
        {"key": f"a{key}", "start": start, "count": np.size(times), **told}
        for key, (times, _) in enumerate(lines)
    ]
    columns = [
        np.concatenate([now - np.array(times, float) for times, _ in lines]),
        np.concatenate([np.array(values, float) for _, values in lines]),
    ]
    columns.append(np.where(np.isnan(columns[1]), 5, 0).astype(np.uint8))
    part = {"key": "0", "buffers": 3, "whole": whole, "series": entries}
    return Frame({"now": now, "parts": [part]}, columns)


def curve(values: npt.ArrayLike, **told: Any) -> Frame:
    """A frame of one curve."""
    ys = np.array(values, float)
    positions = np.arange(len(ys), dtype=np.uint32)
    part = {
        "key": "0",
        "buffers": 2,
        "count": len(ys),
        "views": [],
        "state": "live",
        "quality": "VALID",
        **told,
    }
    return Frame({"now": time.time(), "parts": [part]}, [positions, ys])


def picture(levels: list[list[int]], **told: Any) -> Frame:
    """A frame of one image, all of it."""
    pixels = np.array(levels, np.uint8)
    height, width = pixels.shape
    region = {"x0": 0, "y0": 0, "x1": width, "y1": height}
    part = {
        "key": "0",
        "buffers": 1,
        "shape": [height, width],
        "lo": 0,
        "hi": 10,
        "state": "live",
        "quality": "VALID",
        "parts": [{"view": "", "region": region, "shape": [height, width]}],
        **told,
    }
    return Frame({"now": time.time(), "parts": [part]}, [pixels])


def count(canvas: Locator, colour: str, start: float = 0, end: float = 1) -> int:
    """Count the pixels of a colour between two shares of the width."""
    rgb = list(bytes.fromhex(colour.removeprefix("#")))
    return int(canvas.page.evaluate(COUNT_JS, [canvas.element_handle(), rgb, start, end]))


def pixel(canvas: Locator, x: float, y: float) -> list[int]:
    """Give the colour of a pixel at shares of width and height."""
    return list(canvas.page.evaluate(PIXEL_JS, [canvas.element_handle(), x, y]))


def drag(place: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse between two points, in shares of the place."""
    box = place.bounding_box()
    assert box is not None
    mouse = place.page.mouse
    mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    mouse.down()
    mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    mouse.up()


def hover(place: Locator, x: float, y: float = 0.5) -> None:
    """Put the mouse on a point, in shares of the place."""
    box = place.bounding_box()
    assert box is not None
    place.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


# --- trends ---------------------------------------------------------------------------------------


def test_gap_of_a_trend_is_empty(fake_kernel: FakeKernel) -> None:
    times = np.arange(100, 0, -1)
    values = np.sin(times / 10.0)
    values[40:60] = np.nan
    slot = fake_kernel.show("p", "plot", config(trend({})), samples((times, values)))
    canvas = slot.locator("canvas")
    expect(canvas).to_be_visible()
    assert count(canvas, BLUE, 0.20, 0.40) > 100
    assert count(canvas, BLUE, 0.50, 0.58) == 0
    assert count(canvas, BLUE, 0.70, 0.90) > 100


def test_new_samples_go_on_where_the_last_ended(fake_kernel: FakeKernel) -> None:
    now = time.time()
    slot = fake_kernel.show("p", "plot", config(trend({})), samples(([3, 2], [1, 2]), now=now))
    value = slot.locator(".ipytango-plot-value")
    expect(value).to_have_text("2.00")
    fake_kernel.draw("p", samples(([1], [7.5]), start=2, whole=False, now=now), first=False)
    expect(value).to_have_text("7.50")
    assert not fake_kernel.sent("cmd")
    # Samples 3 and 4 were lost on the way: everything is asked for.
    fake_kernel.draw("p", samples(([0], [8]), start=5, whole=False, now=now), first=False)
    assert fake_kernel.wait_for("cmd")["op"] == "whole"


def test_drag_zooms_and_double_click_goes_back(fake_kernel: FakeKernel) -> None:
    times = np.arange(100, 0, -1)
    slot = fake_kernel.show("p", "plot", config(trend({})), samples((times, times % 7)))
    over, reset = slot.locator(".u-over"), slot.get_by_role("button", name="Back to the newest")
    drag(over, (0.2, 0.5), (0.3, 0.5))
    expect(reset).to_have_class("ipytango-plot-tool ipytango-on")
    over.dblclick()
    expect(reset).to_have_class("ipytango-plot-tool")


def test_cursor_reads_values_and_the_time(fake_kernel: FakeKernel) -> None:
    frame = samples(([100, 50, 1], [1, 2, 3]), ([100, 50, 1], [0, 1, 0]))
    lines = trend(
        {}, {"attribute": "a/b/c/s", "scale": "s", "labels": ["OFF", "ON"], "steps": True}
    )
    slot = fake_kernel.show("p", "plot", config(lines), frame)
    value = slot.locator(".ipytango-plot-value")
    expect(value).to_have_text(["3.00", "OFF"])
    hover(slot.locator(".u-over"), 0.55)
    expect(value).to_have_text(["2.00", "ON"])
    expect(slot.locator(".ipytango-plot-at")).to_contain_text(":")
    expect(slot.locator(".ipytango-plot-dot")).to_have_count(2)


def test_click_on_a_name_hides_its_line(fake_kernel: FakeKernel) -> None:
    times = np.arange(100, 0, -1)
    slot = fake_kernel.show("p", "plot", config(trend({})), samples((times, times % 7)))
    canvas = slot.locator("canvas")
    assert count(canvas, BLUE) > 100
    slot.locator("button.ipytango-plot-chip").click()
    slot.page.wait_for_function(
        f"args => ({COUNT_JS})(args) === 0", arg=[canvas.element_handle(), [47, 127, 209], 0, 1]
    )


def test_value_of_events_holds_until_now(fake_kernel: FakeKernel) -> None:
    frame = samples(([90, 89], [1, 2]), source="change")
    slot = fake_kernel.show("p", "plot", config(trend({})), frame)
    assert count(slot.locator("canvas"), BLUE, 0.8, 0.9) > 20
    frame = samples(([90, 89], [1, 2]), source="change", state="away")
    fake_kernel.wait_for_ack(fake_kernel.draw("p", frame))
    assert count(slot.locator("canvas"), BLUE, 0.8, 0.9) == 0
    expect(slot.locator(".ipytango-plot-mark")).to_have_text("away")


def test_logarithm_leaves_out_what_it_cannot_show(fake_kernel: FakeKernel) -> None:
    times = np.arange(100, 0, -1)
    slot = fake_kernel.show("p", "plot", config(trend({})), samples((times, times - 50)))
    canvas = slot.locator("canvas")
    assert count(canvas, BLUE, 0.7, 0.9) > 20
    slot.get_by_role("button", name="Logarithmic scale").click()
    slot.page.wait_for_function(
        f"args => ({COUNT_JS})(args) === 0",
        arg=[slot.locator("canvas").element_handle(), [47, 127, 209], 0.7, 0.9],
    )
    assert count(slot.locator("canvas"), BLUE, 0.2, 0.4) > 20


def test_pause_holds_still_at_once_and_is_told(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(trend({})), samples(([1], [1])))
    slot.get_by_role("button", name="Pause").click()
    expect(slot.get_by_role("button", name="Resume")).to_be_visible()
    expect(slot.locator(".ipytango-plot-at")).to_have_text("paused")
    command = fake_kernel.wait_for("cmd")
    assert command["op"] == "pause"
    fake_kernel.answer(command, v=None)
    fake_kernel.open("p", "plot", config(trend({})))
    expect(slot.get_by_role("button", name="Pause")).to_be_visible()


def test_refusal_is_shown(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(trend({})), samples(([1], [1])))
    slot.get_by_role("button", name="Save as CSV").click()
    fake_kernel.answer(fake_kernel.wait_for("cmd"), e="too many characters")
    expect(slot.locator(".ipytango-plot-note")).to_contain_text("too many characters")


def test_hostile_texts_are_texts(fake_kernel: FakeKernel) -> None:
    hostile = {"attribute": SCRIPT, "label": SCRIPT, "unit": SCRIPT, "format": SCRIPT}
    labels = {**hostile, "labels": [SCRIPT, "b"], "scale": SCRIPT}
    note = {"kind": "note", "lines": [{"attribute": SCRIPT, "state": SCRIPT, "text": SCRIPT}]}
    frame = samples(([2, 1], [1, 2]), ([2, 1], [1, 0]), state="failed", failure=SCRIPT)
    slot = fake_kernel.show("p", "plot", config(trend(hostile, labels), note), frame)
    expect(slot.locator(".ipytango-plot-name").first).to_have_text(SCRIPT)
    expect(slot.locator(".ipytango-plot-line")).to_contain_text(SCRIPT)
    assert slot.locator("b, script").count() == 0
    assert slot.page.title() == "A page"


# --- curves ---------------------------------------------------------------------------------------


def test_curve_has_gaps_and_its_figures(fake_kernel: FakeKernel) -> None:
    values = np.sin(np.arange(1000) / 50)
    values[400:600] = np.nan
    told = {"least": -1.0, "greatest": 1.0, "mean": 0.25, "deviation": 0.5, "invalid": 200}
    slot = fake_kernel.show("p", "plot", config(CURVE), curve(values, **told))
    canvas = slot.locator("canvas")
    assert count(canvas, BLUE, 0.2, 0.35) > 100
    assert count(canvas, BLUE, 0.46, 0.60) == 0
    expect(slot.locator(".ipytango-plot-facts")).to_contain_text("1000 values")
    expect(slot.locator(".ipytango-plot-facts")).to_contain_text("200 not a number")


def test_zoom_of_a_curve_asks_for_the_range_and_draws_it(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(CURVE), curve(np.zeros(10_001)))
    drag(slot.locator(".u-over"), (0.25, 0.5), (0.5, 0.5))
    command = fake_kernel.wait_for("cmd", "message => message.a.range !== null")
    low, high = command["a"]["range"]
    assert abs(low - 2500) < 60
    assert abs(high - 5000) < 60
    assert command["a"]["columns"] > 300
    fake_kernel.answer(command, v=None)
    frame = curve(np.zeros(10_001), views=[command["a"]["view"]], buffers=4)
    near = [np.arange(2500, 5000, dtype=np.uint32), np.arange(2500.0)]
    both = Frame(frame.data, [*frame.buffers, *near])
    fake_kernel.wait_for_ack(fake_kernel.draw("p", both))
    hover(slot.locator(".u-over"), 0.5)
    expect(slot.locator(".ipytango-plot-facts")).to_have_text(re.compile("at 37[45]."))
    slot.locator(".u-over").dblclick()
    fake_kernel.wait_for("cmd", "message => message.a.range === null")


# --- pictures -------------------------------------------------------------------------------------


def test_levels_have_their_colours(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(PICTURE), picture([[1, 128, 255, 0]]))
    canvas = slot.locator(".ipytango-plot-frame canvas")
    assert pixel(canvas, 0.1, 0.5) == [0, 0, 0, 255]
    assert pixel(canvas, 0.4, 0.5)[:3] in ([127] * 3, [128] * 3)
    assert pixel(canvas, 0.6, 0.5) == [255, 255, 255, 255]
    assert pixel(canvas, 0.9, 0.5) == [0, 0, 0, 0]  # no number: the page is seen
    slot.get_by_label("Colours", exact=True).select_option("reds")
    slot.page.wait_for_function(
        f"args => ({PIXEL_JS})(args).join() === '255,0,0,255'",
        arg=[canvas.element_handle(), 0.6, 0.5],
    )
    assert fake_kernel.wait_for("cmd", "m => m.op === 'colours'")["a"]["colours"] == "reds"


def test_picture_keeps_its_shape(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(PICTURE), picture([[1] * 40] * 10))
    box = slot.locator(".ipytango-plot-frame canvas").bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 4) < 0.05


def test_zoom_of_a_picture_shows_the_region_at_once_and_then_in_full(
    fake_kernel: FakeKernel,
) -> None:
    halves = [[1] * 50 + [255] * 50] * 100
    slot = fake_kernel.show("p", "plot", config(PICTURE), picture(halves))
    canvas, place = (
        slot.locator(".ipytango-plot-frame canvas"),
        slot.locator(".ipytango-plot-frame"),
    )
    assert pixel(canvas, 0.25, 0.5)[0] == 0
    drag(place, (0.6, 0.6), (0.8, 0.8))
    slot.page.wait_for_function(
        f"args => ({PIXEL_JS})(args)[0] === 255", arg=[canvas.element_handle(), 0.25, 0.5]
    )
    command = fake_kernel.wait_for("cmd", "m => m.op === 'range'")
    if command["a"]["region"] is None:  # it also tells the size of the screen
        fake_kernel.answer(command, v=None)
        command = fake_kernel.wait_for("cmd", "m => m.op === 'range' && m.a.region")
    region = command["a"]["region"]
    assert abs(region["x0"] - 60) < 2
    assert abs(region["y1"] - 80) < 2
    frame = picture(halves)
    near = {"view": command["a"]["view"], "region": region, "shape": [1, 1]}
    frame.data["parts"][0]["parts"].append(near)
    frame.data["parts"][0]["buffers"] = 2
    both = Frame(frame.data, [*frame.buffers, np.full((1, 1), 128, np.uint8)])
    fake_kernel.wait_for_ack(fake_kernel.draw("p", both))
    assert 100 < pixel(canvas, 0.5, 0.5)[0] < 150


def test_value_below_the_mouse_is_asked_for(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(PICTURE), picture([[1] * 10] * 10))
    hover(slot.locator(".ipytango-plot-frame"), 0.25, 0.75)
    command = fake_kernel.wait_for("cmd", "m => m.op === 'value'")
    assert (command["a"]["x"], command["a"]["y"]) == (2, 7)
    fake_kernel.answer(command, v=12.345)
    expect(slot.locator(".ipytango-plot-value")).to_have_text("12.35")
    expect(slot.locator(".ipytango-plot-facts")).to_have_text("at x 2, y 7")


def test_fixed_scale_is_told_with_its_numbers(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(PICTURE), picture([[1, 255]]))
    slot.get_by_label("Scale of the colours").select_option("fixed")
    command = fake_kernel.wait_for("cmd", "m => m.op === 'scale'")
    assert command["a"] == {"mode": "fixed", "lo": 0, "hi": 10, "part": "0"}
    slot.get_by_label("Highest value").fill("7")
    slot.get_by_label("Highest value").press("Enter")
    assert fake_kernel.wait_for("cmd", "m => m.op === 'scale' && m.a.hi === 7")["a"]["lo"] == 0


# --- the whole ------------------------------------------------------------------------------------


def test_plot_becomes_itself_when_its_kind_is_known(fake_kernel: FakeKernel) -> None:
    note = {"kind": "note", "lines": [{"attribute": "a/b/c/x", "state": "away", "text": "gone"}]}
    slot = fake_kernel.show("p", "plot", config(note), Frame({"now": 0, "parts": []}))
    expect(slot.locator(".ipytango-plot-line")).to_contain_text("gone")
    fake_kernel.open("p", "plot", config(CURVE))
    fake_kernel.draw("p", curve([1, 2, 3]))
    expect(slot.locator(".ipytango-curve")).to_be_visible()
    expect(slot.locator(".ipytango-plot-line")).to_have_count(0)


def test_drawing_follows_the_width_of_its_place(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(CURVE), curve([1, 2, 3]))
    slot.evaluate("element => { element.style.width = '400px'; }")
    slot.page.wait_for_function(
        "canvas => canvas.getBoundingClientRect().width <= 400",
        arg=slot.locator("canvas").element_handle(),
    )


def test_axes_follow_the_theme(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p", "plot", config(CURVE), curve([1, 2, 3]))
    canvas = slot.locator("canvas")
    assert count(canvas, "#00ff00") == 0
    slot.page.evaluate(
        """() => {
            document.body.style.setProperty("--jp-ui-font-color2", "#00ff00");
            document.body.dataset.jpThemeLight = "false";
        }"""
    )
    slot.page.wait_for_function(
        f"args => ({COUNT_JS})(args) > 5", arg=[canvas.element_handle(), [0, 255, 0], 0, 1]
    )
