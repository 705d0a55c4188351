"""The kernel side of the hub, in a real kernel: the test plays the pages of browsers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from support.kernels import Kernel, value
from support.pages import Page

# A panel whose every move can be seen and made from cells.
PANELS = """
import threading, time
import numpy as np
from ipytango.extension import loaded
from ipytango.errors import OptionError
from ipytango.widgets import Frame, Panel
hub = loaded().hub

class Probe(Panel):
    view = "plain"
    title, value, error, buffers = "probe", 0, None, ()
    on = False

    def __init__(self, hub):
        super().__init__(hub)
        self.calls = []

    def _note(self, what):
        self.calls.append(what)
        if threading.current_thread().name != "ipytango-hub":
            self.calls.append("in the wrong thread")

    def config(self):
        return {"title": self.title}

    def frame(self, look):
        if self.error is not None:
            raise self.error
        return Frame({"text": self.value, "px": look.px, "first": look.first}, self.buffers)

    def command(self, op, argument):
        self._note((op, argument))
        if op == "fail":
            raise OptionError(argument)
        if op == "break":
            raise ZeroDivisionError(argument)
        return {"was": argument}

    def waken(self):
        self._note("waken")
        self.on = True

    def sleep(self):
        self._note("sleep")
        self.on = False

    def static_html(self):
        return f"<pre>{self.value}</pre>"

    def text(self):
        return f"probe {self.value}"

    def set(self, value):
        self.value = value
        self.changed()

def wait_until(condition, timeout_s=15):
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(hub.census())
        time.sleep(0.01)
"""


@pytest.fixture
def ready(green_kernel: Kernel) -> Kernel:
    """A green kernel with a hub of the test's own, and the probe in it."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run(PANELS).check()
    return green_kernel


def show(kernel: Kernel, name: str = "probe") -> str:
    """Display a new probe of that name; gives its id."""
    kernel.run(f"{name} = Probe(hub)\ndisplay({name})").check()
    return str(value(kernel, f"{name}.id"))


def page_of(kernel: Kernel, name: str = "page") -> Page:
    """Give a page on the kernel's hub, which a panel has to have opened."""
    return Page(kernel, value(kernel, "hub._wire._model.comm.comm_id"), name)


# --- displays -------------------------------------------------------------------------------------


def test_display_is_a_snapshot_with_its_place(ready: Kernel) -> None:
    outcome = ready.run("probe = Probe(hub)\nprobe").check()
    name = value(ready, "probe.id")
    shown = outcome.displays[-1]
    assert shown["text/html"] == f'<div data-ipytango="{name}"><pre>0</pre></div>'
    assert shown["text/plain"] == "probe 0"
    # A saved notebook that has a view of a widget shows an error instead when it is reopened.
    assert set(shown) == {"text/html", "text/plain"}


def test_terminal_shows_text(green_terminal: Any) -> None:
    green_terminal.run(PANELS.replace("import numpy as np\n", ""))
    assert "probe 0" in green_terminal.run("Probe(hub)")
    assert "True" in green_terminal.run(
        "import sys; 'anywidget' not in sys.modules and hub._thread is None"
    )


def test_nothing_is_imported_before_the_first_panel(fresh_green_kernel: Kernel) -> None:
    ready = fresh_green_kernel
    ready.run(PANELS).check()
    assert (
        value(ready, "[n for n in ('anywidget', 'ipywidgets') if n in __import__('sys').modules]")
        == []
    )


def test_widget_shows_the_panel_in_a_layout(ready: Kernel) -> None:
    ready.run(
        "import ipywidgets; probe = Probe(hub); box = ipywidgets.VBox([probe.as_widget()])"
    ).check()
    ready.run("box").check()
    assert value(ready, "(box.children[0].panel == probe.id, probe.on)") == (True, True)
    ready.run("probe.close(); wait_until(lambda: box.children[0].comm is None)").check()


# --- frames ---------------------------------------------------------------------------------------


def test_frames_come_as_the_panel_changes(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name, px=777)
    first = page.wait_for_frame(name, 0)
    assert first["d"] == {"text": 0, "px": 777, "first": True}
    assert first["f"] == 1
    ready.run("probe.set(1)").check()
    then = page.wait_for_frame(name, 1)
    assert then["d"]["first"] is False
    assert "f" not in then
    assert "in the wrong thread" not in str(value(ready, "probe.calls"))


def test_arrays_come_as_they_are(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    ready.run("probe.buffers = [np.arange(6.0, dtype='>f4').reshape(2, 3), b'ab']").check()
    page.hello(name)
    frame = page.wait_for_frame(name, 0)
    assert frame["b"] == [{"t": "f4", "s": [2, 3]}, {"t": "u1", "s": [2]}]
    assert frame["buffers"] == (np.arange(6, dtype="<f4").tobytes(), b"ab")


def test_panels_go_in_one_batch(ready: Kernel) -> None:
    """Many messages are dear to the server, the kernel and the page."""
    ready.run("many = [Probe(hub) for _ in range(30)]\nfor one in many: display(one)").check()
    names = value(ready, "[one.id for one in many]")
    page = page_of(ready)
    page.hello(*names)
    page.wait_for_frame(names[-1], 0)
    ready.run(
        "end_s = time.monotonic() + 2\n"
        "number = 0\n"
        "while time.monotonic() < end_s:\n"
        "    number += 1\n"
        "    many[number % 30].set(number)\n"
        "    time.sleep(0.001)"
    ).check()
    batches = page.heard("b")
    assert 5 <= len(batches) <= 30  # 10 per second, while it has room for so many
    assert sum(len(batch["p"]) for batch in batches) > 5 * len(batches)


def test_infinities_and_bad_text_arrive(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    ready.run(
        r"probe.set([float('nan'), np.float32('inf'), '\udce9<b>', {1: np.int64(3)}])"
    ).check()
    page.wait_for_frame(name, [None, "Infinity", "?<b>", {"1": 3}])


def test_error_of_a_frame_is_shown_and_logged_once(ready: Kernel) -> None:
    name = show(ready)
    other = show(ready, "other")
    page = page_of(ready)
    page.hello(name, other)
    page.wait_for_frame(other, 0)
    ready.run(
        "import logging\n"
        "records = []\n"
        "class Keep(logging.Handler):\n"
        "    def emit(self, record): records.append(record.getMessage())\n"
        "log, keep = logging.getLogger('ipytango.widgets'), Keep()\n"
        "log.addHandler(keep)\n"
        "probe.error = ValueError('no <b>good</b>')"
    ).check()
    for _ in range(3):
        ready.run("probe.changed()").check()
        page.wait_for("b", lambda m: m["p"] == [{"p": name, "e": "ValueError: no <b>good</b>"}])
        ready.run("other.set(other.value + 1)").check()
        page.wait_for_frame(other, value(ready, "other.value"))
    ready.run("log.removeHandler(keep)").check()
    assert len(value(ready, "records")) == 1
    ready.run("probe.error = None; probe.set('well')").check()
    page.wait_for_frame(name, "well")


def test_nothing_that_a_panel_raises_ends_the_thread(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    ready.run("probe.error = SystemExit('a display of the user'); probe.changed()").check()
    ready.run("wait_until(lambda: not hub._seats[probe.id].dirty)").check()
    ready.run("probe.error = None; probe.set('well')").check()
    page.wait_for_frame(name, "well")


def test_panel_that_has_no_snapshot_ends_all_the_same(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    ready.run(
        "def broken(): raise ValueError('no snapshot')\n"
        "probe.static_html = broken\n"
        "probe.close()\n"
        "wait_until(lambda: not probe.on)"
    ).check()
    page.wait_for("x", lambda message: message["p"] == [name])


def test_config_that_flutters_is_sent_seldom_and_before_the_frame(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    before = len(page.heard("o"))
    ready.run(
        "end_s = time.monotonic() + 1\n"
        "while time.monotonic() < end_s:\n"
        "    probe.configured()\n"
        "    time.sleep(0.001)"
    ).check()
    assert 2 <= len(page.heard("o")) - before <= 12
    ready.run("probe.title = 'new'; probe.configured(); probe.set('for the new one')").check()
    page.wait_for_frame(name, "for the new one")
    kinds = [
        m.content["data"]["content"]["k"]
        for m in sorted(ready.comm_messages(page.comm), key=lambda m: m.arrived_at)
        if m.content.get("data", {}).get("content", {}).get("k") in ("o", "b")
    ]
    assert page.heard("o")[-1]["p"][0]["c"] == {"title": "new"}
    assert kinds[-2:] == ["o", "b"]


# --- flow control ---------------------------------------------------------------------------------

FLOOD = """
def flood(seconds):
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        probe.set(probe.value + 1)
        time.sleep(0.002)
"""


def test_page_that_does_not_confirm_gets_no_more(ready: Kernel) -> None:
    """The server would keep all of it for a browser that is closed."""
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    ready.run(FLOOD).check()
    # On its own thread: a cell that runs would be taken for why nothing is heard.
    ready.run("thread = threading.Thread(target=flood, args=(6,)); thread.start()").check()
    newest = page.wait_for("b", lambda m: m["s"] >= 20)
    before = len(page.heard("b"))
    ready.wait_until(lambda: len(page.heard("h")) >= 4, "four heartbeats")
    assert len(page.heard("b")) <= before + 1
    # It goes on with the first confirmation.
    page.say("ack", s=newest["s"])
    page.wait_for("b", lambda m: m["s"] > newest["s"] + 3)
    ready.run("thread.join()").check()


def test_big_frame_waits_for_the_one_before(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    ready.run("probe.buffers = [bytes(2_000_000)]").check()
    page.hello(name)
    first = page.wait_for("b")
    ready.run("probe.set(1)").check()
    ready.wait_until(lambda: len(page.heard("h")) >= 3, "heartbeats")
    assert len(page.heard("b")) == 1
    page.say("ack", s=first["s"])
    page.wait_for_frame(name, 1)


def test_rate_is_the_panels_wish(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    for rate_hz in (30, 5):
        ready.run(f"probe.rate_hz = {rate_hz}").check()
        before = len(page.heard("b"))
        ready.run(FLOOD + "flood(1.5)").check()
        sent = len(page.heard("b")) - before
        assert sent <= 1.5 * rate_hz * 1.15 + 2
        page.say("ack", s=10**6)
        value(ready, "1")


def test_unseen_panels_are_not_sent(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    page.say("vis", m=[name], p={}, n=[])
    ready.run("probe.set(1)").check()
    value(ready, "1")
    ready.wait_until(lambda: len(page.heard("h")) >= 3, "heartbeats")
    assert [data["text"] for data in page.drawn(name)] == [0]
    page.see(name)
    assert page.wait_for_frame(name, 1)["d"]["first"] is True


def test_two_pages_have_each_what_they_show(ready: Kernel) -> None:
    one, two = show(ready, "one"), show(ready, "two")
    left, right = page_of(ready, "left"), page_of(ready, "right")
    left.hello(one, px=300)
    left.wait_for_frame(one, 0)
    right.hello(one, two, px=900)
    right.wait_for_frame(two, 0)
    assert right.drawn(one)[-1] == {"text": 0, "px": 900, "first": True}  # for the wider one
    right.say("bye")
    ready.run("one.set(1)").check()
    left.wait_for_frame(one, 1)
    assert left.drawn(one)[-1]["px"] == 300


def test_page_that_is_not_known_is_asked_who_it_is(ready: Kernel) -> None:
    show(ready)
    page = page_of(ready)
    page.say("ack", s=1)
    page.wait_for("w")


@pytest.mark.parametrize(
    "message",
    [{}, {"k": "vis"}, {"k": "vis", "p": 3}, {"k": "ack", "s": "x"}, {"k": "??"}, {"k": "cmd"}],
)
def test_bad_messages_do_no_harm(ready: Kernel, message: dict[str, Any]) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    content = {"c": page.name, **message}
    ready.send_comm(page.comm, {"method": "custom", "content": content})
    page.see(name)
    ready.run("probe.set(1)").check()
    page.wait_for_frame(name, 1)


def test_page_that_was_taken_for_gone_gets_all_again(ready: Kernel) -> None:
    """A laptop that slept."""
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    ready.run(
        "from ipytango.widgets.hub import _audience\n"
        "as_built_s, _audience.LOST_AFTER_S = _audience.LOST_AFTER_S, 0.5"
    ).check()
    # In a thread: a cell that runs would be taken for why nothing is heard.
    waiting = ready.start(
        "def tell():\n"
        "    wait_until(lambda: not hub.census()['pages'])\n"
        "    print('gone', flush=True)\n"
        "threading.Thread(target=tell).start()"
    )
    ready.wait_for_output(waiting, "gone")
    ready.run("_audience.LOST_AFTER_S = as_built_s").check()
    page.say("ack", s=1)
    page.wait_for("w")
    page.hello(name)
    ready.run("probe.set(1)").check()
    page.wait_for_frame(name, 1)


# --- while a cell runs ----------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["time.sleep(1.5)", "await asyncio.sleep(1.5)"])
def test_frames_go_on_while_a_cell_runs(ready: Kernel, cell: str) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    ready.run(
        FLOOD + "import asyncio\nthread = threading.Thread(target=flood, args=(30,), daemon=True)"
    ).check()
    running = ready.start(f"thread.start()\nprint('runs', flush=True)\n{cell}")
    ready.wait_for_output(running, "runs")
    seen = len(page.heard("b"))
    ready.wait_until(lambda: len(page.heard("b")) >= seen + 5, "frames")
    assert running.kernel.outputs_of(running).status == "running"
    running.finish().check()


def test_panel_shown_in_a_blocking_cell_gets_frames_unheard(ready: Kernel) -> None:
    """An old kernel, or one that is spoken to on its main shell, hears the page when it ends."""
    name = show(ready)
    page = page_of(ready)
    running = ready.start("probe.set(1)\ntime.sleep(2.5)")
    page.say("hello", v=1)  # on the main shell, where the cell is
    page.wait_for_frame(name, 1)
    opened = page.wait_for("o")
    assert opened["p"][0] == {"p": name, "w": "plain", "c": {"title": "probe"}}
    assert running.kernel.outputs_of(running).status == "running"
    running.finish().check()


# --- commands -------------------------------------------------------------------------------------


def test_command_is_answered_once(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    for _ in range(2):
        page.say("cmd", n=1, p=name, op="do", a=[1, None])
    answer = page.wait_for("r")
    assert (answer["c"], answer["n"], answer["v"]) == ("page", 1, {"was": [1, None]})
    assert value(ready, "probe.calls.count(('do', [1, None]))") == 1


@pytest.mark.parametrize(
    ("op", "said"), [("fail", "OptionError: so it is"), ("break", "ZeroDivisionError: so it is")]
)
def test_command_fails(ready: Kernel, op: str, said: str) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.say("cmd", n=1, p=name, op=op, a="so it is")
    assert page.wait_for("r")["e"] == said


def test_command_to_a_panel_that_is_gone_says_so(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    ready.run("probe.close()").check()
    page.wait_for("x", lambda message: message["p"] == [name])
    page.say("cmd", n=1, p=name, op="do", a=1)
    assert "closed" in page.wait_for("r")["e"]


# --- sleep ----------------------------------------------------------------------------------------


def test_panel_sleeps_when_its_output_is_removed_and_wakes_again(ready: Kernel) -> None:
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    page.see()
    ready.run("wait_until(lambda: not probe.on)").check()
    page.see(name)
    ready.run("wait_until(lambda: probe.on)").check()
    assert value(ready, "probe.calls") == ["waken", "sleep", "waken"]


def test_panel_of_nobody_is_dropped_when_it_sleeps(ready: Kernel) -> None:
    ready.run("display(Probe(hub), Probe(hub))").check()
    names = value(ready, "list(hub._seats)")
    page = page_of(ready)
    page.hello(*names)
    page.wait_for_frame(names[0], 0)
    page.see(names[1])
    ready.run("import gc; wait_until(lambda: (gc.collect(), len(hub._seats) == 1)[1])").check()
    assert value(ready, "list(hub._seats)") == [names[1]]
    # A page that still has its output is told.
    page.say("ask", u=[names[0]])
    assert page.wait_for("x")["p"] == [names[0]]


def test_page_that_goes_leaves_its_panels_awake(ready: Kernel) -> None:
    """A trend goes on while nobody has the notebook open."""
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    page.say("bye")
    ready.run(
        "wait_until(lambda: hub.census()['pages'] == 0)\n"
        "from ipytango.widgets.hub import _carrier\n"
        "time.sleep(_carrier.SLEEP_AFTER_S + 2 * _carrier.HEARTBEAT_S)"
    ).check()
    assert value(ready, "probe.on") is True
    page = page_of(ready, "reopened")
    page.hello(name)
    page.wait_for_frame(name, 0)


def test_what_nobody_has_mounted_any_more_sleeps_after_a_reload(ready: Kernel) -> None:
    kept, lost = show(ready, "kept"), show(ready, "lost")
    page = page_of(ready)
    page.hello(kept, lost)
    page.wait_for_frame(kept, 0)
    page.say("bye")
    ready.run(
        "from ipytango.widgets.hub import _audience\n"
        "as_built_s, _audience.REOPENED_S = _audience.REOPENED_S, 0.5"
    ).check()
    page = page_of(ready, "reloaded")
    page.hello(kept)
    ready.run("wait_until(lambda: not lost.on)\n_audience.REOPENED_S = as_built_s").check()
    assert value(ready, "kept.on") is True


# --- what a notebook keeps ------------------------------------------------------------------------


def test_snapshot_is_renewed(ready: Kernel) -> None:
    shown = ready.start("probe = Probe(hub)\ndisplay(probe)")
    shown.finish().check()
    name = value(ready, "probe.id")
    updating = ready.start(
        "probe.value = 5\nprobe.refresh_saved()\nprobe.refresh_saved()\n"
        "wait_until(lambda: hub._seats[probe.id].saved)"
    )
    updating.finish().check()
    value(ready, "1")
    updates = [
        message.content
        for messages in ready._messages.values()
        for message in messages
        if message.type == "update_display_data"
        and message.content["transient"] == {"display_id": name}
    ]
    assert len(updates) == 1  # the second time it was the same
    assert updates[0]["data"]["text/plain"] == "probe 5"


def test_closed_widget_lets_go_of_its_panel(ready: Kernel) -> None:
    ready.run(
        "import gc, weakref\nprobe = Probe(hub); other = Probe(hub)\n"
        "widget, kept = probe.as_widget(), other.as_widget()\n"
        "seen, still = weakref.ref(probe), weakref.ref(other)\n"
        "probe.on = False; widget.close(); hub._seats[probe.id].awake = None\n"
        "del probe, other; gc.collect()"
    ).check()
    # The hub's thread may look at it for a moment still.
    ready.wait_until(lambda: value(ready, "gc.collect() and None or seen()") is None, "its end")
    assert value(ready, "still() is None") is False


# --- the end --------------------------------------------------------------------------------------

CENSUS = """
def census():
    import comm, ipywidgets
    return (
        sorted(thread.name for thread in threading.enumerate() if "ipytango" in thread.name),
        len(comm.get_comm_manager().comms),
        len(ipywidgets.Widget.widgets if hasattr(ipywidgets.Widget, "widgets") else ()),
        len(hub._seats),
    )
"""


def test_unloading_leaves_nothing(ready: Kernel) -> None:
    ready.run("import ipywidgets" + CENSUS + "before = census()").check()
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)
    ready.run("other = Probe(hub); widget = other.as_widget()").check()
    assert value(ready, "census()") != value(ready, "before")
    ready.run("%unload_ext ipytango").check()
    assert page.wait_for("x", lambda message: "p" not in message)
    assert value(ready, "census()") == value(ready, "before")
    assert value(ready, "(probe.closed, probe.on, other.closed, other.on)") == (
        True,
        False,
        True,
        False,
    )
    # What is left over can be shown, as it was, and does nothing.
    assert ready.run("display(probe)").check().displays[-1]["text/plain"] == "probe 0"
    ready.run("probe.set(3); probe.refresh_saved(); probe.close()").check()


def test_hub_comes_again_with_the_extension(ready: Kernel) -> None:
    show(ready)
    ready.run("%unload_ext ipytango\n%load_ext ipytango").check()
    ready.run(PANELS).check()
    name = show(ready)
    page = page_of(ready)
    page.hello(name)
    page.wait_for_frame(name, 0)


def test_without_the_extension_it_is_said(fresh_kernel: Kernel) -> None:
    outcome = fresh_kernel.run("from ipytango.extension import loaded\nloaded()")
    assert outcome.error is not None
    assert outcome.error.ename == "NotLoaded"
    assert "%load_ext ipytango" in outcome.error.evalue
