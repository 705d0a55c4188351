"""`%tango_plot` in a terminal: lines of text that follow, until Ctrl-C."""

import re

from support.terminals import Terminal

_LINES = "Ctrl-C ends it"


def test_lines_follow_until_ctrl_c(green_terminal: Terminal) -> None:
    terminal = green_terminal
    terminal.run("import asyncio, tango; dev = tango.DeviceProxy('sys/tg_test/1'); dev.ampli = 1")
    terminal.run(
        "async def write():\n"
        "    await asyncio.sleep(0.5)\n"
        "    await dev.write_attribute('ampli', 42.5, green_mode=tango.GreenMode.Asyncio)\n"
        "task = asyncio.create_task(write())"
    )
    terminal.start("%tango_plot sys/tg_test/1/ampli sys/tg_test/1/wave --period 0.1")
    shown = terminal.expect(_LINES)
    assert re.search(r"sys/tg_test/1/ampli +\S+", shown), shown
    terminal.expect("42.50")  # written by a task of this very shell
    terminal.interrupt()
    ended = terminal.wait_for_prompt()
    assert "Traceback" not in ended
    census = terminal.run("import ipytango.extension as e; e.loaded().hub.client.feeds.census()")
    assert "followings=0" in census


def test_object_is_text(green_terminal: Terminal) -> None:
    shown = green_terminal.run("import ipytango; p = ipytango.plot('sys/tg_test/1/ampli'); p")
    assert re.search(r"sys/tg_test/1/ampli +\S+", shown), shown
    assert "anywidget" not in green_terminal.run(
        "import sys; [m for m in sys.modules if 'widget' == m[-6:]]"
    )


def test_bad_input_is_one_line(green_terminal: Terminal) -> None:
    shown = green_terminal.run("%tango_plot sys/tg_test/1")
    assert "UsageError" in shown
    assert "Traceback" not in shown
