"""`%%tango_server` and `ipytango.serve` in a real kernel, asked by real clients."""

import ast
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import tango

from conftest import StartKernel
from support.kernels import Kernel

EXAMPLES = Path(__file__).parents[1] / "support" / "servers"
"""Device servers in green modes with what those of PyTango's documentation have."""

WAIT_S = 20.0
LONG_S = 2.0
"""How long `long_running_command` and `test_attribute` of the documentation take."""

LAMP = """\
%%tango_server {options}
from tango import DevState
from tango.server import Device, attribute, command

class Lamp(Device):
    def init_device(self):
        super().init_device()
        self.set_state(DevState.{state})

    @attribute
    def power(self) -> float:
        return 1.5

    @command
    def die(self):
        import os
        os._exit(3)
"""


@pytest.fixture
def notebook(green_kernel: Kernel) -> Iterator[Kernel]:
    """A green kernel, whose servers end with the test."""
    green_kernel.run("%load_ext ipytango\nimport ipytango, os, tango.server").check()
    yield green_kernel
    green_kernel.run("%unload_ext ipytango\n%reset -f").check()


def lamp(state: str = "ON", options: str = "") -> str:
    return LAMP.format(state=state, options=options)


def value(kernel: Kernel, code: str) -> Any:
    """The value of an expression in the kernel."""
    return ast.literal_eval(kernel.run(code).check().result or "None")


def serve(kernel: Kernel, cell: str) -> tuple[str, ...]:
    """Run a cell that serves; gives the full names of the devices, and leaves `server` there."""
    kernel.run(cell).check()
    kernel.run("server = _").check()
    devices: tuple[str, ...] = value(kernel, "server.devices")
    return devices


def refusal(kernel: Kernel, cell: str) -> str:
    """What stands under a cell that fails."""
    outcome = kernel.run(cell)
    assert outcome.status == "error", outcome.text
    return outcome.text


def until(condition: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.02)


def answers(device: tango.DeviceProxy) -> bool:
    try:
        device.ping()
    except tango.DevFailed:
        return False
    return True


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


# --- servers in green modes ----------------------------------------------------------------------


@pytest.fixture(params=["asyncio", "gevent"])
def documented(request: pytest.FixtureRequest, notebook: Kernel) -> tuple[str, ...]:
    """Two devices of a whole server's file, run in a cell as it stands."""
    code = (EXAMPLES / f"green_{request.param}.py").read_text()
    devices = serve(notebook, f"%%tango_server --device doc/green/1 --device doc/green/2\n{code}")
    assert value(notebook, "server.mode") == request.param
    return devices


def timed(call: Callable[[], Any]) -> float:
    begin = time.monotonic()
    call()
    return time.monotonic() - begin


def test_other_requests_are_served_while_the_long_command_runs(documented: tuple[str, ...]) -> None:
    device, other = map(tango.DeviceProxy, documented)
    assert device.state() == tango.DevState.STANDBY
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: tango.DeviceProxy(documented[0]).long_running_command())
        until(lambda: bool(device.state() == tango.DevState.MOVING))
        assert other.state() == tango.DevState.STANDBY
        assert device.status()
        assert not running.done()
        running.result(WAIT_S)
    assert device.state() == tango.DevState.ON


def test_requests_of_one_device_run_at_the_same_time(documented: tuple[str, ...]) -> None:
    def both() -> None:
        with ThreadPoolExecutor(3) as pool:
            proxies = [tango.DeviceProxy(documented[0]) for _ in range(3)]
            calls = [pool.submit(proxy.long_running_command) for proxy in proxies[:2]]
            assert pool.submit(lambda: proxies[2].test_attribute).result(WAIT_S) == 42
            for call in calls:
                call.result(WAIT_S)

    assert timed(both) < 3 * LONG_S  # one after the other they take longer


def test_background_task_goes_on_when_its_command_has_answered(documented: tuple[str, ...]) -> None:
    device = tango.DeviceProxy(documented[0])
    device.background_task_command()
    until(lambda: bool(device.state() == tango.DevState.RUNNING))
    assert device.test_attribute == 42
    assert device.state() == tango.DevState.RUNNING  # its 15 s are not over
    until(lambda: bool(device.state() == tango.DevState.STANDBY), 25.0)


def test_a_synchronous_server_does_one_thing_at_a_time(notebook: Kernel) -> None:
    devices = serve(
        notebook,
        "%%tango_server\nimport time\nfrom tango.server import Device, command\n"
        "class Slow(Device):\n    @command\n    def pause(self):\n        time.sleep(0.5)\n",
    )
    proxies = [tango.DeviceProxy(devices[0]) for _ in range(3)]

    def all_of_them() -> None:
        with ThreadPoolExecutor(3) as pool:
            for call in [pool.submit(proxy.pause) for proxy in proxies]:
                call.result(WAIT_S)

    assert timed(all_of_them) >= 1.5


# --- starts and ends ------------------------------------------------------------------------------


def test_a_cell_is_served(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp())
    assert name.startswith("tango://127.0.0.1:")
    assert name.endswith("/ipytango/lamp/1#dbase=no")
    assert tango.DeviceProxy(name).power == 1.5
    assert value(notebook, "server.proxy.power") == 1.5
    assert value(notebook, "tango.AttributeProxy(server.attribute('power')).read().value") == 1.5
    assert value(notebook, "server.state") == "running"
    assert value(notebook, "'Lamp' in globals()") is False  # its code runs elsewhere
    assert value(notebook, "server.pid != os.getpid()")
    text = notebook.run("server").check().text
    assert "Device server Lamp/notebook: running" in text
    assert name in text


def test_a_cell_that_is_run_again_restarts_its_server(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp("ON"))
    notebook.run("proxy, first = server.proxy, server").check()
    device = tango.DeviceProxy(name)
    assert device.state() == tango.DevState.ON
    assert serve(notebook, lamp("STANDBY")) == (name,)
    until(lambda: answers(device), 3.0)
    assert device.state() == tango.DevState.STANDBY
    assert value(notebook, "str(proxy.state())") == "STANDBY"
    assert "taken the place" in refusal(notebook, "first.restart()")
    assert value(notebook, "first.state") == "replaced"


def test_proxies_answer_at_once_where_it_was_restarted(notebook: Kernel) -> None:
    serve(notebook, lamp())
    notebook.run("%tango_green asyncio\nold = server.proxy; old.power").check()
    for _ in range(3):
        serve(notebook, lamp())
        assert value(notebook, "(server.proxy.power, old.power)") == (1.5, 1.5)
        notebook.run("server.restart()").check()
        assert value(notebook, "(old.power, server.proxy.power)") == (1.5, 1.5)


def test_a_subscription_comes_back_after_a_restart(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp())
    device = tango.DeviceProxy(name)
    seen: list[Any] = []
    event = tango.EventType.ATTR_CONF_EVENT
    number = device.subscribe_event("power", event, seen.append)
    try:
        assert not seen[-1].err
        serve(notebook, lamp())
        until(lambda: any(one.err for one in seen), 30.0)  # Tango says so meanwhile
        until(lambda: not seen[-1].err, 30.0)
    finally:
        device.unsubscribe_event(number)


def test_twenty_restarts_leave_nothing_behind(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp())
    device = tango.DeviceProxy(name)
    port = value(notebook, "server.port")
    kernel = psutil.Process(notebook.pid)
    for _ in range(10):
        serve(notebook, lamp())
        notebook.run("server.restart()").check()
        until(lambda: answers(device), 3.0)
    (keeper,) = kernel.children()
    assert [child.pid for child in keeper.children(recursive=True)] == [
        value(notebook, "server.pid")
    ]
    assert value(notebook, "server.port") == port
    (child,) = keeper.children()
    listening = [one for one in child.net_connections() if one.status == psutil.CONN_LISTEN]
    assert {one.laddr.ip for one in listening} == {"127.0.0.1"}
    notebook.run("server.stop()").check()
    assert value(notebook, "server.state") == "stopped"
    assert not child.is_running()
    assert not any(listens(one.laddr.port) for one in listening)


def test_a_code_that_fails_leaves_the_server_that_runs(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp())
    refusal(notebook, lamp() + "\n1 / 0\n")
    assert tango.DeviceProxy(name).power == 1.5
    assert value(notebook, "server.state") == "running"


def test_a_restart_that_fails_leaves_the_server_that_runs(notebook: Kernel) -> None:
    (name,) = serve(
        notebook,
        "%%tango_server\nassert 'BROKEN' not in __import__('os').environ\n"
        "from tango.server import Device\nclass Own(Device):\n    pass\n",
    )
    notebook.run("os.environ['BROKEN'] = '1'").check()
    assert "AssertionError" in refusal(notebook, "server.restart()")
    assert tango.DeviceProxy(name).ping() > 0
    assert value(notebook, "(server.state, 'AssertionError' in server.error)") == ("running", True)
    notebook.run("del os.environ['BROKEN']\nserver.restart()").check()
    assert value(notebook, "(server.state, server.error)") == ("running", "")


def test_a_crash_is_told_and_a_restart_helps(notebook: Kernel) -> None:
    (name,) = serve(notebook, lamp())
    with pytest.raises(tango.DevFailed):
        tango.DeviceProxy(name).die()
    notebook.wait_until(lambda: value(notebook, "server.state") == "ended", "the end of the server")
    assert "exit code 3" in value(notebook, "server.error")
    notebook.run("server.restart()").check()
    assert value(notebook, "server.state") == "running"
    device = tango.DeviceProxy(name)
    until(lambda: answers(device))


def test_the_kernel_goes_on_while_a_server_starts(notebook: Kernel) -> None:
    notebook.run(
        "import asyncio\nticks = []\nasync def tick():\n    while True:\n"
        "        ticks.append(1)\n        await asyncio.sleep(0.02)\n"
        "task = asyncio.create_task(tick())"
    ).check()
    before = value(notebook, "len(ticks)")
    serve(notebook, lamp())
    assert value(notebook, "len(ticks)") > before + 10
    notebook.run("task.cancel()").check()


def test_a_start_can_be_interrupted(notebook: Kernel) -> None:
    cell = notebook.start("%%tango_server\nprint('begun', flush=True)\nimport time\ntime.sleep(60)")
    kernel = psutil.Process(notebook.pid)

    def started() -> list[psutil.Process]:
        return [
            one for one in kernel.children(recursive=True) if "ipytango.served" in one.cmdline()
        ]

    until(lambda: bool(started()))
    (child,) = started()
    notebook.interrupt()
    outcome = cell.finish(10.0)
    assert outcome.error is not None
    assert outcome.error.ename == "KeyboardInterrupt"
    until(lambda: not child.is_running())


@pytest.mark.parametrize("options", ["", "--database --device test/served/0"])
def test_servers_end_with_a_killed_kernel(
    start_kernel: StartKernel, tango_host: str, options: str
) -> None:
    kernel = start_kernel(tango_host=tango_host)
    kernel.run("%load_ext ipytango").check()
    serve(kernel, lamp(options=options))
    assert registered(tango_host) == bool(options)
    pid = value(kernel, "server.pid")
    kernel.kill()
    until(lambda: not psutil.pid_exists(pid))
    until(lambda: not registered(tango_host))


def test_servers_end_when_the_extension_goes(notebook: Kernel) -> None:
    serve(notebook, lamp() + "\nprint('here it is')\n")
    pid, port = value(notebook, "(server.pid, server.port)")
    environment = psutil.Process(pid).environ()
    directory = Path(environment["TANGO_LOG_PATH"]).parent
    assert directory.name.startswith("ipytango-serve-")
    notebook.run("%unload_ext ipytango").check()
    assert not psutil.pid_exists(pid)
    assert not listens(port)
    assert value(notebook, "server.state") == "stopped"
    assert "here it is" in value(notebook, "server.log")
    assert not directory.exists()


# --- what a cell may use --------------------------------------------------------------------------


def test_names_of_other_cells_come_along(notebook: Kernel) -> None:
    notebook.run(
        "import enum, math\nimport numpy as np\n"
        "gain, table = 2.0, np.arange(3.0)\n"
        "class Mode(enum.IntEnum):\n    SLOW = 0\n    FAST = 1\n"
        "def scaled(x):\n    return gain * x\n"
        "class Base(tango.server.Device):\n"
        "    @tango.server.attribute\n"
        "    def from_base(self) -> float:\n"
        "        return scaled(math.pi)\n"
    ).check()
    devices = serve(
        notebook,
        "%%tango_server\nfrom __future__ import annotations\n"
        "from tango.server import attribute, command\n"
        "class Derived(Base):\n"
        "    @attribute\n    def mode(self) -> Mode:\n        return Mode.FAST\n"
        "    @command\n    def total(self) -> float:\n"
        "        return scaled(float(np.sum(table)))\n",
    )
    device = tango.DeviceProxy(devices[0])
    assert device.from_base == pytest.approx(6.2832, abs=1e-4)
    assert device.mode == 1
    assert device.total() == 6.0


def test_classes_of_cells_and_modules_are_served_by_name(notebook: Kernel, tmp_path: Path) -> None:
    (tmp_path / "of_a_module.py").write_text(
        "from tango.server import Device, attribute\nclass Filed(Device):\n"
        "    @attribute\n    def x(self) -> int:\n        return 7\n"
    )
    notebook.run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom of_a_module import Filed\n"
        "class Celled(tango.server.Device):\n    pass"
    ).check()
    devices = serve(
        notebook,
        "ipytango.serve(Filed, Celled, name='two', devices={'Celled': ['a/b/c', 'a/b/d']}, "
        "green_mode='gevent')",
    )
    assert [name.partition("/a/b/")[2].partition("#")[0] for name in devices[1:]] == ["c", "d"]
    assert tango.DeviceProxy(devices[0]).x == 7
    assert str(tango.DeviceProxy(devices[2]).state()) == "UNKNOWN"
    assert value(notebook, "(server.mode, server.name)") == ("gevent", "Filed/two")


def test_a_run_call_says_what_is_served(notebook: Kernel) -> None:
    devices = serve(
        notebook,
        "%%tango_server\nfrom tango.server import Device, run\nclass A(Device):\n    pass\n"
        "class B(A):\n    pass\nclass C(A):\n    pass\nrun((A, C))\n",
    )
    assert [name.split("/")[4] for name in devices] == ["a", "c"]


def test_base_classes_are_not_served_unasked(notebook: Kernel) -> None:
    devices = serve(
        notebook,
        "%%tango_server\nfrom tango.server import Device\nclass A(Device):\n    pass\n"
        "class B(A):\n    pass\n",
    )
    assert [name.split("/")[4] for name in devices] == ["b"]


# --- errors ---------------------------------------------------------------------------------------

HEAD = "%%tango_server\nfrom tango import GreenMode\nfrom tango.server import Device, attribute\n"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        pytest.param(f"{HEAD}class A(Device:\n    pass\n", ["line 4", "SyntaxError"], id="syntax"),
        pytest.param(
            f"{HEAD}class A(Device):\n    def init_device(self):\n        self.begin()\n"
            "    def begin(self):\n        raise OSError('no lamp')\n",
            ["did not start: OSError: no lamp", 'line 8, in begin\n    raise OSError("no lamp")'],
            id="init_device",
        ),
        pytest.param(
            f"{HEAD}class A(Device):\n    green_mode = GreenMode.Asyncio\n"
            "    async def init_device(self):\n        await super().init_device()\n"
            "        1 / 0\n",
            ["ZeroDivisionError", "line 8, in init_device"],
            id="asynchronous init_device",
        ),
        pytest.param(
            f"{HEAD}class A(Device):\n    green_mode = GreenMode.Gevent\n"
            "    def init_device(self):\n        1 / 0\n",
            ["ZeroDivisionError", "line 7, in init_device"],
            id="init_device in a greenlet",
        ),
        pytest.param(f"{HEAD}1 / 0\n", ["ZeroDivisionError", "line 4, in <module>"], id="the code"),
        pytest.param(
            f"{HEAD}class A(Device):\n    green_mode = GreenMode.Asyncio\nclass B(Device):\n"
            "    green_mode = GreenMode.Gevent\nclass C(Device):\n    pass\n",
            [
                "line 4: A is asyncio",
                "line 6: B is gevent",
                "line 8: C is synchronous",
                "a cell of its own",
            ],
            id="mixed modes",
        ),
        pytest.param(
            f"{HEAD}class A(Device):\n    green_mode = GreenMode.Asyncio\n"
            "    def init_device(self):\n        super().init_device()\n"
            "    @attribute\n    def x(self) -> int:\n        return 1\n"
            "    @attribute\n    async def y(self) -> int:\n        return 1\n"
            "    @y.write\n    def y(self, value):\n        pass\n"
            "    def helper(self):\n        pass\n",
            [
                "line 6: def init_device in A",
                "line 9: def x in A",
                "line 15: def y in A",
                "async def",
            ],
            id="methods that are no coroutines",
        ),
        pytest.param(
            f"{HEAD}class A(Device):\n    x = nosuch\n    def f(self):\n        return nosuch2\n",
            ["nosuch (line 5), nosuch2 (line 7)", "nor in the notebook"],
            id="missing names",
        ),
        pytest.param("%%tango_server\n\n  \n1 / 0\n", ["line 4, in <module>"], id="blank lines"),
        pytest.param(f"{HEAD}x = 1\n", ["no device class to serve"], id="no class"),
        pytest.param(f"{HEAD}%time\n", ["line 4", "magics (%)"], id="magics"),
        pytest.param(
            f"{HEAD}class A(Device):\n    x = lock\n",
            ["lock (lock) cannot be taken along", "Make it in the code"],
            id="what cannot be pickled",
        ),
        pytest.param(
            "%%tango_server --device nosuch\nx = 1", ["domain/family/member"], id="device name"
        ),
        pytest.param(
            f"{HEAD.replace('server', 'server --device a/b/c', 1)}class A(Device):\n    pass\n"
            "class B(Device):\n    pass\n",
            ["names no class", "A=a/b/c"],
            id="device of no class",
        ),
        pytest.param(
            f"{HEAD}import os\nos._exit(4)\n", ["exit code 4 at its start"], id="a sudden end"
        ),
    ],
)
def test_an_error_says_what_to_do(notebook: Kernel, cell: str, told: list[str]) -> None:
    notebook.run("import threading; lock = threading.Lock()").check()
    text = notebook.run(cell).text
    for words in told:
        assert words in text.replace("'no lamp'", '"no lamp"'), text
    assert "ipytango/" not in text.partition("Error:")[0]  # none of our own lines


def test_a_port_in_use_is_refused(notebook: Kernel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = refusal(notebook, lamp(options=f"--port {port}"))
    assert f"Port {port} on 127.0.0.1 cannot be used" in text
    serve(notebook, lamp(options=f"--port {port}"))
    assert value(notebook, "server.port") == port


def test_settings_and_memorized_values_outlive_a_restart(notebook: Kernel) -> None:
    serve(
        notebook,
        "%%tango_server\nfrom tango import AttrWriteType\n"
        "from tango.server import Device, attribute\n"
        "class Own(Device):\n    v = 0.0\n"
        "    x = attribute(\n        dtype=float, access=AttrWriteType.READ_WRITE,\n"
        "        memorized=True, hw_memorized=True\n    )\n"
        "    def read_x(self):\n        return self.v\n"
        "    def write_x(self, v):\n        self.v = v\n",
    )
    notebook.run(
        "proxy = server.proxy\nconfig = proxy.get_attribute_config('x')\nconfig.unit = 'mm'\n"
        "proxy.set_attribute_config(config)\nproxy.x = 4.5\nserver.restart()"
    ).check()
    assert value(notebook, "(proxy.get_attribute_config('x').unit, proxy.x)") == ("mm", 4.5)


def test_what_is_no_class_is_refused(notebook: Kernel) -> None:
    assert "give a device class" in refusal(notebook, "ipytango.serve()")
    assert "no device class" in refusal(notebook, "ipytango.serve(3)")
    notebook.run("class Own(tango.server.Device): pass").check()
    assert "'nosuch'" in refusal(notebook, "ipytango.serve(Own, green_mode='nosuch')")
    assert "'x' is no device's name" in refusal(notebook, "ipytango.serve(Own, devices='x')")
    assert "no instance name" in refusal(notebook, "ipytango.serve(Own, name='a/b')")
    assert "no device class" in refusal(notebook, "ipytango.serve(dict)")


def test_tab_offers_the_options(notebook: Kernel) -> None:
    offered = notebook.complete("%%tango_server --d")["matches"]
    assert offered == ["--database", "--device"]
    assert notebook.complete("%%tango_server --name ")["matches"] == []


# --- in a database --------------------------------------------------------------------------------


def registered(tango_host: str) -> bool:
    database = tango.Database(*tango_host.split(":"))
    return "Lamp/notebook" in database.get_server_list("Lamp/*").value_string


def test_a_registered_server_is_taken_out_at_its_end(notebook: Kernel, tango_host: str) -> None:
    (name,) = serve(notebook, lamp(options="--database --device test/served/1"))
    assert name == f"tango://{tango_host}/test/served/1"
    assert value(notebook, "tango.DeviceProxy('test/served/1').power") == 1.5
    database = tango.Database(*tango_host.split(":"))
    database.put_device_property("test/served/1", {"kept": ["yes"]})
    serve(notebook, lamp(options="--database --device test/served/1"))
    notebook.run("server.restart()").check()
    assert list(database.get_device_property("test/served/1", "kept")["kept"]) == ["yes"]
    notebook.run("server.stop()").check()
    assert not registered(tango_host)
    assert list(database.get_device_name("Lamp/notebook", "Lamp")) == []


@pytest.mark.parametrize("end", ["die", "%unload_ext ipytango"])
def test_whatever_the_end_is(notebook: Kernel, tango_host: str, end: str) -> None:
    (name,) = serve(notebook, lamp(options="--database --device test/served/2"))
    assert registered(tango_host)
    if end == "die":
        with pytest.raises(tango.DevFailed):
            tango.DeviceProxy(name).die()
        notebook.wait_until(lambda: value(notebook, "server.state") == "ended", "the end")
        end = "server.stop()"
    notebook.run(end).check()
    assert not registered(tango_host)


def test_what_others_have_registered_is_left_alone(notebook: Kernel, tango_host: str) -> None:
    text = refusal(notebook, lamp(options="--database --device sys/tg_test/1"))
    assert "of the server TangoTest/test" in text
    assert tango.DeviceProxy(f"tango://{tango_host}/sys/tg_test/1").ping() > 0
    assert not registered(tango_host)
    text = refusal(
        notebook,
        "%%tango_server --database --name test --device test/served/3\n"
        "from tango.server import Device\nclass TangoTest(Device):\n    pass\n",
    )
    assert "TangoTest/test runs already" in text
