"""`%tango_panel` and `ipytango.panel` in a real kernel: the test plays the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tango

from conftest import SERVERS
from ipytango.demo import Demo, DeviceServer
from support.kernels import Kernel, value
from support.pages import PanelPage

StartServer = Callable[..., DeviceServer]

SCRIPT = "<script>document.title"
SCRIPT_TAG = "<script>document.title = 'executed'</script><img src=x onerror=\"alert('x')\">"


class Viewer(PanelPage):
    """A page with one device's panel in view, that keeps what it is told as a view does."""

    def __init__(self, kernel: Kernel, panel: str = "p.id", *, name: str = "page") -> None:
        super().__init__(kernel, panel, name=name)
        self.rows: dict[str, dict[str, Any]] = {}
        self._names: dict[tuple[str, int], str] = {}
        self.deeds: dict[int, dict[str, Any]] = {}
        self.pictures: dict[str, str] = {}
        self.plots: dict[str, str] = {}

    def named(self, group: str) -> set[str]:
        """The names of the attributes or commands that the view knows."""
        return {one["name"] for one in self.config.get(group, ())}

    @property
    def shown(self) -> object:
        """What the view draws."""
        return self.rows, self.deeds

    def draw(self, data: dict[str, Any], _: list[Any]) -> None:
        """Show a frame: what is told of times does not matter here."""
        for form, part in data["boards"].items():
            for key, row in part["rows"].items():
                if "name" in row:
                    self._names[form, int(key)] = row["name"].rpartition("/")[2]
                self.rows.setdefault(self._names[form, int(key)], {}).update(row)
        self.deeds |= {deed["number"]: deed for deed in data["deeds"]}
        self.pictures |= data["pictures"]
        self.plots = data["plots"]

    def do(self, op: str, **argument: Any) -> dict[str, Any]:
        """Have something done; returns what came of it."""
        answer = self.command(op, argument)
        assert "e" not in answer, answer
        number = answer["v"]["deed"]
        self.wait(
            lambda: self.deeds.get(number, {}).get("outcome") in ("done", "failed"), f"{op} ended"
        )
        return self.deeds[number]


@pytest.fixture(scope="module")
def device(demo: Demo) -> Iterator[str]:
    """A device of `panel_server.py`, for the module."""
    server = demo.add_server(
        SERVERS / "panel_server.py", "panels", {"Panel": ["test/panel/1", "test/panel/2"]}
    )
    yield server.devices[0]
    server.kill()


@pytest.fixture
def outside(tango_host: str, device: str) -> Any:
    """The device, as another program reaches it."""
    return tango.DeviceProxy(f"tango://{tango_host}/{device}")


@pytest.fixture
def notebook(green_kernel: Kernel) -> Kernel:
    """A green kernel in which nothing is followed."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run("import ipytango, tango, asyncio, gc").check()
    return green_kernel


@pytest.fixture
def viewer(notebook: Kernel, device: str) -> Viewer:
    """A page on a new panel `p` of the device."""
    notebook.run(f"p = ipytango.panel({device!r})\ndisplay(p)").check()
    page = Viewer(notebook)
    page.wait(lambda: page.named("attributes") and "state" in page.rows.get("State", {}), "a panel")
    return page


CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("write", {"name": "current", "text": "1.5"}),
    ("run", {"name": "Ramp", "text": "1.5"}),
    ("set", {"name": "current", "key": "alarms.max_alarm", "text": "7"}),
    ("poll", {"kind": "attribute", "name": "current", "text": "1000"}),
    ("property", {"name": "offset", "text": "1"}),
    ("delete", {"name": "offset"}),
    ("class_property", {"name": "mains", "text": "110"}),
    ("class_delete", {"name": "mains"}),
)


def facts_of(device: Any) -> tuple[Any, ...]:
    """All that a panel could have changed."""
    config = device.get_attribute_config("current")
    database = device.get_device_db()
    return (
        device.read_attribute("changes").value,
        config.alarms.max_alarm,
        list(device.polling_status()),
        list(device.get_property_list("*")),
        list(database.get_class_property_list("Panel")),
    )


def test_locked_panel_changes_nothing_whatever_is_sent(viewer: Viewer, outside: Any) -> None:
    before = facts_of(outside)
    told = [viewer.command(op, argument)["e"] for op, argument in CHANGES]
    assert all("locked" in text and "Unlock it first" in text for text in told)
    # What is no such command, or only looks like one, does nothing either.
    for op, argument in (("_write", CHANGES[0][1]), ("start", {}), ("line", None), ("write", None)):
        assert "e" in viewer.command(op, argument)
    assert facts_of(outside) == before
    assert not viewer.deeds
    plot = viewer.command("line", {"op": "plot", "a": {"name": "ramp"}})["v"]
    assert plot == "ipytango.plot('test/panel/1/ramp')"
    line = viewer.command("line", {"op": "write", "a": CHANGES[0][1]})["v"]
    assert line == "tango.DeviceProxy('test/panel/1').write_attribute('current', 1.5)"
    assert facts_of(outside) == before


def test_page_without_the_panel_changes_nothing(
    viewer: Viewer, outside: Any, notebook: Kernel
) -> None:
    stranger = Viewer(notebook, name="stranger")
    stranger.see()  # it has shown the panel, and does no more
    assert "does not show it" in stranger.command("unlock")["e"]
    assert viewer.config["locked"]
    viewer.command("unlock")
    before = facts_of(outside)
    for op, argument in CHANGES:
        assert "does not show it" in stranger.command(op, argument)["e"]
    assert facts_of(outside) == before
    assert not viewer.deeds
    # It may ask for what changes nothing, stop others, and do as they do once it shows the panel.
    assert "write_attribute" in stranger.command("line", {"op": "write", "a": CHANGES[0][1]})["v"]
    stranger.see(stranger.panel)
    assert stranger.do("write", name="current", text="2.25")["outcome"] == "done"
    assert outside.read_attribute("current").value == 2.25
    stranger.see()
    stranger.command("lock")
    assert "locked" in viewer.command(*CHANGES[0])["e"]


def test_unlocked_panel_writes_and_runs(viewer: Viewer, outside: Any, notebook: Kernel) -> None:
    assert viewer.config["locked"]
    viewer.command("unlock")
    viewer.wait(lambda: viewer.config["locked"] is False, "unlocked")
    deed = viewer.do("write", name="current", text="4.25")
    assert (deed["outcome"], deed["said"]) == ("done", "current = 4.25 A")
    assert outside.read_attribute("current").value == 4.25
    viewer.wait(lambda: viewer.rows["current"].get("set") == "4.25", "what was set")

    viewer.do("write", name="valve", text="open")
    viewer.do("write", name="enabled", text="false")
    viewer.do("write", name="comment", text=SCRIPT)
    assert outside.read_attribute("valve").value == 1
    assert outside.read_attribute("enabled").value is False
    assert outside.read_attribute("comment").value == SCRIPT
    viewer.do("write", name="ramp", text="1, 2, 3")
    viewer.do("write", name="mask", text="1 2\n3 4")
    assert outside.read_attribute("ramp").value.tolist() == [1.0, 2.0, 3.0]
    assert outside.read_attribute("mask").value.tolist() == [[1, 2], [3, 4]]

    assert viewer.do("run", name="Ramp", text="1.5")["result"] == "3.0"
    failed = viewer.do("run", name="Fail", text="1 2")
    assert failed["outcome"] == "failed"
    assert {"Panel_Interlock", "Panel_NoRamp"} <= {level["reason"] for level in failed["failure"]}

    # Each line does what the panel has done.
    outside.write_attribute("current", 0.0)
    lines = value(notebook, "[deed.line for deed in p.history if 'current' in deed.said]")
    notebook.run(lines[-1]).check()
    assert outside.read_attribute("current").value == 4.25

    viewer.command("lock")
    assert "locked" in viewer.command(*CHANGES[0])["e"]


@pytest.mark.parametrize(
    ("op", "name", "text", "said"),
    [
        ("write", "current", "11", "above its greatest value 10. It takes a number from 0 to 10 A"),
        ("write", "current", "much", "is no number"),
        ("write", "valve", "SHUT", "It takes one of CLOSED, OPEN, MOVING"),
        ("write", "ramp", "1 " * 65, "65 values were given. It takes up to 64"),
        ("write", "temperature", "1", "temperature is read-only"),
        ("write", "ramp", "", "nothing was given"),
        ("write", "gone", "1", "shows no attribute 'gone'"),
        ("write", "gain", "1", "shows no attribute 'gain'"),
        ("run", "Ramp", "x", "the argument of Ramp: 'x' is no number"),
        ("run", "Calibrate", "", "shows no command 'Calibrate'"),
        ("set", "gain", "7", "shows no attribute 'gain'"),
        ("poll attribute", "gain", "1000", "shows no attribute 'gain'"),
        ("poll command", "Calibrate", "1000", "shows no command 'Calibrate'"),
    ],
)
def test_wrong_value_stops_before_the_device(
    viewer: Viewer, outside: Any, op: str, name: str, text: str, said: str
) -> None:
    viewer.command("unlock")
    before = facts_of(outside)
    op, _, kind = op.partition(" ")
    argument = {"name": name, "text": text, "key": "alarms.max_alarm", "kind": kind}
    assert said in viewer.command(op, argument)["e"]
    assert facts_of(outside) == before


def test_limits_that_others_change_are_learnt(viewer: Viewer, outside: Any) -> None:
    viewer.command("unlock")

    def limit(text: str) -> None:
        config = outside.get_attribute_config("current")
        config.max_value = text
        outside.set_attribute_config(config)

    limit("20")
    try:
        assert (
            "above its greatest value 10"
            in viewer.command("write", {"name": "current", "text": "15"})["e"]
        )
        viewer.wait(
            lambda: any(
                one["name"] == "current" and one["max"] == 20 for one in viewer.config["attributes"]
            ),
            "the new limit",
        )
        assert viewer.do("write", name="current", text="15")["outcome"] == "done"
    finally:
        outside.write_attribute("current", 1.0)
        limit("10")


def test_writes_keep_their_order(viewer: Viewer, outside: Any) -> None:
    viewer.command("unlock")
    for number in range(1, 10):
        viewer.command("write", {"name": "current", "text": str(number)})
    assert viewer.do("write", name="current", text="0.5")["outcome"] == "done"
    assert outside.read_attribute("current").value == 0.5


@pytest.mark.parametrize("end", ["lock", "close"])
def test_what_waits_is_withdrawn(viewer: Viewer, outside: Any, notebook: Kernel, end: str) -> None:
    before = outside.read_attribute("changes").value
    notebook.run(
        "p.unlock()\n"
        "for _ in range(4): p.command('run', {'name': 'Wait', 'text': ''})\n"
        f"p.{end}()\n"
        "while any(deed.outcome == 'running' for deed in p.history): await asyncio.sleep(0.05)\n"
        "outcomes = [deed.outcome for deed in p.history]"
    ).check()
    newest_first = value(notebook, "outcomes")
    assert newest_first[:3] == ["withdrawn"] * 3
    # The first may have been at the device already. Once it answers again, nothing else came.
    outside.command_inout("Say", "hello")
    done = newest_first.count("done")
    assert outside.read_attribute("changes").value == before + done + 1
    if end == "lock":
        viewer.wait(lambda: viewer.deeds.get(4, {}).get("outcome") == "failed", "the last one")
        assert "never went" in viewer.deeds[4]["failure"][0]["description"]
        viewer.command("unlock")
        assert viewer.do("run", name="Say", text="hello")["outcome"] == "done"


def test_panel_locks_when_its_page_is_gone(viewer: Viewer, outside: Any, notebook: Kernel) -> None:
    notebook.run(
        "from ipytango.widgets.hub import _carrier\n"
        "as_built_s, _carrier.UNSEEN_AFTER_S = _carrier.UNSEEN_AFTER_S, 0.5"
    ).check()
    before = facts_of(outside)
    try:
        viewer.command("unlock")
        viewer.wait(lambda: viewer.config["locked"] is False, "unlocked")
        viewer.say("bye")
        notebook.run("while not p.locked: await asyncio.sleep(0.05)").check()
    finally:
        notebook.run("_carrier.UNSEEN_AFTER_S = as_built_s").check()
    assert value(notebook, "ipytango.extension.loaded().hub.census()['awake']") == 1
    later = Viewer(notebook, name="later")
    assert "locked" in later.command(*CHANGES[0])["e"]
    assert facts_of(outside) == before
    later.wait(lambda: later.rows.get("current", {}).get("state") == "live", "its values")


def test_commands_say_what_their_author_said(viewer: Viewer) -> None:
    said = {one["name"]: (one["takesText"], one["givesText"]) for one in viewer.config["commands"]}
    assert said["Ramp"] == ("amperes a second", "how far it came")
    assert said["Say"][0].endswith("the words")  # PyTango puts something before it
    assert not said["Say"][1]
    assert said["Become"] == said["Wait"] == ("", "")


def test_experts_members_come_when_asked_for(viewer: Viewer, outside: Any) -> None:
    assert "gain" not in viewer.named("attributes")
    assert "Calibrate" not in viewer.named("commands")
    assert viewer.config["experts"] == 2
    viewer.command("expert", {"on": True})
    viewer.wait(lambda: viewer.rows.get("gain", {}).get("state") == "live", "the expert's values")
    assert "Calibrate" in viewer.named("commands")
    viewer.command("unlock")
    viewer.do("write", name="gain", text="5")
    assert outside.read_attribute("gain").value == 5


def test_settings_are_seen_and_changed(viewer: Viewer, outside: Any) -> None:
    viewer.command("tab", {"tab": "settings"})
    viewer.wait(lambda: viewer.config["settings"], "settings")

    def setting(key: str) -> Any:
        settings = viewer.config["settings"]
        names = [name for name, _ in settings["titles"]]
        row = next(row for row in settings["attributes"] if row["name"] == "current")
        return row["polling"] if key == "polling" else row["texts"][names.index(key)]

    assert setting("alarms.max_alarm") == "9"
    memories = {one["name"]: one["memory"] for one in viewer.config["attributes"]}
    assert (memories["enabled"], memories["current"]) == ("memorized", "")
    viewer.command("unlock")
    for key, text in (("alarms.max_alarm", "9.5"), ("label", SCRIPT), ("max_value", "")):
        viewer.do("set", name="current", key=key, text=text)
    viewer.do("poll", kind="attribute", name="current", text="500")
    viewer.wait(lambda: setting("polling") == 500 and setting("label") == SCRIPT, "new settings")
    config = outside.get_attribute_config("current")
    assert (config.alarms.max_alarm, config.max_value) == ("9.5", "Not specified")
    viewer.do("write", name="current", text="12")  # the limit is gone here, too
    assert (
        "is a number"
        in viewer.command("set", {"name": "current", "key": "min_value", "text": "low"})["e"]
    )

    for key, text in (("max_value", "10"), ("alarms.max_alarm", "9"), ("label", "Current")):
        viewer.do("set", name="current", key=key, text=text)
    viewer.do("poll", kind="attribute", name="current", text="")
    assert not outside.is_attribute_polled("current")


def test_properties_of_device_and_class_are_seen_and_changed(
    viewer: Viewer, outside: Any, notebook: Kernel
) -> None:
    database = outside.get_device_db()
    viewer.command("tab", {"tab": "properties"})
    viewer.wait(lambda: viewer.config["settings"], "properties")

    def row(name: str, group: str) -> dict[str, Any]:
        rows = {row["name"]: row for row in viewer.config["settings"][group]}
        return dict(rows.get(name, {}))

    # What the server takes is told also where nothing is set.
    assert row("channels", "properties") == {
        "name": "channels",
        "lines": None,
        "description": f"in use {SCRIPT_TAG}",
        "default": ["x", "y"],
    }
    assert row("mains", "classProperties")["default"] == ["230.0"]
    assert viewer.config["settings"]["className"] == "Panel"

    viewer.command("unlock")
    viewer.do("property", name="offset", text="1.5\n2.5")
    viewer.wait(lambda: row("offset", "properties")["lines"] == ["1.5", "2.5"], "a property")
    viewer.do("delete", name="offset")
    viewer.wait(lambda: row("offset", "properties")["lines"] is None, "no property")

    deed = viewer.do("class_property", name="mains", text="110")
    assert deed["said"] == "property mains of all Panel = ['110']"
    viewer.wait(lambda: row("mains", "classProperties")["lines"] == ["110"], "of the class")
    assert list(database.get_class_property("Panel", "mains")["mains"]) == ["110"]
    assert not list(outside.get_property("mains")["mains"])
    viewer.do("class_delete", name="mains")
    viewer.wait(lambda: row("mains", "classProperties")["lines"] is None, "none of the class")
    assert "needs a name" in viewer.command("class_property", {"name": " ", "text": ""})["e"]

    # The line does what the panel has done.
    notebook.run(deed["line"]).check()
    assert list(database.get_class_property("Panel", "mains")["mains"]) == ["110"]
    database.delete_class_property("Panel", "mains")


def test_form_that_is_not_looked_at_is_not_followed(viewer: Viewer, notebook: Kernel) -> None:
    followed = "ipytango.extension.loaded().client.feeds.census().attributes"
    assert "ramp" not in viewer.pictures
    viewer.command("tab", {"tab": "spectrum"})
    viewer.wait(lambda: viewer.pictures.get("ramp", "").startswith("data:image/svg"), "a curve")
    notebook.run(f"while {followed} > 3: await asyncio.sleep(0.05)").check()
    viewer.command("tab", {"tab": "image"})
    viewer.wait(lambda: viewer.pictures.get("mask", "").startswith("data:image/png"), "a picture")
    viewer.command("plot", {"name": "mask"})
    viewer.wait(lambda: viewer.plots, "a plot")
    viewer.command("plot", {"name": "mask"})
    viewer.wait(lambda: not viewer.plots, "no plot")
    viewer.command("tab", {"tab": "history"})
    notebook.run(f"while {followed} > 2: await asyncio.sleep(0.05)").check()


@pytest.mark.parametrize(("clicks", "plots"), [(1, 1), (2, 0), (3, 1)])
def test_quick_clicks_leave_no_plot_behind(
    viewer: Viewer, notebook: Kernel, clicks: int, plots: int
) -> None:
    click, ended = "p.command('plot', {'name': 'ramp'})", "while p._plots._coming: "
    notebook.run("\n".join([click] * clicks)).check()
    notebook.run(f"{ended}await asyncio.sleep(0.05)").check()
    viewer.wait(lambda: len(viewer.plots) == plots, "as many as are wanted")
    census = "ipytango.extension.loaded().hub.census()['panels']"
    assert value(notebook, census) == 1 + plots
    notebook.run(f"{click}\np.close()\n{ended}await asyncio.sleep(0.05)").check()
    assert value(notebook, census) == 0


def test_plot_that_cannot_be_made_says_so(viewer: Viewer, notebook: Kernel) -> None:
    notebook.run(
        "from ipytango.widgets.device import _plots\n"
        "def fail(*_): raise ValueError('no such plot')\n"
        "as_built, _plots._make = _plots._make, fail"
    ).check()
    try:
        assert viewer.command("plot", {"name": "ramp"})["v"] is None
        viewer.wait(lambda: viewer.deeds, "why")
    finally:
        notebook.run("_plots._make = as_built").check()
    (deed,) = viewer.deeds.values()
    assert (deed["outcome"], deed["said"]) == ("failed", "plot of ramp")
    assert deed["subject"] == "attribute ramp"  # where it is shown
    assert deed["failure"][0]["description"] == "no such plot"
    viewer.command("plot", {"name": "ramp"})
    viewer.wait(lambda: viewer.plots, "a plot")


def test_device_that_another_client_has_locked_says_so(viewer: Viewer, outside: Any) -> None:
    viewer.command("unlock")
    outside.lock()
    try:
        deed = viewer.do("run", name="Ramp", text="1")
        assert deed["failure"][0]["reason"] == "API_DeviceLocked"
        viewer.wait(lambda: "locked by process" in viewer.config["deviceLock"], "the lock")
    finally:
        outside.unlock()
    viewer.wait(lambda: viewer.config["deviceLock"] == "", "no lock")


@pytest.mark.parametrize("block", ["await asyncio.sleep(600)", "time.sleep(600)"])
def test_panel_is_driven_while_a_cell_runs(
    viewer: Viewer, notebook: Kernel, outside: Any, block: str
) -> None:
    viewer.subshell = subshell = notebook.create_subshell()
    viewer.command("unlock")
    cell = notebook.start(f"import time\nprint('runs', flush=True)\n{block}")
    notebook.wait_for_output(cell, "runs")
    viewer.do("write", name="current", text="3.5")
    assert viewer.do("run", name="Ramp", text="2")["result"] == "4.0"
    assert outside.read_attribute("current").value == 3.5
    assert notebook.outputs_of(cell).status == "running"
    notebook.interrupt()
    cell.finish()
    notebook.delete_subshell(subshell)


def test_slow_command_keeps_nothing_waiting(viewer: Viewer) -> None:
    viewer.command("unlock")
    slow = viewer.command("run", {"name": "Wait", "text": ""})["v"]["deed"]
    viewer.wait(lambda: viewer.deeds.get(slow), "the slow one")
    assert viewer.do("run", name="Say", text="hello")["result"] == "said hello"
    viewer.wait(lambda: viewer.deeds[slow]["outcome"] == "done", "the end of the slow one")


def test_panel_shows_a_device_that_comes_goes_and_comes_back(
    notebook: Kernel, start_server: StartServer
) -> None:
    server = start_server("panel")
    notebook.run(f"p = ipytango.panel({server.devices[0]!r})\ndisplay(p)").check()
    page = Viewer(notebook)
    page.wait(lambda: page.rows.get("current", {}).get("state") == "live", "its values")
    server.kill()
    page.wait(lambda: page.rows["State"]["state"] == "away", "that it is gone")
    page.command("unlock")
    failed = page.do("write", name="current", text="1")
    assert failed["outcome"] == "failed"
    server.restart()
    page.wait(lambda: page.rows["State"]["state"] == "live", "that it is back")
    assert page.do("write", name="current", text="1")["outcome"] == "done"


def test_unknown_device_and_wrong_names_say_so(notebook: Kernel) -> None:
    cell = notebook.run("p = ipytango.panel('test/no/such')\ndisplay(p)")
    cell.check()
    assert "DB_DeviceNotDefined" in cell.displays[-1]["text/html"]
    page = Viewer(notebook)
    page.wait(lambda: page.config.get("failure"), "that there is none")
    page.wait(lambda: page.rows.get("State", {}).get("failure"), "why")
    cell = notebook.run("%tango_panel nothing/at/all/here")
    assert "is no device's name" in cell.text
    cell = notebook.run("ipytango.panel(7)")
    assert "DeviceNameError" in cell.text


def test_snapshot_is_in_the_output(notebook: Kernel, device: str) -> None:
    cell = notebook.run(f"p = %tango_panel {device}\np")
    cell.check()
    html, text = cell.displays[-1]["text/html"], cell.displays[-1]["text/plain"]
    for shown in ("current", "45.5", "ALARM", "The supply is on."):
        assert shown.lower() in html.lower()
        assert shown.lower() in text.lower()
    assert "Panel_NoSensor" in html
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    assert "2 attributes and commands for experts are not shown" in html


def test_proxy_display_opens_a_panel(notebook: Kernel, device: str) -> None:
    cell = notebook.run(f"tango.DeviceProxy({device!r})")
    cell.check()
    html = cell.result_data["text/html"]
    assert "test/panel/1" in html
    name = html.partition('data-ipytango="')[2].partition('"')[0]
    page = Viewer(notebook, repr(name))
    assert page.command("open")["v"] is None
    opened = page.wait_for_data(name, lambda data: bool(data["panel"]))["panel"]
    inner = Viewer(notebook, repr(opened), name="inner")
    inner.wait(lambda: inner.rows.get("current", {}).get("state") == "live", "its values")
    assert "locked" in inner.command(*CHANGES[0])["e"]


def test_panel_that_nobody_has_is_gone(notebook: Kernel, device: str) -> None:
    notebook.run(f"p = ipytango.panel({device!r})").check()
    assert "Output" not in notebook.run("p.close(); del p; gc.collect()").stdout
    followed = "ipytango.extension.loaded().client.feeds.census().followings"
    notebook.run(f"while {followed}: await asyncio.sleep(0.05)").check()
    notebook.run(f"p = ipytango.panel({device!r}); del p; gc.collect()").check()
    notebook.run(f"while {followed}: await asyncio.sleep(0.05)").check()
