"""Tango's objects as a cell's result: text and HTML, of a real TangoTest and of hostile devices."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import SERVERS, StartServer, StartTerminal
from ipytango.demo import Demo
from support.kernels import Kernel

HTML, TEXT = "text/html", "text/plain"

MODES = ("synchronous", "futures", "gevent", "asyncio")

DEFINITIONS = """\
import json, tango
from IPython.core.getipython import get_ipython
formatted = get_ipython().display_formatter.format
dev = tango.DeviceProxy("sys/tg_test/1")
val = tango.DeviceProxy("test/value-displays/1")
"""

EVERY_ATTRIBUTE = """\
shown, failed = {}, {}
for name in dev.get_attribute_list():
    try:
        reading = dev.read_attribute(name)
    except tango.DevFailed as error:
        failed[name] = formatted(error)[0]
    else:
        shown[name] = {"format": reading.data_format.name, **formatted(reading)[0]}
print(json.dumps([shown, failed]))
"""


@pytest.fixture(scope="module")
def value_device(demo: Demo) -> str:
    """A device of `support/servers/value_server.py`."""
    source: Path = SERVERS / "value_server.py"
    names = {"Value": ["test/value-displays/1"]}
    return demo.add_server(source, "displays", names).devices[0]


@pytest.fixture
def notebook(value_device: str, green_kernel: Kernel) -> Kernel:
    """A kernel with ipytango, `dev` (TangoTest) and `val`."""
    assert value_device == "test/value-displays/1"
    green_kernel.run(f"%tango_green synchronous\n{DEFINITIONS}").check()
    return green_kernel


def result(kernel: Kernel, code: str) -> dict[str, Any]:
    """Run a cell; gives its result by MIME type."""
    return kernel.run(code).check().result_data


def words(html: str) -> str:
    """Return what a person reads of it."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_every_attribute_of_tangotest_is_shown_as_what_it_is(notebook: Kernel) -> None:
    shown, failed = json.loads(notebook.run(EVERY_ATTRIBUTE, timeout=60).check().stdout)
    assert len(shown) > 40
    for name, display in shown.items():
        assert name.lower() in display[TEXT].lower()
        assert "sys/tg_test/1/" in words(display[HTML])
        if display["format"] != "SCALAR" and "string" not in name:
            assert "data:image/" in display[HTML]
    assert failed.keys() == {"no_value", "throw_exception"}
    assert "here is the exception you requested" in failed["throw_exception"][TEXT]
    assert "<details" in failed["throw_exception"][HTML]


@pytest.mark.parametrize("mode", MODES)
def test_a_reading_has_its_unit_and_format_in_every_mode(notebook: Kernel, mode: str) -> None:
    notebook.run(f"%tango_green {mode}").check()
    for code in (
        'val.read_attribute("gap")',
        'val["gap"]',
        'tango.AttributeProxy("test/value-displays/1/gap").read()',
        'val.read_attributes(["gap"])[0]',
    ):
        data = result(notebook, code)
        assert data[TEXT].splitlines()[0] == "test/value-displays/1/gap = 12.3457 mm"
        assert "12.3457 mm" in words(data[HTML])


def test_a_write_and_read_and_a_reply_know_their_attribute(notebook: Kernel) -> None:
    written = result(notebook, 'dev.write_read_attribute("ampli", 2.5)')
    assert written[TEXT].startswith("sys/tg_test/1/ampli = 2.50\n  set 2.50, ")
    reply = "number = dev.read_attribute_asynch('double_scalar')\n"
    reply += "dev.read_attribute_reply(number, 3000)"
    assert result(notebook, reply)[TEXT].startswith("sys/tg_test/1/double_scalar = ")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("pressure", "pressure = 3.14E-09 mbar (ALARM)"),
        ("tiny", "tiny = 1.5e-07"),
        ("odd_format", "odd_format = 2.5"),
        ("register", "register = beef"),
        ("invalid", "invalid = no value (INVALID)"),
        ("changing", "changing = 199.80 A (CHANGING)"),
        ("valve", "valve = MOVING"),
        ("frame", "frame = RAW8: 256 bytes"),
    ],
)
def test_scalars(notebook: Kernel, name: str, line: str) -> None:
    data = result(notebook, f"val.read_attribute({name!r})")
    assert data[TEXT].splitlines()[0] == f"test/value-displays/1/{line}"
    assert "&lt;" not in data[HTML]


def test_states_and_labels_in_a_spectrum_are_words(notebook: Kernel) -> None:
    assert "[1] FAULT" in result(notebook, 'val.read_attribute("states")')[TEXT]
    assert "[0] OPEN" in result(notebook, 'val.read_attribute("valves")')[TEXT]


@pytest.mark.parametrize("name", ["large_image", "large_curve", "many_texts"])
def test_large_values_make_a_small_notebook(notebook: Kernel, name: str) -> None:
    data = result(notebook, f"large = val.read_attribute({name!r}); large")
    assert len(data[HTML]) < 60_000
    assert len(data[TEXT]) < 4_000
    notebook.run("del large").check()


def test_what_a_hostile_device_says_is_shown_and_not_executed(
    notebook: Kernel, start_server: StartServer
) -> None:
    device = start_server("event").devices[0]
    notebook.run(f"hostile = tango.DeviceProxy({device!r})").check()
    for code in (
        'hostile.read_attribute("hostile")',
        'hostile.read_attribute("hostile_texts")',
        'hostile.read_attributes(["failing", "hostile"])',
        "hostile",
        'hostile.get_attribute_config("hostile")',
        f"tango.AttributeProxy('{device}/hostile')",
    ):
        data = result(notebook, code)
        assert "<script" not in data[HTML]
        assert "&lt;script&gt;" in data[HTML]
        assert "<script>" in data[TEXT]
        assert "\x1b" not in data[TEXT]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("dev", "TangoTest(sys/tg_test/1): RUNNING"),
        ('tango.AttributeProxy("sys/tg_test/1/ampli")', "AttributeProxy(sys/tg_test/1/ampli)"),
        ("tango.Database()", "Tango database 127.0.0.1:"),
        ('group = tango.Group("g"); group.add("sys/tg_test/*"); group', "Group g of 1 device"),
        ('group.read_attribute("State")', "1 reading\n"),
        ('group.read_attribute("nosuch")', "1 reading, 1 failed"),
        ('group.command_inout("State")', "1 answer\n"),
        ('group.write_attribute("ampli", 1.0)', "1 write\n"),
        ("dev.state()", "<DevState.RUNNING: 10>"),
        ('dev.read_attribute("ampli").time', "20"),
        ('dev.get_attribute_config("ampli")', "attribute ampli (DevDouble scalar)"),
        ("dev.attribute_list_query()", "attribute"),
        ('dev.command_query("DevDouble")', "command DevDouble(DevDouble) -> DevDouble"),
        ("dev.command_list_query()", "command"),
        ('dev.read_attributes(["ampli", "State"])', "sys/tg_test/1/ampli = "),
    ],
)
def test_other_objects_have_text_and_html(notebook: Kernel, code: str, text: str) -> None:
    data = result(notebook, code)
    assert data[TEXT].startswith(text)
    assert data[HTML]


def test_an_error_shows_all_its_levels(notebook: Kernel) -> None:
    data = result(
        notebook, "try:\n    val.move(3)\nexcept tango.DevFailed as error:\n    e = error\ne"
    )
    for part in ("Motor_Jam", "axis 3 stands at 3.0 mm", "Motor::move", "Gap_Move", "Gap::move"):
        assert part in data[TEXT]
        assert part in words(data[HTML])


def test_events_are_shown(notebook: Kernel, start_server: StartServer) -> None:
    device = start_server("event").devices[0]
    notebook.run(
        f"hostile = tango.DeviceProxy({device!r}); events = []; kinds = tango.EventType\n"
        'a = hostile.subscribe_event("pushed", kinds.CHANGE_EVENT, events.append)\n'
        'b = hostile.subscribe_event("pushed", kinds.ATTR_CONF_EVENT, events.append)\n'
        "c = hostile.subscribe_event(kinds.INTERFACE_CHANGE_EVENT, events.append)"
    ).check()
    wait = "import time\nwhile {}: time.sleep(0.01)"
    notebook.run(wait.format("len(events) < 3")).check()
    for number, text in enumerate(("change event of ", "attr_conf event", "intr_change event")):
        data = result(notebook, f"events[{number}]")
        assert data[TEXT].startswith(text)
        assert device in words(data[HTML])
    notebook.run('hostile.push_error("<script>")').check()
    notebook.run(wait.format("not events[-1].err")).check()
    data = result(notebook, "events[-1]")
    assert "Test_Pushed: <script>" in data[TEXT]
    assert "<script" not in data[HTML]
    notebook.run("for number in (a, b, c): hostile.unsubscribe_event(number)").check()


def test_among_others_an_object_is_one_line(notebook: Kernel) -> None:
    data = result(notebook, '{"a": dev.read_attribute("double_spectrum_ro"), "b": dev, "c": 1}')
    assert data[TEXT].count("sys/tg_test/1") == 2
    assert HTML not in data


def test_a_class_of_the_users_own_shows_itself(notebook: Kernel) -> None:
    own = "class Own(tango.DeviceProxy):\n    def __repr__(self): return 'my own'\n"
    data = result(notebook, f'{own}Own("sys/tg_test/1")')
    assert data == {TEXT: "my own"}


def test_a_device_that_hangs_does_not_hold_its_display_up(
    notebook: Kernel, start_server: StartServer
) -> None:
    server = start_server("event")
    notebook.run(
        f"import time; hung = tango.DeviceProxy({server.devices[0]!r})\n"
        'reading = hung.read_attribute("pushed")'
    ).check()
    server.suspend()
    for thing in ("reading", "hung"):
        outcome = notebook.run(
            f"begin = time.monotonic(); data = formatted({thing})[0]\n"
            "print(time.monotonic() - begin); data['text/plain']"
        ).check()
        # The time to wait is 0.2 s; a call to a device that hangs takes 3 s and more.
        assert float(outcome.stdout) < 2.0
        assert server.devices[0] in str(outcome.result)


def test_unload_gives_python_its_displays_back(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(DEFINITIONS.replace("test/value-displays/1", "sys/tg_test/1")).check()
    before = fresh_kernel.run("dev").check().result_data
    fresh_kernel.run("%load_ext ipytango").check()
    assert HTML in fresh_kernel.run("dev").check().result_data
    fresh_kernel.run("%unload_ext ipytango").check()
    assert fresh_kernel.run("dev").check().result_data == before
    again = fresh_kernel.run('vars(dev.read_attribute("ampli"))').check().result
    assert "ipytango" not in str(again)


def test_a_terminal_shows_text(
    start_terminal: StartTerminal, tango_host: str, value_device: str
) -> None:
    terminal = start_terminal(tango_host=tango_host)
    terminal.run("%load_ext ipytango")
    terminal.run(f"import tango; val = tango.DeviceProxy({value_device!r})")
    assert "12.3457 mm" in terminal.run('val.read_attribute("gap")')


def test_a_reading_can_be_made_to_follow_its_attribute(
    notebook: Kernel, start_server: StartServer
) -> None:
    device = start_server("event").devices[0]
    notebook.run(
        "import gc, time, weakref\nimport numpy as np\nfrom ipytango.client import snapshot_of\n"
        "from ipytango.extension import loaded\nfrom ipytango.widgets import Look, ValuePanel\n"
        f"device = tango.DeviceProxy({device!r})\n"
        "def value(): return panel.frame(Look(800, first=True)).data['value']\n"
        "def switch(on): panel.command('live', {'on': on})\n"
        "reading = device.read_attribute('pushed')\n"
        "panel = ValuePanel(loaded().hub, snapshot_of(reading)); panel.waken()"
    ).check()
    assert notebook.run("value()").check().result is None
    notebook.run(
        "switch(True)\nwhile value() is None: time.sleep(0.01)\ndevice.pushed = 7.5\n"
        "while value()['text'] != '7.500': time.sleep(0.01)"
    ).check()
    assert "mm" in str(notebook.run("value()['unit']").check().result)
    notebook.run("switch(False)\ndevice.pushed = 8.5").check()
    assert notebook.run("value()['text']").check().result == "'7.500'"
    notebook.run("panel.close()").check()


def test_the_display_of_a_large_value_does_not_keep_it_alive(notebook: Kernel) -> None:
    outcome = notebook.run(
        "import gc, weakref\nreading = val.read_attribute('holed')\n"
        "alive = weakref.ref(reading.value)\nhtml = formatted(reading)[0]['text/html']\n"
        "del reading; gc.collect()\nprint('data-ipytango' in html, alive())"
    ).check()
    assert outcome.stdout == "True None\n"


@pytest.mark.parametrize("shown", ["future", "[future, other]"])
def test_a_pending_reading_turns_into_one_with_unit_and_format(
    notebook: Kernel, shown: str
) -> None:
    # A new extension knows nothing of any attribute yet.
    notebook.run("%unload_ext ipytango\n%load_ext ipytango").check()
    display = notebook.run(
        "import concurrent.futures\n"
        "future, other = concurrent.futures.Future(), concurrent.futures.Future()\n"
        "reading = val.read_attribute('gap')\n"
        f"display({shown})"
    ).check()
    found = re.match(r'<div data-ipytango="(\w+)">', display.displays[0][HTML])
    assert found is not None
    panel = found[1]
    notebook.run("future.set_result(reading); other.set_result(reading)").check()

    def saved() -> list[dict[str, Any]]:
        return [one for one in notebook.display_updates(panel) if "12.3457 mm" in one[TEXT]]

    last = notebook.wait_until(saved, "a snapshot with the unit")[-1]
    assert words(last[HTML]).count("12.3457 mm") == 1 + shown.count("other")
