"""The real things that the tests use, and the guard against what they leave behind."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tango

from ipytango.demo import Demo, DeviceServer
from ipytango.demo import demo as make_demo
from support.kernels import Kernel
from support.leftovers import MARK, Leftovers, new_mark
from support.scratch import NO_TANGO_HOST
from support.shelf import Shelf
from support.terminals import Terminal

SERVERS = Path(__file__).parent / "support" / "servers"

DEVICES_PER_SERVER = 5
LOAD_SERVERS = 10
STARTS_AT_ONCE = 4

StartKernel = Callable[..., Kernel]
StartTerminal = Callable[..., Terminal]
StartServer = Callable[..., DeviceServer]


# --- what the tests leave behind ------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def marked_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Mark what is started from here on; share what would take seconds to make again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARK, new_mark())
        # Matplotlib's font cache: each kernel has a home of its own, and would make one each.
        patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
        # A test that forgot to ask for a database gets none, also in this process.
        patch.setenv("TANGO_HOST", NO_TANGO_HOST)
        yield


@pytest.fixture(autouse=True)
def leftovers() -> Iterator[Leftovers]:
    """Fail a test that leaves a thread, a task or a process behind.

    Fixtures of a longer life are made before this one, so that what they hold is not counted; what
    they start later, they have to have adopted.
    """
    leftovers = Leftovers()
    yield leftovers
    if behind := leftovers.end():
        pytest.fail("The test left behind:\n  " + "\n  ".join(behind))


# --- Tango ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A private Tango database with TangoTest as `sys/tg_test/1`."""
    demo = make_demo(log_directory=tmp_path_factory.mktemp("demo"))
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture(scope="session")
def tango_host(demo: Demo) -> str:
    """The demo's `host:port`."""
    return demo.tango_host


@pytest.fixture(scope="session")
def slow_server(demo: Demo) -> DeviceServer:
    """The asynchronous server of `slow_devices`."""
    names = [f"test/slow/{number + 1}" for number in range(DEVICES_PER_SERVER)]
    return demo.add_server(SERVERS / "slow_server.py", "shared", {"Slow": names})


@pytest.fixture(scope="module")
def slow_devices(slow_server: DeviceServer, tango_host: str) -> Iterator[tuple[str, ...]]:
    """`test/slow/1` to `test/slow/5`, with nothing under way: see `support/servers`."""
    yield slow_server.devices
    # What a module's tests have left hanging there keeps threads of the server, which has 100.
    if any(_is_busy(f"tango://{tango_host}/{device}") for device in slow_server.devices):
        slow_server.kill()
        slow_server.restart()


def _is_busy(device: str) -> bool:
    try:
        return bool(tango.DeviceProxy(device).read_attribute("under_way").value)
    except tango.DevFailed:
        return True


@pytest.fixture(scope="session")
def sync_device(demo: Demo) -> str:
    """`test/sync/1`, of a server that does one thing at a time."""
    names = ["test/sync/1"]
    return demo.add_server(SERVERS / "sync_server.py", "shared", {"Sync": names}).devices[0]


@pytest.fixture(scope="session")
def load_devices(demo: Demo) -> tuple[str, ...]:
    """50 slow devices in 10 servers, `test/load-S/D`, for many calls in flight."""

    def start(number: int) -> DeviceServer:
        names = [f"test/load-{number}/{device + 1}" for device in range(DEVICES_PER_SERVER)]
        return demo.add_server(SERVERS / "slow_server.py", f"load-{number}", {"Slow": names})

    # Some at a time: each start waits a good part of its time for the database.
    with ThreadPoolExecutor(STARTS_AT_ONCE) as pool:
        servers = list(pool.map(start, range(1, LOAD_SERVERS + 1)))
    return tuple(name for server in servers for name in server.devices)


@pytest.fixture
def start_server(demo: Demo) -> Iterator[StartServer]:
    """Start a server of the test's own, to be hung or killed: `start_server("slow", 2).devices`."""
    servers: list[DeviceServer] = []

    def start(kind: str, devices: int = 1) -> DeviceServer:
        instance = f"own-{len(demo.servers)}"  # the demo forgets no server: a new number
        names = [f"test/{instance}/{number + 1}" for number in range(devices)]
        source = SERVERS / f"{kind}_server.py"
        servers.append(demo.add_server(source, instance, {kind.capitalize(): names}))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


# --- kernels --------------------------------------------------------------------------------------


@pytest.fixture
def start_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartKernel]:
    """Start kernels for one test: `start_kernel(tango_host=..., VARIABLE=...)`."""
    kernels: list[Kernel] = []

    def start(*, tango_host: str = NO_TANGO_HOST, **env: str) -> Kernel:
        scratch = tmp_path_factory.mktemp("kernel")
        kernels.append(Kernel(scratch, tango_host=tango_host, **env))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.end()


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """The kernels that the tests of a module share."""
    with Shelf() as shelf:
        yield shelf


@pytest.fixture
def kernel(
    shelf: Shelf, tango_host: str, leftovers: Leftovers, tmp_path_factory: pytest.TempPathFactory
) -> Kernel:
    """A kernel without ipytango, shared by the tests of the module."""
    kernel = shelf.take(
        "plain", lambda: Kernel(tmp_path_factory.mktemp("kernel"), tango_host=tango_host)
    )
    leftovers.adopt(kernel.pid)
    return kernel


@pytest.fixture
def fresh_kernel(start_kernel: StartKernel, tango_host: str) -> Kernel:
    """A kernel without ipytango for this test alone."""
    return start_kernel(tango_host=tango_host)


@pytest.fixture
def green_kernel(
    request: pytest.FixtureRequest,
    shelf: Shelf,
    tango_host: str,
    leftovers: Leftovers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Kernel:
    """A kernel with ipytango loaded, shared by the tests of the module.

    A mode is chosen by `@pytest.mark.parametrize("green_kernel", ["gevent"], indirect=True)`; each
    mode has a kernel of its own. Without one, it is the mode in which ipytango loads.
    """
    mode: str | None = getattr(request, "param", None)
    kernel = shelf.take(
        f"green {mode}", lambda: Kernel(tmp_path_factory.mktemp("kernel"), tango_host=tango_host)
    )
    leftovers.adopt(kernel.pid)
    load(kernel, mode)
    return kernel


@pytest.fixture
def fresh_green_kernel(request: pytest.FixtureRequest, fresh_kernel: Kernel) -> Kernel:
    """A kernel with ipytango loaded for this test alone; a mode is chosen as for `green_kernel`."""
    load(fresh_kernel, getattr(request, "param", None))
    return fresh_kernel


def load(kernel: Kernel, mode: str | None) -> None:
    """Load ipytango into the kernel, if it is not, and choose the mode."""
    kernel.run("%load_ext ipytango").check()
    if mode is not None:
        kernel.run(f"%tango_green {mode}").check()


# --- terminals ------------------------------------------------------------------------------------


@pytest.fixture
def start_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartTerminal]:
    """Start terminals for one test: `start_terminal(tango_host=..., VARIABLE=...)`."""
    terminals: list[Terminal] = []

    def start(*, tango_host: str = NO_TANGO_HOST, **env: str) -> Terminal:
        scratch = tmp_path_factory.mktemp("terminal")
        terminals.append(Terminal(scratch, tango_host=tango_host, **env))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.end()


@pytest.fixture
def terminal(start_terminal: StartTerminal, tango_host: str) -> Terminal:
    """A terminal IPython without ipytango."""
    return start_terminal(tango_host=tango_host)


@pytest.fixture
def green_terminal(request: pytest.FixtureRequest, terminal: Terminal) -> Terminal:
    """A terminal IPython with ipytango loaded; a mode is chosen as for `green_kernel`."""
    shown = terminal.run("%load_ext ipytango")
    assert "Error" not in shown, shown
    mode: str | None = getattr(request, "param", None)
    if mode is not None:
        shown = terminal.run(f"%tango_green {mode}")
        assert "Error" not in shown, shown
    return terminal
