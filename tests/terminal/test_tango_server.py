"""`ipytango.serve` in a terminal: the same as text."""

from support.terminals import Terminal


def test_a_server_is_text(green_terminal: Terminal) -> None:
    terminal = green_terminal
    terminal.run("import ipytango\nfrom tango.server import Device, attribute")
    terminal.run(
        "class Lamp(Device):\n    @attribute\n    def power(self) -> float:\n        return 1.5\n"
    )
    shown = terminal.run("server = ipytango.serve(Lamp); server")
    assert "Device server Lamp/notebook: running since" in shown
    assert "/ipytango/lamp/1#dbase=no" in shown
    assert "1.5" in terminal.run("server.proxy.power")
    assert "stopped" in terminal.run("server.stop(); server")
    failed = terminal.run("class Bad(Device):\n    def init_device(self):\n        1 / 0\n")
    failed = terminal.run("ipytango.serve(Bad)")
    assert "ServerError: The server did not start: ZeroDivisionError" in failed
    assert "line 3, in init_device" in failed
