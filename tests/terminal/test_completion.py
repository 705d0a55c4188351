"""TAB in a terminal, where completion runs on the loop of the prompt."""

from support.terminals import Terminal


def test_names_and_members(green_terminal: Terminal) -> None:
    terminal = green_terminal
    terminal.run("import tango; dev = tango.DeviceProxy('sys/tg_test/1')")
    terminal.type('tango.DeviceProxy("SYS/tg_\t')  # the only way on: it is taken at once
    terminal.expect("tg_test/")
    terminal.type("\t")
    terminal.expect("1")
    assert "'sys/tg_test/1'" in terminal.run('").name()')
    terminal.type("%tango_watch sys/tg_test/1/amp\t")
    terminal.expect("ampli")
    terminal.type("\x15dev.double_scalar\t")  # the line is emptied before
    terminal.expect("double_scalar_rww")


def test_tango_db_is_text(green_terminal: Terminal, tango_host: str) -> None:
    shown = green_terminal.run("%tango_db")
    assert f"Tango database {tango_host}" in shown
    assert "devices exported" in shown
