"""Names with every character that Tango takes, aliases and classes with nothing behind them."""

from __future__ import annotations

import ast
import shlex
import string
from collections.abc import Callable
from typing import Any

import pytest
import tango

from conftest import SERVERS
from ipytango.demo import Demo
from support.kernels import Kernel

# "*" stands for anything, "/" parts the levels, "#" begins an option and ":" a port; "->" is
# Tango's for a property. A backslash is taken by pytango-db, and not found again: it escapes there.
LETTERS = "".join(letter for letter in string.punctuation if letter not in "*/#:\\")
DEVICE = f"odd words/odd {LETTERS}/<b>1 & 2<b>"
ALIAS = f"odd alias {LETTERS}"


def database(demo: Demo) -> tango.Database:
    host, _, port = demo.tango_host.partition(":")
    return tango.Database(host, int(port))


@pytest.fixture(scope="module")
def odd(demo: Demo) -> None:
    """The device with these letters in its name runs, and has an alias with them."""
    demo.add_server(SERVERS / "event_server.py", "odd", {"Event": [DEVICE]})
    database(demo).put_device_alias(DEVICE, ALIAS)


@pytest.fixture
def notebook(green_kernel: Kernel, odd: None) -> Kernel:
    """A kernel with the functions of ipytango, which has been told of all news."""
    green_kernel.run("import ipytango, tango\n%refreshdb").check()
    return green_kernel


def value(kernel: Kernel, code: str) -> Any:
    """Evaluate an expression of plain values in the kernel."""
    return ast.literal_eval(kernel.run(code).check().result or "None")


def text_of(kernel: Kernel, code: str) -> str:
    """Give what a cell shows, as text."""
    outcome = kernel.run(code).check()
    return outcome.result or outcome.displays[-1]["text/plain"]


# --- every character ------------------------------------------------------------------------------


def test_odd_device_answers(notebook: Kernel) -> None:
    assert value(notebook, f"tango.DeviceProxy({DEVICE!r}).name()") == DEVICE
    assert value(notebook, f"tango.DeviceProxy({ALIAS!r}).name()") == DEVICE


@pytest.mark.parametrize("name", [DEVICE, ALIAS])
def test_odd_name_is_told_of_and_watched(notebook: Kernel, name: str) -> None:
    assert DEVICE in text_of(notebook, f"%tango_info {shlex.quote(name)}")
    assert f"{name}/pushed" in text_of(notebook, f"%tango_watch {shlex.quote(f'{name}/pushed')}")
    shown = text_of(notebook, f"%mon -a {shlex.quote(f'{name}/pushed')}")
    assert f"{DEVICE}/pushed" in shown
    notebook.run("%mon -r").check()


def test_odd_name_is_listed(notebook: Kernel) -> None:
    for code in ('%tango_ls "odd words/*"', "lsdev odd words.*", "lsdev"):
        shown = notebook.run(code).check().result_data
        assert DEVICE in shown["text/plain"], code
        assert "<b>" not in shown["text/html"].replace("<b style", ""), code
    assert ALIAS in notebook.run("%tango_ls --aliases").check().text


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_odd_name_is_completed_by_levels(notebook: Kernel, quote: str) -> None:
    line = f"%tango_panel {quote}od"
    for _ in range(3):
        line = completed(notebook, line)
    if is_open(line):  # else a mark in the name has had all of it quoted anew
        line += quote
    assert DEVICE in text_of(notebook, line)
    code = f"tango.DeviceProxy({quote or repr('')[0]}odd w"
    for _ in range(3):
        code = completed(notebook, code)
    assert value(notebook, f"{code}{quote or repr('')[0]}).name()") == DEVICE


def is_open(line: str) -> bool:
    """Say whether a quotation in the line has no end."""
    try:
        shlex.split(line)
    except ValueError:
        return True
    return False


def completed(kernel: Kernel, line: str) -> str:
    """Press TAB; takes the device of several that begin alike."""
    reply: dict[str, Any] = {}

    def offered() -> bool:
        reply.update(kernel.complete(line))
        return bool(reply["matches"])

    kernel.wait_until(offered, f"something for {line}")
    chosen = [match for match in reply["matches"] if "alias" not in match]
    assert len(chosen) == 1, chosen
    return line[: int(reply["cursor_start"])] + str(chosen[0])


def test_odd_name_is_found_in_the_explorer(notebook: Kernel) -> None:
    notebook.run("e = ipytango.explore()").check()
    for text, note in ((DEVICE.upper(), ""), ("BC>1 &".replace("BC", "<b"), ""), (ALIAS, "alias")):
        notebook.run(f"e.search({text!r})").check()
        shown = value(notebook, "e.text()")
        assert f"{DEVICE} {note}".strip() in shown, (text, shown)
        assert "<b>1" not in value(notebook, "e.static_html()")
    notebook.run("e.search('')").check()
    notebook.run(f"e.open({DEVICE!r})").check()
    assert value(notebook, "e.selected") == DEVICE
    assert notebook.run(f"e.panel({DEVICE!r}).text()").check().result
    notebook.run("e.close()").check()


# --- nothing behind it ----------------------------------------------------------------------------

GHOST, GHOST_ALIAS, GHOST_CLASS = "ghost/was/here", "ghost-alias", "GhostClass"


@pytest.fixture
def ghost(notebook: Kernel, demo: Demo) -> Callable[[], None]:
    """A device that has an alias, and alone has its class; the answer deletes it."""
    info = tango.DbDevInfo()
    info.name, info._class, info.server = GHOST, GHOST_CLASS, "GhostServer/1"
    database(demo).add_device(info)
    database(demo).put_device_alias(GHOST, GHOST_ALIAS)
    notebook.run("%refreshdb").check()
    return lambda: database(demo).delete_device(GHOST)


def test_explorer_of_what_has_gone_meanwhile(notebook: Kernel, ghost: Callable[[], None]) -> None:
    notebook.run("a, c = ipytango.explore(by='alias'), ipytango.explore(by='class')").check()
    assert GHOST_ALIAS in value(notebook, "a.text()")
    assert GHOST_CLASS in value(notebook, "c.text()")
    notebook.run("a.search('ghost'); c.search('ghostcl')").check()
    assert f"{GHOST} alias {GHOST_ALIAS}" in value(notebook, "a.text()")
    assert f"▾ {GHOST_CLASS} class\n  · {GHOST}" in value(notebook, "c.text()")
    ghost()
    notebook.run("c.search('')\nc.refresh()\nc._tree.settling.wait(5)").check()
    assert GHOST_CLASS not in value(notebook, "c.text()")
    # By an explorer that has seen the class, and not yet that it is empty.
    notebook.run(f"c._tree.open(({GHOST_CLASS!r},))\nc._tree.settling.wait(5)").check()
    assert value(notebook, f"c._tree.node(({GHOST_CLASS!r},)).branches") == ()
    notebook.run(f"a.command('see', dict(view='x', devices=[{GHOST_ALIAS!r}]))").check()
    state = f"(a._states.of({GHOST_ALIAS!r}).instead)"
    notebook.wait_until(lambda: value(notebook, state) == "unknown", "no such device")
    notebook.run("a.close()\nc.close()").check()


def test_alias_and_class_of_nothing(notebook: Kernel, ghost: Callable[[], None]) -> None:
    assert completed_to(notebook, f"%tango_info {GHOST_ALIAS[:8]}") == [f"{GHOST_ALIAS}/"]
    assert completed_to(notebook, f'{GHOST_CLASS}("') == ["ghost/"]
    assert GHOST in text_of(notebook, f"%tango_info {GHOST_ALIAS}")
    assert GHOST in text_of(notebook, f"%tango_info {GHOST_CLASS}")
    ghost()
    notebook.run("%refreshdb").check()
    for line in (
        *(f"%tango_info {name}" for name in (GHOST_ALIAS, GHOST_CLASS, GHOST)),
        *(f"%tango_info --kind {what}" for what in (f"device {GHOST}", f"class {GHOST_CLASS}")),
        f"%mon -a {GHOST_ALIAS}/x",
        f"%mon -a {GHOST}/x",
    ):
        said = notebook.run(line).text
        assert "UsageError" in said or "not" in said, (line, said)
        assert "Traceback" not in said, said
    assert "no devices" in text_of(notebook, "lsdev ghost.*")
    assert "no classes" in text_of(notebook, f"lsdevclass {GHOST_CLASS}")
    for line in (f"%tango_info {GHOST_ALIAS[:8]}", f'{GHOST_CLASS}("', "%lsdevclass Ghost"):
        while completed_to(notebook, line):  # until the database has answered anew
            pass
    assert f"{GHOST}/x" in text_of(notebook, f"%tango_watch {GHOST}/x")


def completed_to(kernel: Kernel, line: str) -> list[str]:
    """Press TAB; gives what is offered of the ghost."""
    matches: list[str] = kernel.complete(line)["matches"]
    return [match for match in matches if "ghost" in match.lower()]


def test_alias_of_an_attribute_of_no_device(notebook: Kernel, demo: Demo) -> None:
    database(demo).put_attribute_alias(f"{GHOST}/value", "ghost-value")
    for line in ("%mon -a ghost-value", "%tango_info ghost-value"):
        said = notebook.run(line).text
        assert "Traceback" not in said, said
        assert said.strip()
    assert "ghost" in text_of(notebook, "%tango_watch ghost-value")
    assert "ghost-value" in notebook.run("%tango_ls --aliases").check().text
    database(demo).delete_attribute_alias("ghost-value")
