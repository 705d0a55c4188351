"""ITango's commands and the listings in a terminal: the same facts as text."""

import re

from support.terminals import Terminal


def test_commands_answer_with_text(green_terminal: Terminal) -> None:
    terminal = green_terminal
    for command, shown in (
        ("lsdev", r"sys/tg_test/1 .*TangoTest +TangoTest/test"),
        ("lsdev sys/tg.*", r"1 device like sys/tg"),
        ("lsdevclass", r"TangoTest +\d"),
        ("lsserv", r"TangoTest/test +\S+ +yes"),
        ("%tango_ls sys/tg*", r"sys/tg_test/1 .*TangoTest"),
        ("%tango_info sys/tg_test/1", r"double_scalar +DevDouble"),
        ("%tango_info sys/tg_test/1/double_scalar", r"change event +0\.1"),
        ("refreshdb", r"Tango database"),
        ("TangoTest('sys/tg_test/1').state()", r"RUNNING"),
        ("get_device_map()['sys/tg_test/1']", r"'TangoTest/test', 'TangoTest'"),
        ("mon -a sys/tg_test/1/double_scalar", r"monitored: sys/tg_test/1/double_scalar"),
        ("mon", r"0 +sys/tg_test/1/double_sca\S+ +-?\d"),
        ("mon -i 0", r"event 0"),
        ("mon -l sys.* double.*", r"sys/tg_test/1/double_scalar"),
        ("mon -r", r"nothing is monitored now"),
        ("Device('sys/tg_test/1').command_inout('nosuch')", r"API_CommandNotFound"),
        ("tango_error", r"API_CommandNotFound: Command nosuch not found"),
        ("1 / 0", r"ZeroDivisionError"),
        ("python_error", r"division by zero"),
        ("%lsdev *", r"UsageError: %lsdev: .* no regular expression"),
    ):
        seen = terminal.run(command)
        assert re.search(shown, seen), f"{command}: {seen}"
    assert "anywidget" not in terminal.run(
        "import sys; [m for m in sys.modules if 'widget' == m[-6:]]"
    )
