"""What a user of ITango types, in a real kernel: every command with its arguments, every name."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ipytango.demo import Demo, DeviceServer
from support.kernels import Kernel, value
from support.pages import Page

StartKernel = Callable[..., Kernel]
StartServer = Callable[..., DeviceServer]

HTML, TEXT = "text/html", "text/plain"

FUNCTIONS = ("alias_list", "alias_map", "class_map", "device_list", "device_map", "server_map")


@pytest.fixture
def notebook(green_kernel: Kernel, demo: Demo) -> Iterator[Kernel]:
    """A kernel with ipytango in which nothing is monitored, and whose namespace is empty."""
    assert demo.tango_host
    yield green_kernel
    green_kernel.run("%mon -r").check()
    green_kernel.run("%reset -f").check()


def usage_error(kernel: Kernel, code: str) -> str:
    """Give the one line that wrong use ends with."""
    text = kernel.run(code).text
    assert "UsageError" in text, text
    assert "Traceback" not in text
    return text


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "there", "not_there"),
    [
        ("lsdev", ["sys/tg_test/1", "sys/database/2"], []),
        ("%lsdev", ["sys/tg_test/1"], ["dserver/"]),
        ("lsdev sys/tg.*", ["sys/tg_test/1"], ["sys/database/2"]),
        ("lsdev SYS/TG", ["sys/tg_test/1"], ["sys/database/2"]),
        ("lsdev tg_test", [], ["sys/tg_test/1"]),  # a name is to begin so, as in ITango
        ("lsdevclass", ["TangoTest", "DataBase"], ["DServer"]),
        ("lsdevclass Tango.*", ["TangoTest"], ["DataBase"]),
        ("lsserv", ["TangoTest/test", "DataBaseds/2"], []),
        ("lsserv tangotest/.*", ["TangoTest/test"], ["DataBaseds/2"]),
    ],
)
def test_list(notebook: Kernel, command: str, there: list[str], not_there: list[str]) -> None:
    data = notebook.run(command).check().result_data
    for name in there:
        assert name in data[TEXT]
        assert name in data[HTML]
    for name in not_there:
        assert name not in data[TEXT]


def test_expression_that_is_none_is_one_line(notebook: Kernel) -> None:
    assert "no regular expression" in usage_error(notebook, "%lsdev sys/(")


# --- databases ------------------------------------------------------------------------------------


def test_database_is_refreshed(notebook: Kernel, tango_host: str) -> None:
    assert tango_host in notebook.run("refreshdb").check().text


@pytest.mark.parametrize("written", ["{host}:{port}", "{host} {port}", "{port}"])
def test_database_is_switched(notebook: Kernel, tango_host: str, written: str) -> None:
    host, _, port = tango_host.partition(":")
    shown = notebook.run(f"switchdb {written.format(host=host, port=port)}").check().text
    assert tango_host in shown
    assert value(notebook, "DB_NAME") == tango_host


def test_database_that_is_not_there_keeps_the_old_one(notebook: Kernel, tango_host: str) -> None:
    usage_error(notebook, "%switchdb 127.0.0.1:1")
    assert value(notebook, "DB_NAME") == tango_host
    assert "give the database" in usage_error(notebook, "%switchdb")


# --- events ---------------------------------------------------------------------------------------


@pytest.fixture
def device(start_server: StartServer) -> str:
    """A device of the test's own, which sends an event when it is written to."""
    return start_server("event").devices[0]


def shown(kernel: Kernel, code: str) -> dict[str, str]:
    """Give what a cell with `mon` shows: a panel's snapshot, or an event."""
    outcome = kernel.run(code).check()
    return dict(outcome.result_data or outcome.displays[-1])


def events(kernel: Kernel) -> list[tuple[int, str, Any, bool]]:
    """Give the recorded events: id, attribute, value, whether it is an error."""
    code = (
        "table = get_ipython().run_line_magic('mon', '')\n"
        "[(e.id, e.reading.attribute, e.reading.value, e.reading.failure is not None)"
        " for e in table]"
    )
    return list(value(kernel, code))


def wait_for_value(kernel: Kernel, attribute: str, number: float) -> list[tuple[int, Any]]:
    """Wait until a value has been recorded; gives ids and values of the attribute."""
    found: list[tuple[int, Any]] = []

    def recorded() -> bool:
        found[:] = [(id_, of) for id_, name, of, _ in events(kernel) if name == attribute]
        return any(of == number for _, of in found)

    kernel.wait_until(recorded, f"an event of {attribute} with {number}")
    return found


def test_events_are_recorded_and_shown(notebook: Kernel, device: str) -> None:
    attribute = f"{device}/pushed"
    assert f"monitored: {attribute}" in shown(notebook, f"mon -a {attribute}")[TEXT]
    notebook.run(f"Device({device!r}).write_attribute('pushed', 4.5)").check()
    found = wait_for_value(notebook, attribute, 4.5)
    data = shown(notebook, "mon")
    for mime in (TEXT, HTML):
        assert "4.500" in data[mime]
        assert "mm" in data[mime]
    number = next(id_ for id_, of in found if of == 4.5)
    assert "4.500 mm" in shown(notebook, f"mon -i {number}")[TEXT]
    assert attribute in shown(notebook, "mon -l test/.* pus.*")[TEXT]
    assert attribute in shown(notebook, "mon -l TEST pushed")[TEXT]
    assert shown(notebook, "mon -l sys.* .*")[TEXT].startswith("0 events")
    notebook.run(f"mon -d {attribute.upper()}").check()
    notebook.run(f"Device({device!r}).write_attribute('pushed', 5.5)").check()
    assert not [of for _, _, of, _ in events(notebook) if of == 5.5]
    assert "not being monitored" in usage_error(notebook, f"%mon -d {attribute}")


def test_error_of_the_device_is_an_event(notebook: Kernel, device: str) -> None:
    notebook.run(f"mon -a {device}/failing").check()
    number = next(id_ for id_, name, _, failed in events(notebook) if failed and device in name)
    data = shown(notebook, f"mon -i {number}")
    assert "Test_Failed" in data[TEXT]
    assert "<script" not in data[HTML].lower()
    assert "<script" not in shown(notebook, "mon")[HTML].lower()
    notebook.run("mon -r").check()
    assert "nothing is monitored now" in shown(notebook, "mon")[TEXT]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("-a", "give one attribute"),
        ("-a sys/tg_test/1", "names a device"),
        ("-a sys/tg_test/1/nosuch", "API_AttrNotFound"),
        ("-d sys/tg_test/1/ampli", "not being monitored"),
        ("-i", "give the id"),
        ("-i x", "give the id"),
        ("-i 999999", "there is no event 999999"),
        ("-l sys.*", "two regular expressions"),
        ("-l sys.* (", "no regular expression"),
        ("-a -d x", "one of -a"),
        ("sys/tg_test/1/ampli", "one of -a"),
    ],
)
def test_wrong_use_of_mon_is_one_line(notebook: Kernel, arguments: str, said: str) -> None:
    assert said in usage_error(notebook, f"%mon {arguments}")


def test_attribute_is_monitored_once(notebook: Kernel) -> None:
    notebook.run("mon -a sys/tg_test/1/ampli").check()
    assert "already" in usage_error(notebook, "%mon -a SYS/tg_test/1/AMPLI")
    notebook.run("db.put_device_alias('sys/tg_test/1', 'mon-alias')").check()
    assert "already" in usage_error(notebook, "%mon -a Mon-alias/ampli")
    assert "nothing is monitored" in shown(notebook, "mon -d mon-alias/Ampli")[TEXT]
    notebook.run("db.delete_device_alias('mon-alias')").check()


class Looker(Page):
    """A page with one table of events, which it keeps as the view does."""

    def __init__(self, kernel: Kernel, table: str) -> None:
        wire = "ipytango.extension.loaded().hub._wire"
        super().__init__(kernel, value(kernel, f"{wire}._model.comm.comm_id"), table)
        self.panel = value(kernel, f"{table}.id")
        self.say("hello", v=1)
        self.say("ask", u=[self.panel])
        self.see(self.panel)

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a state of the page; confirms what comes, so that more comes."""

        def met() -> bool:
            self._confirm([*self.heard("b"), *self.heard("h")])
            return bool(condition())

        self.kernel.wait_until(met, what)

    @property
    def rows(self) -> list[list[str]]:
        """The rows as the view has them, from top to bottom."""
        rows: list[list[str]] = []
        for data in self.drawn(self.panel):
            new = [event["texts"] for event in data["events"]]
            rows = (new + ([] if data["whole"] else rows))[:200]
        return rows

    @property
    def newest(self) -> dict[str, Any]:
        """The newest frame; empty while there is none."""
        return next(reversed(self.drawn(self.panel)), {})


def test_table_of_events_grows(notebook: Kernel, device: str) -> None:
    attribute = f"{device}/pushed"
    notebook.run(f"import ipytango\nd = Device({device!r})\n%mon -a {attribute}").check()
    notebook.run("m = %mon\nfew = %mon -l none.* .*").check()
    notebook.run("m").check()
    notebook.run("few").check()
    looker, filtered = Looker(notebook, "m"), Looker(notebook, "few")
    looker.wait(lambda: looker.rows, "the first event")
    notebook.run("d.write_attribute('pushed', 61.5)").check()
    looker.wait(lambda: float(looker.rows[0][2]) == 61.5, "the new one on top")
    first = len(looker.rows)
    notebook.run("for n in range(300): d.write_attribute('pushed', 100.0 + n)").check()
    looker.wait(lambda: float(looker.rows[0][2]) == 399, "the newest")
    numbers = [int(row[0]) for row in looker.rows]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 200
    assert looker.newest["hidden"] >= 300 + first - 200
    # What stands in the notebook is all that was recorded, and the table gives it.
    assert value(notebook, "m.events[-1].reading.value, len(m) > 300") == (399.0, True)
    assert value(notebook, "t = m.table()\nlen(t) == len(t.to_pandas()) > 300") is True
    assert "399.0" in value(notebook, "m.text()").splitlines()[3]
    notebook.run("mon -r").check()
    looker.wait(lambda: "nothing" in looker.newest["monitored"], "nothing monitored")
    filtered.wait(lambda: "nothing" in filtered.newest["monitored"], "the same of the other")
    assert filtered.rows == []
    notebook.run("m.close()").check()


# --- errors ---------------------------------------------------------------------------------------


def test_errors_are_shown_again(notebook: Kernel) -> None:
    notebook.run("d = Device('sys/tg_test/1')").check()
    notebook.run("1 / 0")
    failed = notebook.run("d.command_inout('nosuch')")
    assert failed.error is not None
    assert failed.error.ename == "DevFailed"  # with its traceback, where ITango prints one line
    notebook.run("d.read_attribute('never')")
    assert "API_AttrNotFound" in notebook.run("tango_error").check().result_data[TEXT]
    data = notebook.run("tango_error 2").check().result_data
    for mime in (TEXT, HTML):
        assert "API_CommandNotFound" in data[mime]
        assert "API_CommandFailed" in data[mime]
    assert re.search(r"in cell \d+", data[TEXT])
    assert "1 / 0" in notebook.run("python_error").check().result_data[TEXT]
    assert "there are not 50" in usage_error(notebook, "%tango_error 50")


def test_error_behind_an_error_is_told_of(notebook: Kernel) -> None:
    notebook.run(
        "try:\n    Device('sys/tg_test/1').command_inout('hidden')\n"
        "except Exception as error:\n    raise RuntimeError('covered') from error"
    )
    assert "hidden" in notebook.run("tango_error").check().result_data[TEXT]


def test_nothing_has_happened_yet(start_kernel: StartKernel, tango_host: str) -> None:
    kernel = start_kernel(tango_host=tango_host)
    kernel.run("%load_ext ipytango").check()
    for command in ("%tango_error", "%python_error"):
        assert "so far" in usage_error(kernel, command)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("green_kernel", ["synchronous", "asyncio"], indirect=True)
def test_names_are_there_when_they_are_used(notebook: Kernel, tango_host: str) -> None:
    notebook.run("assert Device is DeviceProxy is tango.DeviceProxy").check()
    notebook.run("assert Attribute is AttributeProxy is tango.AttributeProxy").check()
    notebook.run("assert Database is tango.Database and Group is tango.Group").check()
    assert value(notebook, "Device('sys/tg_test/1').dev_name()") == "sys/tg_test/1"
    assert value(notebook, "Attribute('sys/tg_test/1/ampli').name()") == "ampli"
    assert value(notebook, "TangoTest('sys/tg_test/1').dev_name()") == "sys/tg_test/1"
    assert value(notebook, "f'{db.get_db_host()}:{db.get_db_port()}'") == tango_host
    assert value(notebook, "DB_NAME") == tango_host
    notebook.run("%reset -f\ndef servers():\n    return db.get_server_list()").check()
    assert "DataBaseds/2" in (notebook.run("list(servers())").check().result or "")


@pytest.mark.parametrize("green_kernel", ["synchronous", "asyncio"], indirect=True)
def test_functions_give_maps(notebook: Kernel) -> None:
    alias, server, kind, proxy = value(notebook, "get_device_map()['sys/tg_test/1']")
    assert (alias, server, kind, proxy) == ("", "TangoTest/test", "TangoTest", None)
    assert value(notebook, "get_server_map()['TangoTest/test']") == ["sys/tg_test/1"]
    assert "sys/tg_test/1" in value(notebook, "get_class_map()['TangoTest']")
    assert value(notebook, "'SYS/TG_TEST/1' in get_device_list()") is True
    assert value(notebook, "'dserver/tangotest/test' in get_device_list()") is False
    notebook.run("db.put_device_alias('sys/database/2', 'itango-alias')\n%refreshdb").check()
    assert value(notebook, "get_alias_map()['itango-alias']") == "sys/database/2"
    assert value(notebook, "'ITANGO-alias' in get_alias_list()") is True
    notebook.run("db.delete_device_alias('itango-alias')\n%refreshdb").check()
    assert value(notebook, "'itango-alias' in get_alias_list()") is False


def test_namespace_is_not_filled(notebook: Kernel) -> None:
    code = "sorted(set(globals()) & {'Device', 'TangoTest', 'db', 'get_device_map', 'tango'})"
    assert value(notebook, code) == []
    notebook.run("TangoTest").check()
    assert value(notebook, code) == ["TangoTest"]
    assert "TangoTest" not in notebook.run("%who").check().text


def test_what_the_user_has_stays(notebook: Kernel) -> None:
    notebook.run("TangoTest, db, Device = 1, 2, 3").check()
    assert value(notebook, "TangoTest, db, Device") == (1, 2, 3)
    notebook.run("%tango_itango").check()
    assert value(notebook, "TangoTest, db, Device") == (1, 2, 3)
    assert value(notebook, "def Group(): return 4\nGroup()") == 4
    assert value(notebook, "for Attribute in [5]: pass\nAttribute") == 5


@pytest.mark.parametrize(
    "code",
    [
        "(lambda: TangoTest)()",
        "[TangoTest for _ in range(1)][0]",
        "def f():\n    def g():\n        return TangoTest\n    return g()\nf()",
        "class A:\n    made = TangoTest\nA.made",
        "x = 1\nif x:\n    y = TangoTest\ny",
        "async def f():\n    return TangoTest\nawait f()",
    ],
)
def test_name_is_found_wherever_it_stands(notebook: Kernel, code: str) -> None:
    assert "Tango class TangoTest" in (notebook.run(code).check().result or "")


def test_unknown_name_is_an_error_as_ever(notebook: Kernel) -> None:
    failed = notebook.run("TangoTost('sys/tg_test/1')")
    assert failed.error is not None
    assert failed.error.ename == "NameError"


def test_all_names_at_once(notebook: Kernel) -> None:
    shown = notebook.run("%tango_itango").check().result_data[TEXT]
    for name in ("Device", "TangoTest", "db", *(f"get_{name}" for name in FUNCTIONS)):
        assert re.search(rf"^ +{name} ", shown, re.MULTILINE)
    notebook.run("%timeit -n 1 -r 1 TangoTest('sys/tg_test/1')").check()


def test_names_go_with_the_extension(start_kernel: StartKernel, tango_host: str) -> None:
    kernel = start_kernel(tango_host=tango_host)
    kernel.run("%load_ext ipytango\n_ = Device, TangoTest").check()
    kernel.run("mine = Device\nGroup = 1\n%tango_itango\n%unload_ext ipytango").check()
    for name in ("Device", "TangoTest", "db", "get_device_map"):
        assert kernel.run(name).error is not None
    assert value(kernel, "Group, mine.__name__") == (1, "DeviceProxy")
    assert "not found" in kernel.run("%lsdev").text


def test_names_without_a_database(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext ipytango").check()
    kernel.run("Device, Group, tango").check()
    for code, said in (("NoSuchClass", "is not defined"), ("db", "which cannot be reached")):
        failed = kernel.run(code)
        assert failed.error is not None
        assert failed.error.ename == "NameError"
        assert said in failed.error.evalue
        assert said in failed.text


def test_cell_with_db_runs_without_a_database(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext ipytango").check()
    tried = "try:\n    db\nexcept NameError:\n    there = False\nthere"
    assert value(kernel, tried) is False
    kernel.run("def servers():\n    return db.get_server_list()").check()
    failed = kernel.run("servers()")
    assert failed.error is not None
    assert "which cannot be reached" in failed.error.evalue


# --- completion -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Devi", "Device"),
        ("TangoT", "TangoTest"),
        ("get_dev", "get_device_map"),
        ("TangoTest('sys/", "sys/tg_test/"),
        ("%lsdevclass Tango", "TangoTest"),
        ("%lsserv Tango", "TangoTest/"),
        ("%mon -a sys/tg_test/1/amp", "sys/tg_test/1/ampli"),
        ("%tango_info sys/tg_test/1/amp", "sys/tg_test/1/ampli"),
        ("%tango_info TangoTe", "TangoTest"),
        ("%tango_ls --cl", "--classes"),
    ],
)
def test_tab(notebook: Kernel, typed: str, offered: str) -> None:
    # The first TAB may come before the database has answered.
    notebook.wait_until(
        lambda: offered in notebook.complete(typed)["matches"], f"{offered} for {typed}"
    )
