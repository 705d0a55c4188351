"""What cannot work gives one clear error, in every green mode, and the next cell works."""

import pytest

from conftest import StartKernel, StartServer
from support.kernels import Kernel
from support.messages import Outcome

MODES = ("synchronous", "futures", "gevent", "asyncio")

WRONG = {
    # Unknown names
    "tango.DeviceProxy('no/such/device')": "device no/such/device not defined in the database",
    "tango.DeviceProxy('no_such_alias')": "no_such_alias",
    "tango.DeviceProxy('a/b/c/d/e')": "a/b/c/d/e",
    "tango.AttributeProxy('sys/tg_test/1/nosuch')": "nosuch",
    "dev.read_attribute('nosuch')": "nosuch attribute not found",
    "dev['nosuch']": "nosuch attribute not found",
    "dev.nosuch": "nosuch",
    "dev.nosuch()": "nosuch",
    "dev.command_inout('nosuch')": "Command nosuch not found",
    "dev.attribute_query('nosuch')": "nosuch",
    "dev.command_query('nosuch')": "nosuch",
    # Wrong types
    "dev.DevLong('text')": "'text' cannot be converted to type DevLong",
    "dev.DevLong()": "",
    "dev.State(1)": "State",
    "dev.ampli = 'text'": "",
    "dev.write_attribute('ampli', None)": "",
    "dev.write_attribute('State', 1)": "",
    "dev.command_inout(1)": "",
    # Errors of the device
    "slow.fail()": "Failed because it was asked to",
    "dev.no_value": "has not been updated",
    "slow.flaky = -1": "-1.0 is negative",
    "tango.Database().get_device_info('no/such/device')": "no/such/device",
}


def check_one_error(outcome: Outcome, text: str) -> None:
    """Check that there is an error, that it is said once, and nothing else is."""
    assert outcome.status == "error"
    assert text.lower() in gist(outcome).lower()
    assert len([m for m in outcome.messages if m.type == "error"]) == 1
    assert not outcome.stdout
    assert not outcome.stderr


def check_works(notebook: Kernel) -> None:
    assert notebook.run("dev.DevLong(7)").check().result == "7"


@pytest.fixture(scope="module")
def gists() -> dict[str, str]:
    """What each wrong call has failed with, once one mode was through."""
    return {}


def test_one_clear_error_the_same_in_every_mode(notebook: Kernel, gists: dict[str, str]) -> None:
    for call, text in WRONG.items():
        failed = notebook.run(call)
        check_one_error(failed, text)
        check_works(notebook)
        assert gists.setdefault(call, gist(failed)) == gist(failed), call


def gist(outcome: Outcome) -> str:
    return f"{outcome.error.ename}: {outcome.error.evalue}" if outcome.error else "no error"


@pytest.mark.parametrize("mode", ["asyncio"])
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("await dev.command_inout('nosuch')", "Command nosuch not found"),
        ("await tango.asyncio.DeviceProxy('no/such/device')", "not defined in the database"),
        ("await asyncio.gather(dev.nosuch, dev.state())", "nosuch"),
        ("asyncio.run(dev.nosuch())", "nosuch"),
        ("asyncio.run(7)", "a coroutine was expected, got 7"),
        ("await dev.DevLong('text')", "cannot be converted"),
        ("await 7", "can't be used in 'await' expression"),
    ],
)
def test_awaited(notebook: Kernel, cell: str, text: str) -> None:
    notebook.run("import tango.asyncio").check()
    check_one_error(notebook.run(cell), text)
    check_works(notebook)


@pytest.mark.parametrize("mode", ["synchronous", "futures", "gevent"])
def test_await_where_the_mode_gives_values(notebook: Kernel) -> None:
    check_one_error(notebook.run("await dev.DevLong(1)"), "int can't be used in 'await' expression")
    check_works(notebook)


@pytest.mark.parametrize("call", ["slow.sleep(1)", "slow.slow_1", "slow['slow_1']"])
def test_tango_s_own_timeout(notebook: Kernel, call: str) -> None:
    notebook.run("slow.set_timeout_millis(80)\nslow.get_attribute_list()").check()
    failed = notebook.run(call)
    check_one_error(failed, "Timeout (80 mS) exceeded on device test/slow/1")
    check_works(notebook)


def test_dead_server(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("sync")
    name = server.devices[0]
    notebook.run(f"doomed = tango.DeviceProxy({name!r})\ndoomed.set_point").check()
    server.kill()
    # The first call finds the server gone; others within a second are told to wait.
    for call in ("doomed.echo('x')", "doomed.state()", "doomed.set_point = 1", "doomed['slow']"):
        check_one_error(notebook.run(call), name)
        check_works(notebook)


def test_server_that_dies_during_a_call(notebook: Kernel, start_server: StartServer) -> None:
    server = start_server("slow")
    notebook.run(
        f"doomed = tango.DeviceProxy({server.devices[0]!r})\n"
        f"witness = tango.DeviceProxy({server.devices[0]!r})\n"
        "witness.under_way, doomed.sleep(0)\n"
        "import threading\n"
        "def tell_when_asked():\n"
        "    ask = tango.GreenMode.Synchronous\n"
        "    while witness.read_attribute('under_way', green_mode=ask).value == 0: pass\n"
        "    print('under way', flush=True)"
    ).check()
    cell = notebook.start("threading.Thread(target=tell_when_asked).start()\ndoomed.sleep(2)")
    notebook.wait_for_output(cell, "under way")
    server.kill()
    failed = cell.finish()
    assert failed.error is not None
    assert failed.error.ename in {"ConnectionFailed", "CommunicationFailed"}
    check_works(notebook)


NO_DATABASE = [
    "tango.Database()",
    "tango.DeviceProxy('sys/tg_test/1')",
    "tango.AttributeProxy('sys/tg_test/1/ampli')",
    "tango.Group('group').add('sys/tg_test/1')\ntango.Database()",
]


def test_dead_database(start_kernel: StartKernel) -> None:
    kernel = start_kernel()  # its TANGO_HOST is a port that nothing serves
    kernel.run("%load_ext ipytango\nimport tango").check()
    for mode in MODES:
        kernel.run(f"%tango_green {mode}").check()
        for call in NO_DATABASE:
            failed = kernel.run(call)
            check_one_error(failed, "database")
            assert kernel.run("6 * 7").check().result == "42"
