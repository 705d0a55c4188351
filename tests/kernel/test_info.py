"""`%tango_info` and `ipytango.info` in a real kernel: each kind of thing, and what goes wrong."""

import html
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import SERVERS
from ipytango.demo import Demo, DeviceServer
from ipytango.demo import demo as make_demo
from support.kernels import Kernel, value

StartKernel = Callable[..., Kernel]
StartServer = Callable[..., DeviceServer]

HTML, TEXT = "text/html", "text/plain"
SCRIPT = "<script>document.title"


@pytest.fixture(scope="module")
def devices(demo: Demo) -> tuple[str, str]:
    """Devices with units, limits, enumerations, hostile texts: `test/value-info/1` and event."""
    value = demo.add_server(SERVERS / "value_server.py", "info", {"Value": ["test/value-info/1"]})
    event = demo.add_server(SERVERS / "event_server.py", "info", {"Event": ["test/event-info/1"]})
    return value.devices[0], event.devices[0]


@pytest.fixture
def notebook(devices: tuple[str, str], green_kernel: Kernel) -> Kernel:
    """A kernel with ipytango."""
    assert devices == ("test/value-info/1", "test/event-info/1")
    green_kernel.run("%tango_green synchronous\nimport ipytango, tango").check()
    return green_kernel


def shown(kernel: Kernel, arguments: str) -> tuple[str, str]:
    """Give what `%tango_info` shows: the text, and the words of the HTML."""
    data = kernel.run(f"%tango_info {arguments}").check().result_data
    assert "<script" not in data[HTML].lower()
    words = html.unescape(re.sub(r"<[^>]+>", " ", data[HTML]))
    return data[TEXT], " ".join(words.split())


def test_device_is_told_of_in_full(notebook: Kernel) -> None:
    notebook.run(
        "database = tango.Database()\n"
        "database.put_device_property('sys/tg_test/1', {'told': ['one', 'two']})\n"
        "database.put_device_property('sys/tg_test/1', {'told': ['three']})"
    ).check()
    text, words = shown(notebook, "sys/tg_test/1")
    for said in (text, words):
        for fact in ("TangoTest/test", "RUNNING", "IDL", "double_scalar", "DevString"):
            assert fact in said
        assert re.search(r"polling", said)
        assert re.search(r"told +three", said)
        assert re.search(r"properties of its class.*InheritedFrom", said, re.DOTALL)
    assert re.search(r"host +\S+, process \d+", text)
    assert re.search(r"started +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)
    assert re.search(r"attribute +double_scalar +\d+ ms", text)
    assert re.search(r"told +[\d-]+ [\d:]+ +one two", text)  # what it was before
    assert value(
        notebook, "i = %tango_info sys/tg_test/1\ni.kind, i.facts['class'], i.failures"
    ) == (*("device", "TangoTest", {}),)
    frame = "i.to_pandas('attributes').set_index('attribute').loc['double_scalar', 'type']"
    assert value(notebook, frame) == "DevDouble scalar"


def test_state_that_is_polled_is_told_of(notebook: Kernel) -> None:
    """PyTango takes no value out of the polled history of a state."""
    text, _ = shown(notebook, "sys/tg_test/1/State")
    assert "RUNNING" in text
    assert re.search(r"attribute +state +\d+ ms", text, re.IGNORECASE)
    notebook.run("i = %tango_info sys/tg_test/1/State").check()
    assert value(notebook, "i.failures") == {}


def test_attribute_is_told_of_in_full(notebook: Kernel) -> None:
    text, words = shown(notebook, "test/value-info/1/gap")
    for said in (text, words):
        for fact in ("12.3457", "mm", "below 0, above 20", "The gap of the undulator", "1000 ms"):
            assert fact in said
        assert "value_server/info" in said
    text, words = shown(notebook, "sys/tg_test/1/double_scalar")
    assert "polled history" in text
    assert "polled history" in words
    assert re.search(r"abs_change +0\.1", text)


@pytest.mark.parametrize(
    ("name", "kind", "facts"),
    [
        ("test/value-info/1/move", "command", ["DevDouble: mm", "how far it came"]),
        ("TangoTest", "class", ["sys/tg_test/1", "InheritedFrom"]),
        ("tangotest", "class", ["sys/tg_test/1"]),
        ("TangoTest/test", "server", ["yes, process", "sys/tg_test/1", "IDL"]),
        ("dserver/TangoTest/test", "device", ["DServer", "QueryClass"]),
        ("TangoAccessControl/1", "server", ["runs", "no", "never"]),
        ("SYS/TG_TEST/1/State", "command", []),
    ],
)
def test_thing_is_told_of(notebook: Kernel, name: str, kind: str, facts: list[str]) -> None:
    option = "--kind command" if name.endswith("State") else ""
    text, words = shown(notebook, f"{name} {option}")
    assert f"({kind})" in text
    for fact in facts:
        assert fact in text
        assert fact in words


def test_host_is_told_of(notebook: Kernel) -> None:
    hosts = value(notebook, "ipytango.ls(what='hosts').names")
    text, words = shown(notebook, hosts[0])
    for said in (text, words):
        assert "(host)" in text
        assert "TangoTest/test" in said


def test_alias_is_told_of_as_what_it_stands_for(notebook: Kernel) -> None:
    notebook.run(
        "database = tango.Database()\n"
        "database.put_device_alias('test/value-info/1', 'info-alias')\n"
        "database.put_attribute_alias('test/value-info/1/gap', 'gap-alias')"
    ).check()
    assert (
        "test/value-info/1: MOVING (device, alias info-alias)" in shown(notebook, "info-alias")[0]
    )
    assert "12.3457" in shown(notebook, "info-alias/gap")[0]
    assert "12.3457" in shown(notebook, "gap-alias")[0]


def test_proxies_can_be_given(notebook: Kernel) -> None:
    notebook.run(
        "device = tango.DeviceProxy('sys/tg_test/1')\n"
        "attribute = tango.AttributeProxy('sys/tg_test/1/ampli')"
    ).check()
    code = "[(i.kind, i.name) for i in map(ipytango.info, (device, attribute))]"
    assert value(notebook, code) == [
        ("device", "sys/tg_test/1"),
        ("attribute", "sys/tg_test/1/ampli"),
    ]


@pytest.fixture
def device_without_database() -> Iterator[str]:
    """The full name of a device whose server knows no database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = [sys.executable, str(SERVERS / "value_server.py"), "alone", "-nodb"]
    where = ["-host", "127.0.0.1", "-port", str(port), "-dlist", "test/alone/1"]
    with subprocess.Popen([*server, *where], stdout=subprocess.DEVNULL) as process:
        yield f"tango://127.0.0.1:{port}/test/alone/1#dbase=no"
        process.terminate()


def test_device_without_a_database_is_told_of(
    notebook: Kernel, device_without_database: str
) -> None:
    name = device_without_database
    notebook.wait_until(
        lambda: notebook.run(f"tango.DeviceProxy({name!r}).ping()").status == "ok",
        f"{name} to start",
    )
    text, _ = shown(notebook, name)
    assert "test/alone/1: MOVING (device)" in text
    assert "without a database" in text
    assert "large_curve" in text
    assert "12.3457 mm" in shown(notebook, name.replace("#", "/gap#"))[0]


def test_text_of_devices_is_shown_as_it_is(notebook: Kernel) -> None:
    for name in ("hostile", "failing"):
        text, words = shown(notebook, f"test/event-info/1/{name}")
        assert SCRIPT in text
        assert SCRIPT in words
    text, words = shown(notebook, "test/event-info/1")
    assert SCRIPT in text
    assert SCRIPT in words


def test_device_that_is_off_is_said_to_be(notebook: Kernel) -> None:
    text, words = shown(notebook, "sys/access_control/1")
    for said in (text, words):
        assert "its server does not run" in said
        assert "API_DeviceNotExported" in said
    assert "TangoAccessControl/1" in text


def test_server_that_was_killed_is_said_to_be(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("value")
    server.kill()
    text, _ = shown(notebook, server.devices[0])
    assert "API_CantConnectToDevice" in text
    assert "class" in text
    text, _ = shown(notebook, f"{server.devices[0]}/gap")
    assert "API_CantConnectToDevice" in text


@pytest.fixture
def hung_device(start_server: StartServer) -> Iterator[str]:
    """A device whose server stands still, until the test is over."""
    server = start_server("value")
    server.suspend()
    yield server.devices[0]
    server.resume()


@pytest.fixture
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of the test's own, whose database may stand still or die."""
    demo = make_demo(log_directory=tmp_path_factory.mktemp("demo"))
    demo.start()
    yield demo
    demo.stop()


def test_database_that_dies_or_hangs_is_said_to(own_demo: Demo, start_kernel: StartKernel) -> None:
    """First it hangs, then it is dead; the kernel goes on answering within its patience."""
    kernel = start_kernel(tango_host=own_demo.tango_host)
    kernel.run("%load_ext ipytango").check()
    kernel.run("%tango_info sys/tg_test/1").check()
    own_demo.database.suspend()
    for magic in ("%tango_info TangoTest", "%lsdev", "%mon -a nosuchalias"):
        text = kernel.run(magic, timeout=60).text
        assert re.search("has not answered|cannot be reached", text), text
        assert "Traceback" not in text
    # The device is there: what it says is told, and that the database says nothing.
    text = kernel.run("%tango_info sys/tg_test/1", timeout=60).text
    assert re.search("has not answered|cannot be reached|No answer", text), text
    assert kernel.run("NoSuchClass", timeout=60).error is not None
    own_demo.database.kill()
    assert "Traceback" not in kernel.run("%tango_ls", timeout=60).text


def test_device_that_hangs_is_not_waited_for_long(notebook: Kernel, hung_device: str) -> None:
    text, words = shown(notebook, hung_device)
    for said in (text, words):
        assert re.search("No answer|TimedOut|CantConnect", said)
        assert "class" in said  # what the database knows is there all the same


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/such/device", "no/such/device"),
        ("nosuchalias", "nothing of that name"),
        ("sys/tg_test/1/nosuch", "neither an attribute nor a command"),
        ("a/b/c/d/e", "no name of Tango's"),
        ("sys//1", "no name of Tango's"),
        ("sys/tg_test/1#dbase=no", "names no server"),
        ("TangoTest --kind server", "it is a class there"),
        ("TangoTest --kind nonsense", "invalid choice"),
        ("", "required"),
    ],
)
def test_wrong_name_is_one_line(notebook: Kernel, name: str, said: str) -> None:
    text = notebook.run(f"%tango_info {name}").text
    assert "UsageError" in text
    assert said in text
    assert "Traceback" not in text


def test_other_database_unreachable_is_said(notebook: Kernel, tmp_path: Path) -> None:
    del tmp_path
    text = notebook.run("%tango_info tango://127.0.0.1:1/a/b/c").text
    assert "cannot be reached" in text
    assert "Traceback" not in text
