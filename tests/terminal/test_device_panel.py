"""`%tango_panel` in a terminal: text that is written anew in its place, until Ctrl-C."""

from support.terminals import Terminal


def test_panel_is_text_that_goes_on_until_ctrl_c(green_terminal: Terminal) -> None:
    terminal = green_terminal
    terminal.start("%tango_panel sys/tg_test/1")
    shown = terminal.expect("Ctrl-C ends it")
    assert "sys/tg_test/1: " in shown
    assert "TangoTest/test" in shown
    assert "double_scalar" in shown
    terminal.interrupt()
    assert "Traceback" not in terminal.wait_for_prompt()
    census = terminal.run("import ipytango.extension as e; e.loaded().hub.client.feeds.census()")
    assert "followings=0" in census

    shown = terminal.run("import ipytango; p = ipytango.panel('sys/tg_test/1'); p")
    assert "SwitchStates()" in shown
    assert "3 attributes and commands for experts are not shown" in shown
    shown = terminal.run("%tango_panel no such")
    assert "UsageError" in shown
    assert "Traceback" not in shown
