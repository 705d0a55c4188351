"""The terminal harness itself: what it reads from a real IPython prompt is true."""

import time

import pytest

from conftest import StartTerminal
from support.terminals import Terminal, TerminalSilent


@pytest.fixture
def plain(start_terminal: StartTerminal) -> Terminal:
    """An IPython that knows no database."""
    return start_terminal()


def test_output_comes_without_prompt_and_echo(plain: Terminal) -> None:
    assert plain.run("print('a'); 1 + 1") == "a\nOut[1]: 2"
    assert plain.run("x = 3") == ""
    assert plain.run("x * 7") == "Out[3]: 21"


def test_lines_are_pasted_as_one_cell(plain: Terminal) -> None:
    assert plain.run("for i in range(2):\n    print(i)\n\nprint('end')") == "0\n1\nend"


def test_error_is_shown_and_the_next_prompt_comes(plain: Terminal) -> None:
    assert "ZeroDivisionError" in plain.run("1/0")
    assert plain.run("2") == "Out[2]: 2"


def test_ctrl_c_interrupts_a_running_cell(plain: Terminal) -> None:
    timer = "threading.Timer(0.2, print, ['asl' + 'eep'])"
    plain.start(f"import threading, time; {timer}.start(); time.sleep(60)")
    plain.expect("asleep")
    interrupted_at = plain.interrupt()
    assert "KeyboardInterrupt" in plain.wait_for_prompt()
    assert time.monotonic() - interrupted_at < 10
    assert plain.run("'on'") == "Out[2]: 'on'"


def test_ctrl_c_at_the_prompt_clears_the_line(plain: Terminal) -> None:
    plain.type("never run")
    plain.expect("never run")
    plain.interrupt()
    assert plain.run("5 * 7") == "Out[1]: 35"


def test_tab_completes(plain: Terminal) -> None:
    plain.run("a_long_name_of_mine = 'found'")
    plain.type("a_long_na\t")
    plain.expect("a_long_name_of_mine")
    assert plain.run("") == "Out[2]: 'found'"


def test_waiting_in_vain_fails_with_what_was_shown(plain: Terminal) -> None:
    plain.run("print('only this')")
    with pytest.raises(TerminalSilent, match="only this"):
        plain.expect("something else", timeout=0.5)
