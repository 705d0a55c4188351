"""`%tango_watch` and `ipytango.watch` in a real kernel: the test plays the browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conftest import SERVERS
from ipytango.demo import Demo, DeviceServer
from support.kernels import Kernel, value

StartServer = Callable[..., DeviceServer]

SCRIPT = "<script>document.title"
SETTLED_S = 5.0
"""A new watch waits 1 s at most for its first readings; the rest is a slow machine's."""


class Browser:
    """One page with one watch in view: it acknowledges what comes, and keeps what it is told."""

    def __init__(self, kernel: Kernel, panel: str) -> None:
        self.kernel, self.panel = kernel, panel
        self._name = f"page {time.monotonic_ns()}"
        wire = "ipytango.extension.loaded().hub._wire"
        self._comm = value(kernel, f"{wire}._model.comm.comm_id")
        self._since_s = time.monotonic()
        self._taken = 0
        self._asked = 0
        self.rows: dict[int, dict[str, Any]] = {}
        self.config: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.tolds: list[int] = []
        """The keys of the rows that frames told of, again and again."""
        self.look()

    def look(self) -> None:
        """Come up with the watch in view."""
        self._say("hello", v=1)
        self._say("vis", m=[self.panel], p={self.panel: 600}, n=[self.panel], u=[self.panel])

    def look_away(self) -> None:
        """Have it no longer in the document."""
        self._say("vis", m=[], p={}, n=[], u=[])

    def _say(self, kind: str, **content: Any) -> None:
        message = {"k": kind, "c": self._name, **content}
        self.kernel.send_comm(self._comm, {"method": "custom", "content": message})

    def _take(self) -> None:
        """Take in what has come, as a page does."""
        messages = sorted(self.kernel.comm_messages(self._comm), key=lambda m: m.arrived_at)
        for message in messages[self._taken :]:
            content = message.content.get("data", {}).get("content", {})
            if message.arrived_at > self._since_s:
                self._take_message(content, message.buffers)
        self._taken = len(messages)

    def _take_message(self, content: dict[str, Any], buffers: tuple[bytes, ...]) -> None:
        if content.get("k") == "o":
            opened = [entry["c"] for entry in content["p"] if entry["p"] == self.panel]
            self.config = opened[-1] if opened else self.config
        if content.get("k") != "b":
            return
        self._say("ack", s=content["s"])
        waiting = list(buffers)
        for entry in content["p"]:
            own = [waiting.pop(0) for _ in entry.get("b", ())]
            if entry["p"] == self.panel:
                self._draw(entry["d"], np.frombuffer(own[0], "<u4"), np.frombuffer(own[1], "<f8"))

    def _draw(self, data: dict[str, Any], keys: Any, times: Any) -> None:
        self.frames.append(data)
        self.tolds += keys.tolist()
        if data["whole"]:
            self.rows.clear()
        for key in data["gone"]:
            self.rows.pop(key, None)
        for key, told in data["rows"].items():
            self.rows.setdefault(int(key), {}).update(told)
        for at, key in enumerate(keys):
            if key in self.rows:
                told = {"value": data["values"][at], "time": times[2 * at]}
                self.rows[key] |= told | {"received": times[2 * at + 1]}

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for a state of the page."""

        def met() -> bool:
            self._take()
            return bool(condition())

        try:
            self.kernel.wait_until(met, what)
        except AssertionError as error:
            raise AssertionError(f"{what}: {self.rows}") from error

    def row(self, attribute: str) -> dict[str, Any]:
        """Give the row of an attribute; empty while there is none."""
        self._take()
        return next((row for row in self.rows.values() if row["name"] == attribute), {})

    def wait_for_row(self, attribute: str, **told: Any) -> dict[str, Any]:
        """Wait until the row of an attribute says all this; gives it."""
        self.wait(
            lambda: told.items() <= self.row(attribute).items() and self.row(attribute),
            f"{attribute} with {told}",
        )
        return self.row(attribute)

    def wait_for_all(self, condition: Callable[[dict[str, Any]], object]) -> None:
        """Wait until there are rows, and all meet the condition."""
        self.wait(lambda: self.rows and all(map(condition, self.rows.values())), "all rows")

    def ask(self, op: str, argument: Any = None) -> Any:
        """Give a command; returns its answer."""
        self._asked += 1
        self._say("cmd", n=self._asked, p=self.panel, op=op, a=argument)

        def answers() -> list[dict[str, Any]]:
            contents = (
                message.content.get("data", {}).get("content", {})
                for message in self.kernel.comm_messages(self._comm)
            )
            return [
                content
                for content in contents
                if (content.get("k"), content.get("c")) == ("r", self._name)
                and content["n"] == self._asked
            ]

        answer = self.kernel.wait_until(answers, f"the answer to {op}")[0]
        assert "e" not in answer, answer
        return answer.get("v")


@pytest.fixture(scope="module")
def event_device(demo: Demo) -> str:
    """A device with attributes of all kinds, for the tests of this module."""
    server = demo.add_server(SERVERS / "event_server.py", "watched", {"Event": ["test/watched/1"]})
    return server.devices[0]


@pytest.fixture
def device(notebook: Kernel, event_device: str) -> str:
    """The same, as it was at its start."""
    notebook.run(f"tango.DeviceProxy({event_device!r}).command_inout('Init')").check()
    return event_device


@pytest.fixture
def notebook(green_kernel: Kernel) -> Kernel:
    """A green kernel in which nothing is followed."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run("import ipytango, tango, asyncio, gc").check()
    return green_kernel


def show(kernel: Kernel, arguments: str) -> Browser:
    """Run `w = %tango_watch ...`, display it and look at it."""
    kernel.run(f"w = %tango_watch {arguments}").check()
    kernel.run("w").check()
    return Browser(kernel, value(kernel, "w.id"))


def followings(kernel: Kernel) -> int:
    """How much is followed."""
    return int(value(kernel, "ipytango.extension.loaded().hub.client.feeds.census().followings"))


def wait_until_nothing_is_followed(kernel: Kernel) -> None:
    """Wait until neither followings nor threads of feeds are left."""
    kernel.run(
        "import time\n"
        "feeds, end_s = ipytango.extension.loaded().hub.client.feeds, time.monotonic() + 10\n"
        "while (left := feeds.census()).followings or left.threads:\n"
        "    assert time.monotonic() < end_s, left\n"
        "    time.sleep(0.01)"
    ).check()


# --- what is shown --------------------------------------------------------------------------------


def test_snapshot_has_the_first_readings(notebook: Kernel, device: str) -> None:
    outcome = notebook.run(f"%tango_watch sys/tg_test/1/ampli {device}/pushed").check()
    assert outcome.seconds < SETTLED_S
    shown = outcome.displays[-1]
    assert set(shown) == {"text/html", "text/plain"}
    for text in ("sys/tg_test/1/ampli", f"{device}/pushed", "mm", "valid", "0.000"):
        assert text in shown["text/plain"]
        assert text in shown["text/html"]
    assert "0.000" in shown["text/plain"]


def test_values_follow(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/pushed {device}/silent --period 0.1")
    row = browser.wait_for_row(f"{device}/pushed", value="0.000", source="change")
    assert row["unit"] == "mm"
    assert row["label"] == "Gap"
    browser.wait_for_row(f"{device}/silent", source="poll")
    notebook.run(f"dev = tango.DeviceProxy({device!r}); dev.pushed = 1.25; dev.silent = 7").check()
    notebook.run("dev.pushed = 1.25").check()  # an event within a write tells of the one before
    row = browser.wait_for_row(f"{device}/pushed", value="1.250", set="1.250")
    assert abs(row["time"] - time.time()) < SETTLED_S
    browser.wait_for_row(f"{device}/silent", value="7.00")
    notebook.run("dev.push_quality('ALARM')").check()
    browser.wait_for_row(f"{device}/pushed", quality="ALARM")


def test_rows_out_of_sight_are_told_of_seldom(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/periodic {device}/reads --period 0.1")
    browser.wait_for_row(f"{device}/reads", source="poll")
    browser.ask("seen", {"view": "the only one", "keys": [0]})
    browser.frames.clear()
    browser.tolds.clear()
    browser.wait(lambda: browser.tolds.count(0) >= 20, "rows in sight")
    assert 0 < browser.tolds.count(1) < browser.tolds.count(0)
    browser.ask("seen", {"view": "the only one", "keys": [1]})
    browser.tolds.clear()
    browser.wait(lambda: browser.tolds.count(1) >= 10, "rows in sight")
    assert browser.tolds.count(0) < browser.tolds.count(1)


def test_values_follow_while_a_cell_blocks(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/periodic")
    browser.wait_for_row(f"{device}/periodic", state="live")
    cell = notebook.start("import time; print('blocks'); time.sleep(3)")
    notebook.wait_for_output(cell, "blocks")
    before = float(browser.row(f"{device}/periodic")["value"])
    browser.wait(lambda: float(browser.row(f"{device}/periodic")["value"]) > before + 10, "values")
    assert notebook.finish(cell).status == "ok"


def test_only_rows_that_changed_are_sent(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/pushed {device}/pushed_text {device}/pushed_mode")
    browser.wait_for_all(lambda row: (row["state"], row["source"]) == ("live", "change"))
    notebook.run(f"dev = tango.DeviceProxy({device!r}); dev.pushed = 3").check()
    # Of the set value nothing is said here: an event pushed by the write itself has the old one.
    browser.wait_for_row(f"{device}/pushed", value="3.000", source="change")
    seen = len(browser.frames)
    for number in range(4, 14):
        notebook.run(f"dev.pushed = {number}").check()
        browser.wait_for_row(f"{device}/pushed", value=f"{number}.000")
    frames = browser.frames[seen:]
    alone = [data for data in frames if data["values"] and len(data["values"]) == 1]
    assert len(alone) > len(frames) / 2  # the others are read once more behind the subscription
    told = [row for data in alone for row in data["rows"].values()]
    assert all(set(row) == {"set"} for row in told), told


def test_all_kinds_of_values(notebook: Kernel, device: str) -> None:
    names = (
        "not_a_number infinite odd_numbers no_numbers no_picture odd_picture huge_text lamp lamps "
        "mode hostile hostile_texts spectrum image State"
    )
    browser = show(notebook, " ".join(f"{device}/{name}" for name in names.split()))
    browser.wait_for_all(lambda row: row.get("value"))
    shown = {name: browser.row(f"{device}/{name}") for name in names.split()}
    assert shown["not_a_number"]["value"] == "NaN"
    assert shown["infinite"]["value"] == "-∞"
    assert shown["no_numbers"]["value"] == shown["no_picture"]["value"] == "empty"
    assert shown["odd_picture"]["value"] == "3 \N{MULTIPLICATION SIGN} 2: 1.00 … 3.00"
    assert (shown["mode"]["value"], shown["State"]["value"]) == ("RUNNING", "ON")
    assert (shown["lamp"]["value"], shown["lamps"]["value"]) == ("True", "●○● 3: 2 on")
    assert (shown["mode"]["kind"], shown["State"]["kind"], shown["lamp"]["kind"]) == (
        *("text", "state", "lamp"),
    )
    assert len(shown["huge_text"]["value"]) < 100
    assert len(shown["huge_text"]["full"]) < 5000
    assert shown["hostile"]["value"].startswith(SCRIPT)
    assert "\x1b" not in shown["hostile_texts"]["value"]


def test_static_forms_are_safe_and_bounded(notebook: Kernel, device: str) -> None:
    shown = notebook.run(f"ipytango.watch('{device}/*')").check().displays[-1]
    assert SCRIPT not in shown["text/html"]
    assert "&lt;script&gt;" in shown["text/html"]
    assert "\x1b" not in shown["text/plain"]
    assert len(shown["text/html"]) < 60_000
    assert len(shown["text/plain"]) < 20_000


def test_spectrum_is_summed_up(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/pushed_spectrum")
    notebook.run(f"dev = tango.DeviceProxy({device!r}); dev.pushed_spectrum = range(100)").check()
    browser.wait_for_row(f"{device}/pushed_spectrum", kind="array", unit="mV")
    text = browser.row(f"{device}/pushed_spectrum")
    browser.wait(lambda: "100: 0.00 … 99.00" in text["value"], "the extent")
    assert text["value"].startswith("▁")


# --- which attributes -----------------------------------------------------------------------------


def test_wildcards_and_proxies_stand_for_attributes(notebook: Kernel) -> None:
    names = "sorted(row.name for row in w.rows())"
    notebook.run("w = ipytango.watch('sys/tg_test/1/double_scalar*')").check()
    assert value(notebook, names) == [
        f"sys/tg_test/1/double_scalar{end}" for end in ("", "_rww", "_w")
    ]
    notebook.run("dev = tango.DeviceProxy('sys/tg_test/1')").check()
    notebook.run("w = ipytango.watch([dev], tango.AttributeProxy('sys/tg_test/1/ampli'))").check()
    assert value(notebook, "len(w.rows()) == len(dev.get_attribute_list())")


@pytest.mark.parametrize(
    ("magic", "names"),
    [("tango_watch", "[row.name for row in p.rows()]"), ("tango_plot", "list(p.attributes)")],
)
def test_alias_of_an_attribute_stands_for_it(notebook: Kernel, magic: str, names: str) -> None:
    aliased = "tango.Database().put_attribute_alias('sys/tg_test/1/ampli', 'watched-ampli')"
    notebook.run(f"{aliased}\np = %{magic} WATCHED-ampli").check()
    assert value(notebook, names) == ["sys/tg_test/1/ampli"]
    forgotten = "tango.Database().delete_attribute_alias('watched-ampli')"
    notebook.run(f"p.close()\n{forgotten}").check()
    wait_until_nothing_is_followed(notebook)


def test_attributes_are_added_and_taken_out(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/pushed")
    browser.wait_for_row(f"{device}/pushed")
    notebook.run("w.add('sys/tg_test/1/ampli', 'SYS/TG_TEST/1/AMPLI')").check()
    browser.wait_for_row("sys/tg_test/1/ampli", state="live")
    assert len(browser.rows) == 2
    notebook.run(f"w.remove('{device}/pushed')").check()
    browser.wait(lambda: not browser.row(f"{device}/pushed"), "one row less")
    (key,) = browser.rows
    browser.ask("remove", key)
    browser.wait(lambda: not browser.rows, "no row")
    assert value(notebook, "w.rows()") == []
    wait_until_nothing_is_followed(notebook)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%tango_watch", "UsageError: the following arguments are required: ATTR"),
        ("%tango_watch nosuch", "UsageError: %tango_watch: 'nosuch' is no attribute's name"),
        ("%tango_watch sys/tg_test/1", "add the attribute, as in sys/tg_test/1/State"),
        ("%tango_watch 'a/b/c/d", "UsageError: %tango_watch: No closing quotation"),
        ("%tango_watch a/b/c/d --period 0", "give a number of seconds above 0"),
        ("%tango_watch a/*/c/d", "name each device"),
        ("ipytango.watch()", "AttributeNameError: No attribute to watch"),
        ("ipytango.watch('sys/tg_test/1/ampli', 7)", "AttributeNameError: 7 is no attribute"),
        ("ipytango.watch('a/b/c/d', period=-1)", "OptionError: period=-1"),
        ("ipytango.watch('a/b/c/d', period='1 s')", "OptionError: period='1 s'"),
        ("ipytango.watch('a/b/c/d', period=float('nan'))", "OptionError: period=nan"),
        ("%tango_plot a/b/c/d --window soon", "--window: give seconds or all, not 'soon'"),
    ],
)
def test_bad_input_is_one_clear_error(notebook: Kernel, code: str, said: str) -> None:
    outcome = notebook.run(code)
    assert said in outcome.text
    assert not outcome.displays
    wait_until_nothing_is_followed(notebook)


@pytest.mark.parametrize("call", ["watch", "plot"])
def test_interrupted_before_it_is_had_it_follows_nothing(
    notebook: Kernel, slow_devices: tuple[str, ...], call: str
) -> None:
    outcome = notebook.run(
        "import _thread, threading\n"
        "threading.Timer(0.3, _thread.interrupt_main).start()\n"
        f"w = ipytango.{call}('{slow_devices[0]}/ts_hang')"
    )
    notebook.run(f"tango.DeviceProxy({slow_devices[0]!r}).release()").check()
    assert outcome.error is not None
    assert outcome.error.ename == "KeyboardInterrupt"
    wait_until_nothing_is_followed(notebook)


def test_unknown_device_and_attribute_have_a_row_that_says_so(notebook: Kernel) -> None:
    browser = show(notebook, "no/such/device/x sys/tg_test/1/nosuch no/such/device/*")
    for name, reason in (
        ("no/such/device/x", "DB_DeviceNotDefined"),
        ("sys/tg_test/1/nosuch", "API_AttrNotFound"),
        ("no/such/device/*", "DB_DeviceNotDefined"),
    ):
        row = browser.wait_for_row(name, state="failed")
        assert row["failure"][0]["reason"] == reason
        assert row["value"] == ""


# --- faults ---------------------------------------------------------------------------------------


def test_error_of_a_device_is_in_its_row(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/failing --period 0.1")
    browser.wait(lambda: browser.row(f"{device}/failing").get("failure"), "the error")
    row = browser.row(f"{device}/failing")
    assert row["failure"][0]["reason"].startswith("Test_Failed <script>")
    assert (row["state"], row["quality"], row["value"]) == ("live", "", "")
    notebook.run(f"tango.DeviceProxy({device!r}).fail(False)").check()
    browser.wait_for_row(f"{device}/failing", value="1.00", failure=[])


def test_dead_server_is_away_and_comes_back(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("event")
    name = f"{server.devices[0]}/silent"
    browser = show(notebook, f"{name} --period 0.1")
    browser.wait_for_row(name, state="live", value="0.00")
    server.kill()
    row = browser.wait_for_row(name, state="away")
    assert row["value"] == "0.00"  # the last that was known
    assert abs(row["since"] - time.time()) < 15
    assert "away" in value(notebook, "repr(w.text())")
    server.restart()
    browser.look()  # it could not confirm anything meanwhile
    browser.wait_for_row(name, state="live")


# --- what is taken --------------------------------------------------------------------------------


def test_readings_pandas_and_csv(notebook: Kernel, device: str) -> None:
    notebook.run(f"w = ipytango.watch('{device}/mode', '{device}/lamps')").check()
    assert value(notebook, f"w.readings['{device}/mode'].value") == 2
    assert value(notebook, f"w.to_pandas().loc['{device}/mode', 'value']") == "RUNNING"
    text = value(notebook, "w.to_csv()")
    first, mode, lamps = text.strip().split("\n")
    assert first.startswith("attribute,value,unit,quality")
    assert f"{device}/mode,RUNNING,,VALID" in mode
    assert '"[true, false, true]"' in lamps
    notebook.run("w.to_csv('watched.csv')").check()
    assert value(notebook, "open('watched.csv').read().split('\\n')[0]") == first


def test_browser_gets_csv_in_its_order(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/mode {device}/lamp")
    browser.wait_for_all(lambda row: row["state"] == "live")
    lines = browser.ask("csv", sorted(browser.rows, reverse=True)).strip().split("\n")
    assert [line.split(",")[0] for line in lines[1:]] == [f"{device}/lamp", f"{device}/mode"]


def test_pandas_is_asked_for_where_it_is_not(notebook: Kernel) -> None:
    notebook.run("import sys; w = ipytango.watch('sys/tg_test/1/ampli')").check()
    outcome = notebook.run("sys.modules['pandas'] = None\nw.to_pandas()")
    notebook.run("del sys.modules['pandas']").check()
    assert outcome.error is not None
    assert "pip install pandas" in outcome.error.evalue


# --- pause, sleep, end ----------------------------------------------------------------------------


def test_pause_holds_the_table(notebook: Kernel, device: str) -> None:
    browser = show(notebook, f"{device}/pushed")
    browser.wait_for_row(f"{device}/pushed", value="0.000")
    browser.ask("pause", True)
    browser.wait(lambda: browser.config.get("paused"), "the config that says so")
    frames = len(browser.frames)
    notebook.run(
        f"tango.DeviceProxy({device!r}).pushed = 5\n"
        f"while w.readings['{device}/pushed'].value != 5: await asyncio.sleep(0.01)"
    ).check()
    other = Browser(notebook, browser.panel)  # a second page sees what the first was shown
    other.wait_for_row(f"{device}/pushed", value="0.000")
    assert len(browser.frames) == frames or browser.row(f"{device}/pushed")["value"] == "0.000"
    notebook.run("w.resume()").check()
    browser.wait_for_row(f"{device}/pushed", value="5.000")


@pytest.mark.parametrize(
    "end", ["w.close()", "del w; Out.clear(); _ = __ = ___ = None; gc.collect()"]
)
def test_nothing_is_left(notebook: Kernel, end: str) -> None:
    notebook.run("w = ipytango.watch('sys/tg_test/1/*')").check()
    assert followings(notebook) > 10
    notebook.run(end).check()
    wait_until_nothing_is_followed(notebook)


def test_closing_saves_the_last_snapshot(notebook: Kernel, device: str) -> None:
    notebook.run(f"w = ipytango.watch('{device}/pushed')\nw").check()
    notebook.run(f"tango.DeviceProxy({device!r}).pushed = 6").check()
    notebook.run(
        f"while w.readings['{device}/pushed'].value != 6:\n    await asyncio.sleep(0.01)"
    ).check()
    closing = notebook.start("w.close()")  # what the hub sends then comes under this cell

    def saved() -> bool:
        messages = notebook.finish(closing).messages
        updates = [m for m in messages if m.type == "update_display_data"]
        return bool(updates) and "6.000" in updates[-1].content["data"]["text/html"]

    notebook.wait_until(saved, "the last value in the notebook")


def test_closed_watch_keeps_what_it_knew(notebook: Kernel) -> None:
    notebook.run("w = ipytango.watch('sys/tg_test/1/ampli'); w.close(); w.close()").check()
    assert value(notebook, "list(w.readings)") == ["sys/tg_test/1/ampli"]
    assert "closed" in value(notebook, "repr(w.text())")


def test_watch_sleeps_when_its_output_is_gone_and_wakes(notebook: Kernel) -> None:
    browser = show(notebook, "sys/tg_test/1/ampli")
    browser.wait_for_row("sys/tg_test/1/ampli", state="live")
    browser.look_away()
    wait_until_nothing_is_followed(notebook)
    browser.look()
    browser.wait_for_row("sys/tg_test/1/ampli", state="live")


def test_unload_leaves_nothing(notebook: Kernel) -> None:
    show(notebook, "sys/tg_test/1/*").wait_for_row("sys/tg_test/1/ampli")
    notebook.run("%unload_ext ipytango").check()
    assert value(notebook, "'tango_watch' in get_ipython().magics_manager.magics['line']") is False
    assert value(notebook, "[r.state for r in w.rows() if r.state != 'closed']") == []
    notebook.run("%load_ext ipytango").check()


def test_options_complete(notebook: Kernel) -> None:
    assert "--period" in notebook.complete("%tango_watch sys/tg_test/1/ampli --p")["matches"]


def test_other_tasks_run_while_it_waits(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("event")
    server.kill()
    notebook.run(
        "async def tick():\n"
        "    for count in range(1, 6):\n"
        "        await asyncio.sleep(0.01)\n"
        "    print('ticked')\n"
        "ticker = asyncio.create_task(tick())\n"
        f"w = ipytango.watch('{server.devices[0]}/silent')\n"
        "print(ticker.done())"
    )
    browser = show(notebook, f"{server.devices[0]}/silent")
    browser.wait(lambda: browser.row(f"{server.devices[0]}/silent").get("state"), "a state")
    assert browser.row(f"{server.devices[0]}/silent")["state"] in {"connecting", "away", "failed"}
