"""`%tango_plot` and `ipytango.plot` in a real kernel: the test plays the browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from conftest import SERVERS
from ipytango.demo import Demo, DeviceServer
from support.kernels import Kernel, value
from support.pages import PanelPage
from support.slow_return import SLOW_RETURN

StartServer = Callable[..., DeviceServer]

TREND = "trend"
SCRIPT = "<script>document.title"


class Viewer(PanelPage):
    """A page with one plot in view, that keeps what it is told as a view does."""

    def __init__(
        self, kernel: Kernel, plot: str = "p", *, name: str = "page", px: int = 600
    ) -> None:
        super().__init__(kernel, f"{plot}.id", name=name, px=px)
        self.parts: dict[str, dict[str, Any]] = {}
        self.arrays: dict[str, list[npt.NDArray[Any]]] = {}
        self.samples: dict[str, list[tuple[float, float, int]]] = {}
        self.lost = 0
        self._next: dict[str, int] = {}

    def part(self, key: str) -> dict[str, Any]:
        """The configuration of one part; empty while there is none."""
        return next((part for part in self.config.get("parts", ()) if part["key"] == key), {})

    @property
    def shown(self) -> object:
        """What the view draws."""
        return self.parts, self.samples

    def draw(self, data: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> None:
        """Show a frame."""
        for part in data["parts"]:
            own = [arrays.pop(0) for _ in range(part["buffers"])]
            self.parts[part["key"]] = part
            self.arrays[part["key"]] = own
            if part["key"] == TREND:
                self._append(part, own)

    def _append(self, part: dict[str, Any], columns: list[npt.NDArray[Any]]) -> None:
        at = 0
        for series in part["series"]:
            own = [column[at : at + series["count"]].tolist() for column in columns]
            rows = list(zip(*own, strict=True))
            at += series["count"]
            kept = self.samples.setdefault(series["key"], [])
            if part["whole"]:
                kept.clear()
            elif kept and series["start"] != self._next[series["key"]]:
                self.lost += 1
            kept.extend(rows)
        self._next = {one["key"]: one["start"] + one["count"] for one in part["series"]}

    def values(self, key: str = "a0") -> list[float]:
        """The values of a trend's line."""
        return [row[1] for row in self.samples.get(key, [])]

    def changes(self, key: str = "a0") -> list[float]:
        """The same without repetitions: a value may be read again after its event."""
        values = self.values(key)
        return [now for before, now in zip([None, *values], values, strict=False) if now != before]

    def ask(self, op: str, **argument: Any) -> dict[str, Any]:
        """Give a command; returns the answer."""
        return self.command(op, argument)


@pytest.fixture
def notebook(green_kernel: Kernel) -> Kernel:
    """A green kernel in which nothing is followed."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run("import ipytango, tango, asyncio, gc, numpy as np").check()
    return green_kernel


@pytest.fixture(scope="module")
def event_device(demo: Demo) -> str:
    """A device with attributes of all kinds, for the tests of this module."""
    server = demo.add_server(SERVERS / "event_server.py", "plots", {"Event": ["test/plots/1"]})
    return server.devices[0]


@pytest.fixture
def device(notebook: Kernel, event_device: str) -> str:
    """The same, as it was at its start."""
    notebook.run(f"tango.DeviceProxy({event_device!r}).command_inout('Init')").check()
    return event_device


def show(kernel: Kernel, arguments: str, **options: Any) -> Viewer:
    """Run `p = %tango_plot ...`, display it and look at it."""
    kernel.run(f"p = %tango_plot {arguments}").check()
    kernel.run("p").check()
    return Viewer(kernel, **options)


def write(kernel: Kernel, device: str, attribute: str, expression: str) -> None:
    """Write an attribute from the kernel, by a proxy that has nothing to do with the plot."""
    kernel.run(
        f"tango.DeviceProxy('{device}').write_attribute('{attribute}', {expression})"
    ).check()


def await_events(kernel: Kernel, device: str) -> None:
    """Write 0 to the plotted `pushed` until that comes as an event: what follows is not missed.

    Until then it is polled, and what is sent right after a subscription may get lost.
    """
    kernel.run(
        f"pushing = tango.DeviceProxy('{device}')\n"
        "while getattr(p._channels[0].following.latest, 'source', '') != 'change':\n"
        "    pushing.write_attribute('pushed', 0.0)\n"
        "    await asyncio.sleep(0.05)"
    ).check()


# --- trends ---------------------------------------------------------------------------------------


def test_every_change_becomes_a_sample(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    await_events(notebook, device)
    viewer.wait(lambda: viewer.values()[-1:] == [0.0], "the first value")
    for number in range(1, 31):
        write(notebook, device, "pushed", str(number))
    viewer.wait(lambda: viewer.values()[-1:] == [30.0], "the last value")
    assert viewer.changes() == [float(number) for number in range(31)]
    assert not viewer.lost
    series = viewer.part(TREND)["series"][0]
    assert (series["unit"], series["format"]) == ("mm", "%8.3f")
    assert (series["min_alarm"], series["max_alarm"]) == (-100, 100)


@pytest.mark.parametrize(
    ("attribute", "key", "unit"), [("pushed", TREND, "mm"), ("pushed_spectrum", "a0", "mV")]
)
def test_value_that_comes_before_the_following_is_described_all_the_same(
    notebook: Kernel, device: str, attribute: str, key: str, unit: str
) -> None:
    notebook.run(f"w = %tango_watch {device}/{attribute}\nw").check()
    notebook.run("while w._board.rows()[0].following.latest is None: await asyncio.sleep(0.02)")
    notebook.run(SLOW_RETURN).check()
    viewer = show(notebook, f"{device}/{attribute}")

    def described() -> bool:
        told = viewer.part(key)
        (series,) = told.get("series", [told])
        return bool(series.get("unit") == unit)

    viewer.wait(described, "its unit")
    assert value(notebook, "p._channels[0].following.every") is (key == TREND)


def test_what_came_while_nobody_looked_is_there_for_a_new_page(
    notebook: Kernel, device: str
) -> None:
    show(notebook, f"{device}/pushed")
    await_events(notebook, device)
    for number in (1, 2, 3):
        write(notebook, device, "pushed", str(number))
    late = Viewer(notebook, name="late")
    late.wait(lambda: late.changes()[-3:] == [1, 2, 3], "the history")
    assert not late.lost


def test_polling_buffer_is_the_beginning(notebook: Kernel, device: str) -> None:
    proxy = f"tango.DeviceProxy('{device}')"
    notebook.run(
        f"while len({proxy}.attribute_history('periodic', 10)) < 10: await asyncio.sleep(0.05)"
    ).check()
    viewer = show(notebook, f"{device}/periodic")
    viewer.wait(lambda: len(viewer.values()) > 10, "samples")
    first = viewer.config["parts"][0]["series"][0]["attribute"], viewer.samples["a0"][0][0]
    since = value(notebook, "p._channels[0].following.feed.latest.time_s")
    viewer.wait(lambda: viewer.samples["a0"][0][0] < since - 0.3, f"older ones than {first}")
    times = [row[0] for row in viewer.samples["a0"]]
    assert times == sorted(times)
    notebook.run(f"q = ipytango.plot('{device}/periodic', history=False)\nq").check()
    without = Viewer(notebook, "q", name="without")
    without.wait(lambda: len(without.values()) > 3, "samples")
    assert without.samples["a0"][0][0] > times[0]


def test_an_error_is_a_gap_with_its_reason(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/failing --period 0.1")
    notebook.run(f"dev = tango.DeviceProxy('{device}')").check()
    viewer.wait(lambda: viewer.parts[TREND]["series"][0]["state"] == "failed", "the failure")
    assert "Test_Failed" in viewer.parts[TREND]["series"][0]["failure"]
    notebook.run("dev.command_inout('fail', False)").check()
    viewer.wait(lambda: viewer.values()[-1:] == [1.0], "a value")
    assert viewer.parts[TREND]["series"][0]["state"] == "live"
    notebook.run("dev.command_inout('fail', True)").check()
    viewer.wait(lambda: np.isnan(viewer.values()[-1]), "a gap")
    # However long it lasts, a gap is one sample.
    assert sum(np.isnan(viewer.values())) <= 2


def test_qualities_come_with_their_samples(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    viewer.wait(viewer.values, "the first value")
    notebook.run(f"dev = tango.DeviceProxy('{device}')").check()
    for quality in ("ALARM", "WARNING", "INVALID"):
        notebook.run(f"dev.command_inout('push_quality', '{quality}')").check()
    viewer.wait(lambda: [row[2] for row in viewer.samples["a0"]][-3:] == [2, 1, 4], "qualities")
    assert np.isnan(viewer.values()[-1])


def test_states_enumerations_and_booleans_are_steps_between_names(
    notebook: Kernel, device: str
) -> None:
    viewer = show(notebook, f"{device}/State {device}/mode {device}/lamp {device}/pushed")
    viewer.wait(lambda: len(viewer.part(TREND).get("series", ())) == 4, "four lines")
    viewer.wait(lambda: all(map(viewer.values, ("a0", "a1", "a2", "a3"))), "their values")
    state, mode, lamp, number = viewer.part(TREND)["series"]
    assert state["labels"] == ["ON"]
    assert mode["labels"] == ["OFF", "STANDBY", "RUNNING"]
    assert lamp["labels"] == ["False", "True"]
    assert number["labels"] is None
    assert [one["steps"] for one in (state, mode, lamp, number)] == [True, True, True, False]
    assert [viewer.values(key)[-1] for key in ("a0", "a1", "a2")] == [0, 2, 1]
    assert len({one["scale"] for one in (state, mode, lamp, number)}) == 4
    assert len(viewer.part(TREND)["scales"]) == 4


def test_numbers_that_are_none_are_gaps(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/not_a_number {device}/infinite")
    viewer.wait(lambda: viewer.values("a0") and viewer.values("a1"), "samples")
    assert np.isnan(viewer.values("a0")[-1])
    assert viewer.values("a1")[-1] == -np.inf


def test_pause_holds_still_and_loses_nothing(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    await_events(notebook, device)
    viewer.wait(viewer.values, "the first value")
    viewer.ask("pause")
    viewer.wait(lambda: viewer.config["paused"], "the pause")
    viewer.wait(lambda: value(notebook, "p._still"), "the last frame")
    before = len(viewer.values())
    for number in (1, 2, 3):
        write(notebook, device, "pushed", str(number))
    notebook.wait_until(
        lambda: value(notebook, "float(p.to_pandas().iloc[-1, 0])") == 3,
        "three samples in the kernel",
    )
    viewer.take()
    assert len(viewer.values()) == before
    notebook.run("p.resume()").check()
    viewer.wait(lambda: viewer.changes()[-3:] == [1, 2, 3], "what came meanwhile")
    assert not viewer.config["paused"]


def test_window_is_changed_from_both_sides(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed --window 60")
    viewer.wait(lambda: viewer.part(TREND).get("window") == 60, "the window")
    viewer.ask("window", window=None)
    assert value(notebook, "p.window") is None
    notebook.run("p.window = 10").check()
    viewer.wait(lambda: viewer.part(TREND)["window"] == 10, "the window")
    assert "OptionError" in viewer.ask("window", window=-1)["e"]


# --- curves ---------------------------------------------------------------------------------------


def test_curve_has_as_many_points_as_can_be_seen(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed_spectrum", px=500)
    viewer.wait(lambda: viewer.part("a0"), "the curve")
    spike = "np.where(np.arange(1_000_000) == 123_456, 7.0, np.sin(np.arange(1_000_000) / 9e4))"
    write(notebook, device, "pushed_spectrum", spike)
    viewer.wait(lambda: viewer.parts["a0"]["count"] == 1_000_000, "a million values")
    xs, ys = viewer.arrays["a0"]
    assert len(xs) <= 1000
    assert ys.max() == 7.0
    assert xs[np.argmax(ys)] == 123_456
    data = viewer.parts["a0"]
    assert (data["greatest"], data["invalid"]) == (7.0, 0)
    assert data["least"] == pytest.approx(-1, abs=1e-6)


def test_range_of_a_curve_comes_in_full(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed_spectrum", px=100)
    write(notebook, device, "pushed_spectrum", "np.arange(10_000) * 1.0")
    viewer.wait(lambda: viewer.parts.get("a0", {}).get("count") == 10_000, "the curve")
    viewer.ask("range", part="a0", view="me", range=[500.2, 560.7], columns=300)
    viewer.wait(lambda: viewer.parts["a0"]["views"] == ["me"], "the range")
    xs, ys = viewer.arrays["a0"][2:]
    assert xs.tolist() == list(range(500, 562))
    assert ys.tolist() == xs.tolist()
    viewer.ask("range", part="a0", view="me", range=None, columns=300)
    viewer.wait(lambda: viewer.parts["a0"]["views"] == [], "the whole")
    for number in range(20):
        viewer.ask("range", part="a0", view=str(number), range=[0, 5], columns=300)
    viewer.wait(lambda: "19" in viewer.parts["a0"]["views"], "the last of many")
    assert len(viewer.parts["a0"]["views"]) <= 8


def test_odd_numbers_and_none(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/odd_numbers {device}/no_numbers {device}/lamps")
    viewer.wait(lambda: {"a0", "a1", "a2"} <= set(viewer.parts), "three curves")
    viewer.wait(lambda: viewer.parts["a0"]["count"] == 6, "the numbers")
    np.testing.assert_array_equal(
        viewer.arrays["a0"][1], [np.nan, 1.0, np.inf, -np.inf, 2.0, np.nan]
    )
    assert viewer.parts["a0"]["invalid"] == 4
    assert viewer.parts["a1"]["count"] == 0
    viewer.wait(lambda: viewer.arrays["a2"][1].tolist() == [1, 0, 1], "the lamps")
    assert viewer.part("a2")["labels"] == ["False", "True"]


# --- pictures -------------------------------------------------------------------------------------


def test_picture_is_strided_to_the_screen_and_whole_on_zoom(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed_image")
    image = "np.arange(1024 * 2048, dtype=np.uint32).reshape(1024, 2048).astype(np.uint16)"
    write(notebook, device, "pushed_image", image)
    viewer.wait(lambda: viewer.parts.get("a0", {}).get("shape") == [1024, 2048], "the image")
    viewer.ask("range", part="a0", view="me", region=None, columns=512, rows=256)
    viewer.wait(lambda: viewer.arrays["a0"][0].shape == (256, 512), "the size of the screen")
    levels = viewer.arrays["a0"][0]
    assert levels.dtype == np.uint8
    assert (viewer.parts["a0"]["lo"], viewer.parts["a0"]["hi"]) == (0, 65535)
    assert (levels.min(), levels[0, 0]) == (1, 1)
    region = {"x0": 100, "y0": 50, "x1": 140, "y1": 70}
    viewer.ask("range", part="a0", view="me", region=region, columns=512, rows=256)
    viewer.wait(lambda: len(viewer.parts["a0"]["parts"]) == 2, "the region")
    part = viewer.parts["a0"]["parts"][1]
    assert (part["view"], part["region"], part["shape"]) == ("me", region, [20, 40])
    assert viewer.ask("value", part="a0", x=100, y=50)["v"] == (50 * 2048 + 100) % 65536
    assert viewer.ask("value", part="a0", x=5000, y=50)["v"] is None


def test_scales_and_colours_of_a_picture(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/odd_picture")
    viewer.wait(lambda: viewer.parts.get("a0", {}).get("shape") == [2, 3], "the image")
    # No number is level 0; infinities have the first and the last colour.
    assert viewer.arrays["a0"][0].tolist() == [[0, 1, 255], [1, 128, 255]]
    assert viewer.parts["a0"]["invalid"] == 3
    viewer.ask("scale", part="a0", mode="fixed", lo=0, hi=4)
    viewer.wait(lambda: viewer.parts["a0"]["hi"] == 4, "the scale")
    assert viewer.arrays["a0"][0].tolist() == [[0, 65, 255], [1, 128, 192]]
    assert viewer.part("a0")["scale"] == {"mode": "fixed", "lo": 0, "hi": 4}
    for wrong in ({"lo": 4, "hi": 0}, {"lo": None, "hi": 1}, {}):
        assert "OptionError" in viewer.ask("scale", part="a0", mode="fixed", **wrong)["e"]
    viewer.ask("colours", part="a0", colours="inferno")
    assert viewer.part("a0")["colours"] == "inferno"
    assert "no-such" in viewer.ask("colours", part="a0", colours="no-such")["e"]


def test_several_kinds_are_parts_below_each_other(notebook: Kernel, device: str) -> None:
    viewer = show(
        notebook,
        f"{device}/pushed_spectrum {device}/pushed {device}/pushed_image {device}/pushed_text",
    )
    viewer.wait(lambda: len(viewer.config.get("parts", ())) == 4, "four parts")
    kinds = [part["kind"] for part in viewer.config["parts"]]
    assert kinds == ["trend", "curve", "picture", "note"]
    (line,) = viewer.part("note")["lines"]
    assert line["attribute"] == f"{device}/pushed_text"
    assert "%tango_watch" in line["text"]


# --- devices that are not there -------------------------------------------------------------------


def test_away_and_back(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("event")
    device = server.devices[0]
    viewer = show(notebook, f"{device}/pushed {device}/pushed_spectrum --period 0.2")
    write(notebook, device, "pushed", "5")
    viewer.wait(lambda: viewer.values()[-1:] == [5.0], "a value")
    server.kill()
    viewer.wait(lambda: viewer.parts[TREND]["series"][0]["state"] == "away", "that it is away")
    viewer.wait(lambda: np.isnan(viewer.values()[-1]), "the gap")
    viewer.wait(lambda: viewer.parts["a1"]["state"] == "away", "that the curve is, too")
    server.restart()
    viewer.wait(lambda: viewer.values()[-1:] == [0.0], "the value of the new server", 60)
    viewer.wait(lambda: viewer.parts[TREND]["series"][0]["state"] == "live", "that it is back")


def test_plot_of_a_dead_device_becomes_itself(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("event")
    device = server.devices[0]
    server.kill()
    shown = notebook.run(f"p = %tango_plot {device}/pushed\np").check()
    assert f"{device}/pushed: " in shown.displays[-1]["text/plain"]
    viewer = Viewer(notebook)
    viewer.wait(lambda: viewer.part("note").get("lines", [{}])[0].get("state") == "away", "away")
    server.restart()
    viewer.wait(lambda: viewer.values()[-1:] == [0.0], "its value", 60)
    assert [part["kind"] for part in viewer.config["parts"]] == ["trend"]


def test_no_such_device_and_no_such_attribute_say_so(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"no/such/device/x {device}/no_such_attribute")
    viewer.wait(
        lambda: (
            [line["state"] for line in viewer.part("note").get("lines", ())] == ["failed", "failed"]
        ),
        "both failures",
    )
    missing, unknown = viewer.part("note")["lines"]
    assert "DB_DeviceNotDefined" in missing["text"]
    assert "API_AttrNotFound" in unknown["text"]


# --- what is taken away ---------------------------------------------------------------------------


def test_tables_of_a_trend(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed {device}/mode")
    write(notebook, device, "pushed", "1.5")
    viewer.wait(lambda: viewer.values()[-1:] == [1.5] and viewer.values("a1"), "values")
    notebook.run("table = p.to_pandas()").check()
    assert value(notebook, "list(table.columns)") == [f"{device}/pushed", f"{device}/mode"]
    assert value(notebook, "str(table.index.tz), table.index.is_monotonic_increasing") == (
        "UTC",
        True,
    )
    assert value(notebook, "float(table.iloc[:, 0].dropna().iloc[-1])") == 1.5
    assert value(notebook, "table.iloc[:, 1].dropna().iloc[-1]") == "RUNNING"
    head, *rows = value(notebook, "p.to_csv()").splitlines()
    assert head == f"time,{device}/pushed,{device}/mode"
    assert any(row.endswith(",1.5,") for row in rows)
    assert any(row.endswith(",RUNNING") for row in rows)
    assert viewer.ask("csv", part=TREND)["v"].splitlines()[0] == head


def test_tables_of_several_kinds_want_a_name(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/odd_numbers {device}/odd_picture {device}/pushed")
    viewer.wait(lambda: len(viewer.parts) == 3, "three parts")
    assert "name one" in (notebook.run("p.to_pandas()").error or pytest.fail("no error")).evalue
    picture = value(notebook, f"p.to_csv(attribute='{device}/odd_picture').splitlines()")
    assert picture == ["nan,1.0,inf", "-inf,2.0,3.0"]
    assert value(notebook, f"p.to_pandas('{device}/odd_numbers').shape") == (6, 1)
    error = notebook.run("p.to_csv(attribute='a/b/c/d')").error
    assert error is not None
    assert error.ename == "AttributeNameError"


def test_picture_file(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/odd_numbers {device}/odd_picture {device}/pushed")
    viewer.wait(lambda: len(viewer.parts) == 3, "three parts")
    notebook.run(
        "p.to_png('plot.png')\nfrom PIL import Image\nimage = Image.open('plot.png')"
    ).check()
    width, height = value(notebook, "image.size")
    assert width > 800
    assert height > 800
    assert value(notebook, "p.to_png()[:8]") == b"\x89PNG\r\n\x1a\n"


def test_snapshot_is_small_and_harmless(notebook: Kernel, device: str) -> None:
    notebook.run(f"p = %tango_plot {device}/pushed {device}/hostile {device}/failing").check()
    write(notebook, device, "pushed_spectrum", "np.random.rand(1_000_000)")
    html = notebook.run("p").check().displays[-1]["text/html"]
    assert 'src="data:image/svg+xml;base64,' in html
    assert SCRIPT not in html
    assert len(html) < 100_000
    notebook.run(f"q = ipytango.plot('{device}/pushed_spectrum')").check()
    assert len(notebook.run("q").check().displays[-1]["text/html"]) < 100_000


def test_text_has_a_line_for_each(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed {device}/lamps {device}/odd_picture {device}/hostile")
    for number in (1, 5, 3):
        write(notebook, device, "pushed", str(number))
    viewer.wait(lambda: viewer.values()[-1:] == [3.0], "the values")
    text = str(value(notebook, "p.text()"))
    pushed, lamps, picture, note = text.splitlines()
    assert pushed.startswith(f"{device}/pushed")
    assert "3.000 mm" in pushed
    assert "█" in pushed
    assert "3 values" in lamps
    assert "3 × 2" in picture  # noqa: RUF001
    assert note.startswith(f"{device}/hostile: text")


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "ATTR"),
        ("sys/tg_test/1", "names a device"),
        ("sys/tg_test/1/*", "each by its name"),
        ("sys/tg_test/1/ampli --period 0", "above 0"),
        ("sys/tg_test/1/ampli --window -5", "above 0"),
        ("sys/tg_test/1/ampli --window soon", "soon"),
        ("'sys/tg_test/1/ampli", "quotation"),
    ],
)
def test_bad_line_is_told_in_one(notebook: Kernel, arguments: str, says: str) -> None:
    outcome = notebook.run(f"%tango_plot {arguments}")
    assert says in outcome.text
    assert "Traceback" not in outcome.text
    assert not outcome.displays


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        ("plot()", "AttributeNameError", "at least one"),
        ("plot(3)", "AttributeNameError", "3"),
        ("plot([f'a/b/c/{n}' for n in range(99)])", "OptionError", "%tango_watch"),
        ("plot('sys/tg_test/1/ampli', period='fast')", "OptionError", "fast"),
    ],
)
def test_bad_arguments(notebook: Kernel, call: str, error: str, says: str) -> None:
    outcome = notebook.run(f"ipytango.{call}")
    assert outcome.error is not None
    assert outcome.error.ename == error
    assert says in outcome.error.evalue


def test_unknown_commands_are_refused_and_harm_nothing(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    viewer.wait(viewer.values, "a value")
    assert "e" in viewer.ask("explode", part=TREND)
    assert "e" in viewer.ask("range", part="a7", view="x", range=None, columns=1)
    write(notebook, device, "pushed", "9")
    viewer.wait(lambda: viewer.values()[-1:] == [9.0], "a value")


def test_completion(notebook: Kernel) -> None:
    assert "--window" in notebook.complete("%tango_plot sys/tg_test/1/ampli --w")["matches"]


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["p.close()", "del p; gc.collect()", "%unload_ext ipytango"])
def test_nothing_is_left(notebook: Kernel, device: str, end: str) -> None:
    notebook.run("feeds = ipytango.extension.loaded().client.feeds").check()
    notebook.run(f"p = ipytango.plot('{device}/pushed', '{device}/pushed_spectrum')").check()
    assert value(notebook, "feeds.census().followings") == 2
    notebook.run(end).check()
    notebook.wait_until(
        lambda: (
            value(notebook, "(feeds.census().followings, feeds.census().subscriptions)") == (0, 0)
        ),
        "the end of the subscriptions",
    )


def test_removed_output_ends_what_was_followed_for_it(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    viewer.wait(viewer.values, "a value")
    viewer.see()  # the output is gone
    census = "ipytango.extension.loaded().client.feeds.census().followings"
    notebook.wait_until(lambda: value(notebook, census) == 0, "sleep", timeout=20)
    viewer.see(viewer.panel)
    viewer.wait(lambda: np.isnan(viewer.values()).any(), "the gap")
    write(notebook, device, "pushed", "4")
    viewer.wait(lambda: viewer.values()[-1:] == [4.0], "a value again")


def test_closed_plot_can_still_be_taken(notebook: Kernel, device: str) -> None:
    viewer = show(notebook, f"{device}/pushed")
    viewer.wait(viewer.values, "a value")
    notebook.run("p.close()\np.close()").check()
    assert value(notebook, "len(p.to_pandas())") >= 1
    assert json.dumps(value(notebook, "p.text()"))
