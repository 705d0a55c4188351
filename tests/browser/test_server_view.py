"""The panel of a device server: in a page of the test's own, and in a real JupyterLab."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import tango
from playwright.sync_api import expect

from browser.fake_kernel import FakeKernel
from browser.live import LOAD
from ipytango.widgets import Frame

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from browser.conftest import OpenNotebook
    from browser.page import NotebookPage

SCRIPT = "<script>document.title = 'executed'</script><img src=x onerror=\"document.title='run'\">"

KEEPS_JS = """text => {
    const { cells } = jupyterapp.shell.currentWidget.content.model;
    return [...cells][1].outputs.toJSON().some((output) =>
        [output.data?.["text/html"]].flat().join("").includes(text));
}"""

LAMP = """\
%%tango_server
from tango import DevState, GreenMode
from tango.server import Device, command

class Lamp(Device):
    green_mode = GreenMode.Asyncio

    @command
    async def say(self, words: str):
        print(words)
"""


def frame(state: str = "running", **more: Any) -> Frame:
    told = {
        "state": state,
        "colour": "#2e8b57",
        "since": time.time(),
        "error": "",
        "devices": ["tango://127.0.0.1:1/a/b/c#dbase=no"],
        "facts": [["green mode", "asyncio"]],
        "note": "NO_SYNC",
        "log": "",
    }
    return Frame(told | more, whole=True)


def part(slot: Locator, name: str) -> Locator:
    return slot.locator(f".ipytango-server-{name}")


def test_what_is_told_is_shown_as_text(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show(
        "s", "server", {"name": SCRIPT}, frame(log=SCRIPT, error=SCRIPT, devices=[SCRIPT])
    )
    for name in ("name", "log", "error", "full"):
        expect(part(slot, name)).to_have_text(SCRIPT)
    assert fake_kernel.page.title() not in ("executed", "run")


@pytest.mark.parametrize(
    ("state", "able"),
    [
        ("running", {"Restart", "Stop"}),
        ("starting", {"Stop"}),
        ("stopping", set()),
        ("stopped", {"Restart"}),
        ("ended", {"Restart"}),
        ("failed", {"Restart"}),
        ("replaced", set()),
    ],
)
def test_buttons_do_what_can_be_done(fake_kernel: FakeKernel, state: str, able: set[str]) -> None:
    slot = fake_kernel.show("s", "server", {"name": "Lamp/notebook"}, frame(state))
    expect(part(slot, "lamp")).to_have_text(state)
    for name in ("Restart", "Stop"):
        button = slot.get_by_role("button", name=name, exact=True)
        assert button.is_enabled() == (name in able)
        if name in able:
            button.click()
            command = fake_kernel.wait_for("cmd", f"m => m.op === '{name.lower()}'")
            expect(button).to_be_disabled()
            fake_kernel.answer(command, v=None)
            fake_kernel.wait_for_ack(fake_kernel.draw("s", frame(state)))
            expect(button).to_be_enabled()


def test_a_refusal_is_shown_and_the_button_stays(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("s", "server", {"name": "Lamp/notebook"}, frame())
    button = slot.get_by_role("button", name="Stop", exact=True)
    button.click()
    fake_kernel.answer(fake_kernel.wait_for("cmd"), e="it was replaced")
    expect(slot).to_contain_text("it was replaced")
    expect(button).to_be_enabled()


def test_the_log_is_followed_until_somebody_reads(fake_kernel: FakeKernel) -> None:
    lines = [f"line {number}" for number in range(100)]
    slot = fake_kernel.show("s", "server", {"name": "Lamp"}, frame(log="\n".join(lines)))
    log = part(slot, "log")

    def draw(log: str) -> None:
        fake_kernel.wait_for_ack(fake_kernel.draw("s", frame(log=log)))

    to_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    assert log.evaluate(to_end) <= 1
    draw("\n".join([*lines, "more"]))
    assert log.evaluate(to_end) <= 1
    log.evaluate("log => { log.scrollTop = 10; }")
    draw("\n".join([*lines, "more", "and more"]))
    assert log.evaluate("log => log.scrollTop") == 10


# --- in JupyterLab --------------------------------------------------------------------------------


def proxy(notebook: NotebookPage) -> tango.DeviceProxy:
    return tango.DeviceProxy(notebook.evaluate_in_kernel("server.devices[0]").strip("'"))


def test_a_server_lives_in_a_notebook(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(LOAD, LAMP, "server = _", "time.sleep(300)")
    for cell in range(3):
        notebook.run(cell)
    output = notebook.output(1)
    lamp = part(output, "lamp").filter(visible=True)
    expect(lamp).to_have_text("running")
    expect(part(output, "note").filter(visible=True)).to_contain_text("NO_SYNC")
    device = proxy(notebook)
    name = notebook.evaluate_in_kernel("server.devices[0]").strip("'")
    expect(part(output, "full").filter(visible=True)).to_have_text(name)
    pid = notebook.evaluate_in_kernel("server.pid")

    # All of it while a cell runs, and blocks.
    notebook.start(3)
    device.say("let there be light")
    expect(part(output, "log").filter(visible=True)).to_contain_text("let there be light")
    output.get_by_role("button", name="Restart").click()
    expect(part(output, "facts").filter(visible=True)).not_to_contain_text(pid)
    expect(lamp).to_have_text("running")
    device.say("and again")
    expect(part(output, "log").filter(visible=True)).to_contain_text("and again")
    output.get_by_role("button", name="Stop").click()
    expect(lamp).to_have_text("stopped")
    with pytest.raises(tango.DevFailed):
        device.ping()
    assert notebook.is_running(3)
    notebook.interrupt()
    notebook.finish(3)
    notebook.page.wait_for_function(KEEPS_JS, arg="stopped</span>")
    notebook.save()
    notebook.shut_down_kernel()
    notebook.reload()
    notebook.wait_for_text(1, "Lamp/notebook")
    expect(notebook.output(1)).to_contain_text("stopped")
    expect(notebook.output(1)).to_contain_text("and again")


def test_a_crash_is_seen(open_notebook: OpenNotebook) -> None:
    dies = "    @command\n    async def die(self):\n        import os\n        os._exit(3)\n"
    notebook = open_notebook(LOAD, LAMP + dies, "server = _")
    for cell in range(3):
        notebook.run(cell)
    with pytest.raises(tango.DevFailed):
        proxy(notebook).die()
    output = notebook.output(1)
    expect(part(output, "lamp").filter(visible=True)).to_have_text("ended")
    expect(part(output, "error").filter(visible=True)).to_contain_text("exit code 3")
    output.get_by_role("button", name="Restart").click()
    expect(part(output, "lamp").filter(visible=True)).to_have_text("running")
