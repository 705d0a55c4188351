"""`%tango_ls` and `ipytango.ls` in a real kernel: what is listed, found, shown and taken away."""

import json
from collections.abc import Callable

import pytest

from ipytango.demo import Demo
from support.kernels import Kernel, value

StartKernel = Callable[..., Kernel]

HTML, TEXT = "text/html", "text/plain"

# Every character that a name may have in Tango's own words, and what HTML would make of some.
ODD = "test/odd-_+@!$%&()=~^{}<b>|;,.'x/1"

REGISTERED = f"""\
import tango
database = tango.Database()
def register(name, kind, server):
    info = tango.DbDevInfo()
    info.name, info._class, info.server = name, kind, server
    database.add_device(info)
register("test/listed/1", "Listed", "Listed/a")
register("test/listed/2", "Listed", "Listed/a")
register("test/unlisted/1", "Listed", "Listed/b")
register({ODD!r}, "Odd", "Odd/x")
register("test/blank/a b", "Blank", "Blank/x")
database.put_device_alias("test/listed/1", "the-first")
"""


@pytest.fixture
def notebook(green_kernel: Kernel, demo: Demo) -> Kernel:
    """A kernel with ipytango, in whose database some devices are registered that never ran."""
    assert demo.tango_host
    green_kernel.run(f"%tango_green synchronous\n{REGISTERED}\n%refreshdb").check()
    return green_kernel


def names(kernel: Kernel, arguments: str) -> list[str]:
    """Give the names that are listed."""
    return list(value(kernel, f"found = %tango_ls {arguments}\nfound.names"))


def test_devices_are_listed_with_who_serves_them(notebook: Kernel) -> None:
    shown = notebook.run("%tango_ls").check().result_data
    for mime in (HTML, TEXT):
        assert "TangoTest/test" in shown[mime]
        assert "the-first" in shown[mime]
    line = next(line for line in shown[TEXT].splitlines() if line.startswith("sys/tg_test/1"))
    assert line.split()[1:3] == ["TangoTest", "TangoTest/test"]
    assert line.endswith("yes")
    assert "dserver/" not in shown[TEXT]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("test/listed/*", ["test/listed/1", "test/listed/2"]),
        ("TEST/Listed/?", ["test/listed/1", "test/listed/2"]),
        ("test/listed/[2-9]", ["test/listed/2"]),
        ("unlist", ["test/unlisted/1"]),
        ("*/listed/1", ["test/listed/1"]),
        ("the-fir*", ["test/listed/1"]),
        ("no/such/*", []),
        ("--classes Listed", ["Listed"]),
        ("--servers listed/*", ["Listed/a", "Listed/b"]),
        ("--aliases *first", ["the-first"]),
        ("'*a b*'", ["test/blank/a b"]),
        ('test/"blank/a b"', ["test/blank/a b"]),
        ("--servers 'Listed/*'", ["Listed/a", "Listed/b"]),
    ],
)
def test_pattern_finds(notebook: Kernel, arguments: str, found: list[str]) -> None:
    assert names(notebook, arguments) == found


def test_name_with_a_blank_is_told_of(notebook: Kernel) -> None:
    found = "i = %tango_info 'test/blank/a b'\n(i.kind, i.facts['class'])"
    assert value(notebook, found) == ("device", "Blank")


def test_servers_own_devices_are_listed_when_asked_for(notebook: Kernel) -> None:
    assert "dserver/TangoTest/test" in names(notebook, "dserver/*")


def test_name_of_every_legal_character_is_shown_as_it_is(notebook: Kernel) -> None:
    shown = notebook.run("%tango_ls test/odd*").check().result_data
    assert ODD in shown[TEXT]
    assert "<b>" not in shown[HTML].replace("<b>|", "").replace('<b style="font-weight:600">', "")
    assert "&lt;b&gt;" in shown[HTML]


def test_rows_are_plain_values(notebook: Kernel) -> None:
    row = "(row.name, row.alias, row.class_name, row.server, row.host, row.exported)"
    assert value(notebook, f"found = %tango_ls test/listed/1\nrow = found[0]\n{row}") == (
        *("test/listed/1", "the-first", "Listed", "Listed/a", "", False),
    )
    assert value(notebook, "len(found), 'TEST/listed/1' in found, [r.name for r in found][:1]") == (
        *(1, True, ["test/listed/1"]),
    )


def test_table_is_taken_away(notebook: Kernel) -> None:
    code = "import ipytango\nipytango.ls('test/listed/*').to_pandas().to_json(orient='records')"
    records = json.loads(value(notebook, code))
    assert [record["device"] for record in records] == ["test/listed/1", "test/listed/2"]
    assert records[0]["class"] == "Listed"


def test_result_stays_under_the_cell(notebook: Kernel) -> None:
    """ITango answers to a pager only: a saved notebook would keep nothing."""
    outcome = notebook.run("%tango_ls test/listed/*").check()
    assert {HTML, TEXT} <= set(outcome.result_data)
    pages = [message.content.get("payload") for message in outcome.messages]
    assert not any(pages)


def test_everything_else_goes_on_meanwhile(notebook: Kernel) -> None:
    """The wait for the database parks the cell."""
    code = (
        "import asyncio, ipytango\nturns = []\n"
        "async def turn():\n"
        "    while True:\n        turns.append(1)\n        await asyncio.sleep(0)\n"
        "task = asyncio.create_task(turn())\n"
        "%refreshdb\n_ = ipytango.ls()\ntask.cancel(); len(turns) > 0"
    )
    assert notebook.run(code).check().result == "True"


@pytest.mark.parametrize("arguments", ["--nosuch", "a b", "--classes --hosts x y"])
def test_wrong_use_is_one_line(notebook: Kernel, arguments: str) -> None:
    outcome = notebook.run(f"%tango_ls {arguments}")
    assert "UsageError" in outcome.text
    assert "Traceback" not in outcome.text


def test_database_that_is_not_there_is_said(start_kernel: StartKernel) -> None:
    kernel = start_kernel()  # TANGO_HOST names nobody
    kernel.run("%load_ext ipytango").check()
    for magic in ("%tango_ls", "%tango_info TangoTest", "%lsdev", "%lsserv", "%lsdevclass"):
        shown = kernel.run(magic).text
        assert "UsageError" in shown, shown
        assert "Traceback" not in shown
    shown = kernel.run("%tango_info sys/tg_test/1").text
    assert "cannot be reached" in shown, shown
