"""TAB in a real kernel: names, members and labels, whatever devices and databases do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import StartKernel, StartServer
from ipytango.demo import Demo
from support.facility import Facility
from support.kernels import Kernel
from support.leftovers import Leftovers

SOON_S = 20.0

DEFINITIONS = """\
import tango, tango.asyncio, ipytango
from tango import AttributeProxy, DeviceProxy, get_device_proxy
dev = tango.DeviceProxy("sys/tg_test/1")
slow = tango.DeviceProxy("test/slow/1")
devices = [dev]; by_name = {"test": dev}
group = tango.Group("some")
class Device: pass
def plot(what): pass
"""


@pytest.fixture(scope="module")
def names(demo: Demo) -> None:
    """An alias of TangoTest and of one of its attributes."""
    import tango

    host, _, port = demo.tango_host.partition(":")
    database = tango.Database(host, int(port))
    database.put_device_alias("sys/tg_test/1", "The-Test")
    database.put_attribute_alias("sys/tg_test/1/ampli", "the-amplitude")


@pytest.fixture
def shell(green_kernel: Kernel, names: None, slow_devices: tuple[str, ...]) -> Kernel:
    """A kernel with ipytango and the names of `DEFINITIONS`."""
    green_kernel.run(DEFINITIONS).check()
    return green_kernel


def matches_of(kernel: Kernel, code: str) -> list[str]:
    """Ask as a front end does; gives what the word would become."""
    reply = kernel.complete(code)
    assert reply["status"] == "ok"
    assert reply["cursor_end"] == len(code)
    matches: list[str] = reply["matches"]
    start = code[reply["cursor_start"] :].lower()
    assert all(match.lower().startswith(start) for match in matches), (start, matches)
    return matches


# --- names ----------------------------------------------------------------------------------------

NAMES = {
    'DeviceProxy("SYS': ["sys/"],
    "tango.DeviceProxy('sys/tg": ["sys/tg_test/"],
    'DeviceProxy("SYS/tg_test/': ["SYS/tg_test/1"],
    'dev = get_device_proxy("sys/tg_test/': ["sys/tg_test/1"],
    'tango.asyncio.DeviceProxy("sys/tg_test/': ["sys/tg_test/1"],
    'await tango.asyncio.DeviceProxy("The-T': ["The-Test"],
    'x = 1\nDeviceProxy(\n    "sys/tg': ["sys/tg_test/"],
    'group.add("sys/tg_test/': ["sys/tg_test/1"],
    'group.add(["sys/tg_test/1", "sys/da': ["sys/database/"],
    'AttributeProxy("sys/tg_test/': ["sys/tg_test/1/"],
    'AttributeProxy("sys/tg_test/1/AMP': ["sys/tg_test/1/ampli"],
    'AttributeProxy("the-test/amp': ["the-test/ampli"],
    'AttributeProxy("the-a': ["the-amplitude"],
    'AttributeProxy("the-t': ["The-Test/"],
    'ipytango.watch("sys/tg_test/1/ampli", "sys/tg_test/1/long_spectrum_r': [
        "sys/tg_test/1/long_spectrum_ro"
    ],
    'ipytango.plot(["sys/tg_test/1/amp': ["sys/tg_test/1/ampli"],
    'for r in ipytango.stream("sys/tg_test/1/amp': ["sys/tg_test/1/ampli"],
    'TangoTest("': ["sys/"],
    'TangoTest("sys/tg_test/': ["sys/tg_test/1"],
    'group.add(["say \\"no\\"", "sys/da': ["sys/database/"],
    "%tango_panel The-T": ["The-Test"],
    '%tango_info "sys/tg_te': ["sys/tg_test/"],
    "%tango_watch 'sys/tg_test/1/amp": ["sys/tg_test/1/ampli"],
    "%tango_watch 'sys/tg_test/1/ampli' \"sys/da": ["sys/database/"],
    '%tango_watch "no thing" sys/da': ["sys/database/"],
    'w = %tango_plot "sys/tg_test/1/amp': ["sys/tg_test/1/ampli"],
    'mon -a "sys/tg_test/1/amp': ["sys/tg_test/1/ampli"],
    '%tango_info --kind "dev': ["device"],
    "lsdev sys/tg": ["sys/tg_test/"],
    "lsdev 'sys/tg": [],
    "%tango_info TangoTes": ["TangoTest", "TangoTest/"],
    "%tango_watch sys/tg_test/1/ampli sys/tg": ["sys/tg_test/"],
    "%tango_plot sys/tg_test/1/amp": ["sys/tg_test/1/ampli"],
    "w = %tango_watch sys/tg_test/1/amp": ["sys/tg_test/1/ampli"],
    "tango_watch sys/tg": ["sys/tg_test/"],
    "%tango_watch --p": ["--period"],
    "%tango_watch --period ": [],
    "%tango_info --kind ": ["device", "attribute", "command", "class", "server", "host"],
    "%tango_info --kind dev": ["device"],
    "%tango_info --kind class TangoTes": ["TangoTest", "TangoTest/"],
    "%tango_ls --classes TangoTe": ["TangoTest"],
    "%tango_ls --servers TangoTe": ["TangoTest/"],
    "%tango_ls --aliases the-a": ["the-amplitude"],
    "%tango_ls --aliases the-t": ["The-Test"],
    "%tango_ls --aliases sy": [],
    "%tango_explore --by dev": ["device"],
    "%tango_explore --by class sys/tg": ["sys/tg_test/"],
    "%tango_error ": [],
    "%tango_itango ": [],
    "%tango_panel --": [],
    "%tango_db --": [],
    "mon -": ["-a", "-d", "-i", "-l", "-r"],
    "mon -a sys/tg_test/1/amp": ["sys/tg_test/1/ampli"],
    "mon -i ": [],
    'DeviceProxy("no/such/': [],
    'DeviceProxy("tango://h:1/a/b/c#dbase=no': [],
}


def test_names(shell: Kernel) -> None:
    found = {code: matches_of(shell, code) for code in NAMES}
    assert found == NAMES


def test_names_of_a_class_that_was_used(shell: Kernel) -> None:
    shell.run('test = TangoTest("sys/tg_test/1")').check()
    assert matches_of(shell, 'TangoTest("sys/tg_test/') == ["sys/tg_test/1"]


def test_names_of_a_named_database(shell: Kernel, tango_host: str) -> None:
    known = f'DeviceProxy("tango://{tango_host}/sys/'
    assert matches_of(shell, 'DeviceProxy("tang') == [f"tango://{tango_host}/"]
    assert matches_of(shell, f"{known}tg") == [f"tango://{tango_host}/sys/tg_test/"]
    for magic in ("%tango_db", "refreshdb", "%tango_explore --db"):
        assert matches_of(shell, f"{magic} 127") == [tango_host]


@pytest.mark.parametrize(
    "code", ['Device("sys', 'plot("sys', 'open("sys', "tango_watch = sys", 'TangoTest(print("sys']
)
def test_no_names_where_none_belong(shell: Kernel, code: str) -> None:
    assert not [match for match in shell.complete(code)["matches"] if match.startswith("sys/")]


# --- members and labels ---------------------------------------------------------------------------

MEMBERS = {
    "dev.amp": ["ampli"],
    "dev.AMP": ["ampli"],
    "devices[0].swi": ["SwitchStates"],
    "by_name['test'].amp": ["ampli"],
    "x = [dev.amp": ["ampli"],
    "dev.get_green": ["get_green_mode"],
    "dev.nosuch": [],
    "slow.double.": [],
    'dev["AMP': ["ampli"],
    'dev.read_attribute("amp': ["ampli"],
    'dev.read_attributes(["ampli", "long_spectrum_r': ["long_spectrum_ro"],
    'dev.command_inout("swi': ["SwitchStates"],
    'slow.write_attribute("mode", "s': ["STANDBY"],
    "slow.mode = ": ['"OFF"', '"RUNNING"', '"STANDBY"'],
    "slow.mode = 'o": ["'OFF"],
    'slow["mode"] = "st': ['"STANDBY'],
    'if slow.mode == "': ['"OFF', '"RUNNING', '"STANDBY'],
}


def test_members_and_labels(shell: Kernel) -> None:
    found = {code: matches_of(shell, code) for code in MEMBERS}
    assert found == MEMBERS
    all_of_them = matches_of(shell, "dev.")
    assert {"ampli", "SwitchStates", "read_attribute", "State"} <= set(all_of_them)
    assert not [name for name in all_of_them if name.startswith("_")]
    assert matches_of(shell, "dev.__cl") == ["__class__"]


@pytest.mark.parametrize("green_kernel", ["asyncio"], indirect=True)
def test_members_in_asyncio_mode(shell: Kernel) -> None:
    assert matches_of(shell, "dev.amp") == ["ampli"]
    assert matches_of(shell, 'AttributeProxy("sys/tg_test/1/amp') == ["sys/tg_test/1/ampli"]
    assert shell.run("'ampli' in dir(dev)").check().result == "True"


def test_completion_reads_nothing_from_a_device(shell: Kernel, start_server: StartServer) -> None:
    """A plain kernel reads every attribute for one TAB: Jedi looks whether the proxy has it."""
    name = start_server("slow", 1).devices[0]
    shell.run(f"quiet = tango.DeviceProxy({name!r})").check()
    for code in ("quiet.", "quiet.nosuch", "(quiet).dou", "quiet.double.", "[quiet][0].do"):
        shell.complete(code)
    asked = shell.run("quiet.black_box(50)").check().result or ""
    assert "get_attribute_config" in asked  # it is the device's own book, and we are in it
    assert "read_attribute" not in asked


def test_a_device_that_hangs(shell: Kernel, start_server: StartServer) -> None:
    server = start_server("slow", 1)
    name = server.devices[0]
    shell.run(f"hung = tango.DeviceProxy({name!r})").check()
    server.suspend()
    try:
        assert "read_attribute" in matches_of(shell, "hung.")
        assert matches_of(shell, "hung.nosuch") == []
        assert matches_of(shell, f'AttributeProxy("{name}/') == []
        assert matches_of(shell, "dev.amp") == ["ampli"]
    finally:
        server.resume()


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facility(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facility]:
    with Facility(tmp_path_factory.mktemp("facility"), domains=2) as facility:
        yield facility


def test_a_database_that_hangs(
    start_kernel: StartKernel, facility: Facility, leftovers: Leftovers
) -> None:
    kernel = start_kernel(tango_host=facility.tango_host)
    kernel.run("%load_ext ipytango\nfrom tango import DeviceProxy").check()
    assert matches_of(kernel, 'DeviceProxy("area-0') == ["area-00/", "area-01/"]
    facility.suspend()
    try:
        assert matches_of(kernel, 'DeviceProxy("area-0') == ["area-00/", "area-01/"]
        for _ in range(3):
            assert matches_of(kernel, 'DeviceProxy("area-00/') == []
            assert matches_of(kernel, 'Class000("') == []
        assert "IsADirectoryError" in matches_of(kernel, "IsADirect")
        # All goes on meanwhile: the loop was never stopped.
        assert kernel.run("1 + 1").check().result == "2"
    finally:
        facility.resume()
    kernel.run(
        "from ipytango.extension import loaded\n"
        "loaded().client.catalogues.current.families('area-00', wait_s=60)",
        timeout=90,
    ).check()
    assert len(matches_of(kernel, 'DeviceProxy("area-00/')) == 40


def test_no_database_at_all(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext ipytango\nfrom tango import DeviceProxy").check()
    assert matches_of(kernel, 'DeviceProxy("sy') == []
    assert matches_of(kernel, "%tango_watch sy") == []
    shown = kernel.run("%tango_db").check().result or ""
    assert "cannot be reached" in shown


def test_tango_db(
    start_kernel: StartKernel, facility: Facility, tango_host: str, tmp_path: Path
) -> None:
    kernel = start_kernel(tango_host=tango_host)
    kernel.run("%load_ext ipytango\nimport os, tango\nfrom tango import DeviceProxy").check()
    kernel.run('dev = DeviceProxy("sys/tg_test/1")').check()

    shown = kernel.run("%tango_db").check()
    assert f"Tango database {tango_host}" in (shown.result or "")
    assert "devices exported" in shown.result_data["text/html"]

    switched = kernel.run(f"%tango_db {facility.tango_host}").check()
    assert f"TANGO_HOST is {facility.tango_host} from now on" in (switched.result or "")
    assert f"(it was {tango_host})" in (switched.result or "")
    assert "stays with its database" in switched.result_data["text/html"]
    assert matches_of(kernel, 'DeviceProxy("area-0') == ["area-00/", "area-01/"]
    assert set(matches_of(kernel, "%tango_db ")) == {tango_host, facility.tango_host}
    seen = kernel.run(
        "g = tango.Group('g'); g.add('area-00/vacuum_00/00*')\n"
        "port = lambda device: device.get_db_port_num()\n"
        "(os.environ['TANGO_HOST'], port(dev), port(DeviceProxy('area-00/vacuum_00/000')),\n"
        " tango.Database().get_db_port_num(), g.get_size())"
    ).check()
    ports = [int(host.rpartition(":")[2]) for host in (tango_host, facility.tango_host)]
    assert seen.result == str((facility.tango_host, *ports, ports[1], 10))

    refused = kernel.run("%tango_db 127.0.0.1:1")
    assert "cannot be reached" in refused.text
    assert "Traceback" not in refused.text
    assert "host:port" in kernel.run("%tango_db nosuch:").text
    kernel.run("assert os.environ['TANGO_HOST'] != '127.0.0.1:1'").check()

    kernel.run("%unload_ext ipytango").check()
    assert kernel.run("os.environ['TANGO_HOST']").check().result == repr(tango_host)
    assert "sys/" not in kernel.complete('DeviceProxy("sy')["matches"]
    kernel.run("assert not get_ipython().Completer.custom_matchers").check()
