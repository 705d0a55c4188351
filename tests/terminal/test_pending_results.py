"""What is pending, in a terminal: the same facts on a line, and nothing for a browser."""

import re

import pytest

from support.terminals import Terminal

DEFINITIONS = (
    "import asyncio, gevent, sys, tango; "
    "slow = tango.DeviceProxy('test/slow/1'); slow.set_timeout_millis(20_000)"
)


@pytest.mark.parametrize("green_terminal", ["futures"], indirect=True)
def test_pending_results_are_lines_of_text(
    green_terminal: Terminal, slow_devices: tuple[str, ...]
) -> None:
    assert "Error" not in green_terminal.run(DEFINITIONS)
    shown = green_terminal.run("x = slow.read_attribute('ts_hang', wait=False); x")
    assert re.search(r"Future test/slow/1 read_attribute\('ts_hang'\): \w+ for [\d.]+ s", shown)
    shown = green_terminal.run("{'one': x, 'other': gevent.Greenlet(print)}")
    assert "2 pending results: 2 pending" in shown
    # The client may have sent the request twice, and each release lets go only what waits then.
    green_terminal.run("def let_go():\n    while not x.done(): slow.release()")
    assert "Error" not in green_terminal.run("let_go(); x.result();")
    assert "Future test/slow/1 read_attribute('ts_hang'): done after" in green_terminal.run("x")
    assert "False" in green_terminal.run("'anywidget' in sys.modules")
