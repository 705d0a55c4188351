"""`%tango_watch` and `%tango_plot` in a terminal: text written anew in place, until Ctrl-C."""

import re

import pytest

from support.terminals import Terminal

_HINT = "Ctrl-C ends it"
_VALUE = r"sys/tg_test/1/ampli +\S+"


@pytest.mark.parametrize(
    ("magic", "other", "value", "shows"),
    [
        ("%tango_watch", "nosuch", f"{_VALUE} +valid", "API_AttrNotFound"),
        ("%tango_plot", "wave", _VALUE, "wave"),
    ],
)
def test_text_follows_until_ctrl_c(
    green_terminal: Terminal, magic: str, other: str, value: str, shows: str
) -> None:
    terminal = green_terminal
    terminal.run("import asyncio, tango; dev = tango.DeviceProxy('sys/tg_test/1'); dev.ampli = 1")
    terminal.run(
        "async def write():\n"
        "    await asyncio.sleep(0.5)\n"
        "    await dev.write_attribute('ampli', 42.5, green_mode=tango.GreenMode.Asyncio)\n"
        "task = asyncio.create_task(write())"
    )
    terminal.start(f"{magic} sys/tg_test/1/ampli sys/tg_test/1/{other} --period 0.1")
    shown = terminal.expect(_HINT)
    assert re.search(value, shown), shown
    assert shows in shown
    terminal.expect("42.50")  # written by a task of this very shell
    terminal.interrupt()
    ended = terminal.wait_for_prompt()
    assert "Traceback" not in ended
    census = terminal.run("import ipytango.extension as e; e.loaded().hub.client.feeds.census()")
    assert "followings=0" in census


def test_objects_are_text_and_bad_input_is_one_line(green_terminal: Terminal) -> None:
    for name, value in (("watch", f"{_VALUE} +valid"), ("plot", _VALUE)):
        shown = green_terminal.run(f"import ipytango; ipytango.{name}('sys/tg_test/1/ampli')")
        assert re.search(value, shown), shown
        shown = green_terminal.run(f"%tango_{name} sys/tg_test/1")
        assert "UsageError" in shown
        assert "Traceback" not in shown
    assert "anywidget" not in green_terminal.run(
        "import sys; [m for m in sys.modules if 'widget' == m[-6:]]"
    )
