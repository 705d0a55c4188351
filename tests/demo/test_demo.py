"""The demo as a library: what starts, what it leaves alone, and that it ends."""

from __future__ import annotations

import importlib
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import tango

from ipytango.demo import demo
from ipytango.demo._registration import Registrar, Registration
from ipytango.demo._sources import environment
from ipytango.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipytango.demo import Demo

    Proxy = Callable[[Demo, str], Any]
    AllGone = Callable[[set[int]], bool]
    Descendants = Callable[[int], set[int]]

OWNER = """
import json, subprocess, sys, time
from ipytango.demo import demo
d = demo(look_alike=True, log_directory=sys.argv[1])
d.start()
guest = subprocess.Popen(["sleep", "1000"])
ending = d.ending(guest.pid)
ending.__enter__()
heavy = [name for name in ("tango", "numpy") if name in sys.modules]
pids = [d.database.pid, d.tango_test.pid, guest.pid]
print(json.dumps({"pids": pids, "heavy": heavy}), flush=True)
time.sleep(1000)
"""


def test_public_names_are_there_and_documented() -> None:
    package = importlib.import_module("ipytango.demo")  # `ipytango.demo` is the function
    for name in package.__all__:
        assert getattr(package, name).__doc__


def test_with_block_exports_tango_host_and_takes_it_back(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGO_HOST", "before:10000")
    ground = demo(log_directory=tmp_path)
    with ground as tango_host:
        assert os.environ["TANGO_HOST"] == tango_host == ground.tango_host
        assert ground.devices == ("sys/tg_test/1",)
        device = proxy(ground, ground.device)
        assert device.state() == tango.DevState.RUNNING
        assert device.get_property("Sleep_period")["Sleep_period"][0] == "100"
        assert device.get_attribute_poll_period("double_scalar") == 200
        assert device.get_attribute_poll_period("State") == 500
    assert os.environ["TANGO_HOST"] == "before:10000"
    assert not ground.running


def test_start_and_stop_leave_the_environment_alone_and_nothing_behind(
    tmp_path: Path, all_gone: AllGone, descendants: Descendants
) -> None:
    before, environ = descendants(os.getpid()), dict(os.environ)
    ground = demo(log_directory=tmp_path)
    ground.start()
    pids = descendants(os.getpid()) - before
    assert {ground.database.pid, ground.tango_test.pid} <= pids
    assert dict(os.environ) == environ
    ground.stop()
    ground.stop()
    assert all_gone(pids)
    with pytest.raises(DemoError, match="not running"):
        _ = ground.tango_host


def test_a_demo_can_be_started_again_in_the_same_log_directory(
    tmp_path: Path, proxy: Proxy
) -> None:
    ground = demo(log_directory=tmp_path)
    for _ in range(2):
        with ground:
            assert proxy(ground, ground.device).ping() > 0


def test_starting_twice_is_refused(ground: Demo) -> None:
    with pytest.raises(DemoError, match="already running"):
        ground.start()


def test_everything_listens_on_loopback_only(ground: Demo) -> None:
    for pid in (ground.database.pid, ground.tango_test.pid):
        addresses = {
            connection.laddr.ip
            for connection in psutil.Process(pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert addresses == {"127.0.0.1"}


def test_demos_side_by_side_do_not_see_each_other(ground: Demo, tmp_path: Path) -> None:
    other = demo(look_alike=True, log_directory=tmp_path / "other")
    with other:
        assert other.tango_host != ground.tango_host
        for one in (ground, other):
            host, port = one.tango_host.split(":")
            database = tango.Database(host, int(port))
            assert database.get_device_info("sys/tg_test/1").pid == one.tango_test.pid


def test_a_database_of_somebody_else_is_not_written_to(ground: Demo, tmp_path: Path) -> None:
    log = tmp_path / "registrar.log"
    registrar = Registrar(environment(None, tmp_path), log)
    stranger = ground.tango_test._process
    try:
        with pytest.raises(DemoError, match="not the demo's"):
            registrar.register(
                Registration("Intruder/1", {"Intruder": ["a/b/c"]}), ground.tango_host, stranger, 5
            )
    finally:
        registrar.close()
    host, port = ground.tango_host.split(":")
    assert "Intruder/1" not in list(tango.Database(host, int(port)).get_server_list())


def test_a_used_port_is_refused_by_number(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=f"Port {port} on 127.0.0.1 cannot be used"):
            demo(port=port, log_directory=tmp_path).start()


def test_a_chosen_port_is_used(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with demo(port=port, log_directory=tmp_path) as tango_host:
        assert tango_host == f"127.0.0.1:{port}"


def test_without_pytango_db_the_database_inside_pytango_runs(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "databaseds", None)
    ground = demo(log_directory=tmp_path)
    with ground:
        assert "tango.databaseds.database" in psutil.Process(ground.database.pid).cmdline()
        assert proxy(ground, ground.device).ping() > 0


def test_without_pytango_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tango", None)
    with pytest.raises(DemoError, match=r"PyTango is not installed .* pip install pytango"):
        demo(log_directory=tmp_path).start()


def test_a_tango_test_that_ends_at_its_start_is_an_error_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_gone: AllGone, descendants: Descendants
) -> None:
    program = tmp_path / "TangoTest"
    program.write_text("#!/bin/sh\necho no such instrument >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    before = descendants(os.getpid())
    with pytest.raises(DemoError, match=r"exit code 3 at its start(.|\n)*no such instrument"):
        demo(log_directory=tmp_path / "logs").start()
    assert all_gone(descendants(os.getpid()) - before)


def test_an_added_server_answers_and_sees_its_surroundings(
    ground: Demo, proxy: Proxy, echo_server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTANGO_GREEN_MODE", "gevent")
    server = ground.add_server(
        echo_server,
        "one",
        {"Echo": ["test/echo/1", "test/echo/2"]},
        arguments=["-v2"],
        properties={"test/echo/2": {"Range": ["1", "2"]}},
        green="asyncio",
    )
    assert server.name == "echo_server/one"
    assert ground.devices[0] == "sys/tg_test/1"
    assert ground.devices[-2:] == ("test/echo/1", "test/echo/2")
    second = proxy(ground, "test/echo/2")
    assert second.Variable("TANGO_HOST") == ground.tango_host
    assert second.Variable("PYTANGO_GREEN_MODE") == "asyncio"
    assert second.Arguments().startswith("one -v2 ")
    assert list(second.get_property("Range")["Range"]) == ["1", "2"]
    server.stop()


def test_a_server_can_be_killed_restarted_suspended_and_stopped(
    ground: Demo, proxy: Proxy, echo_server: Path
) -> None:
    server = ground.add_server(echo_server, "killed", {"Echo": ["test/killed/1"]})
    host, port = ground.tango_host.split(":")
    database = tango.Database(host, int(port))
    first = server.pid

    server.kill()
    assert (server.running, server.returncode) == (False, -signal.SIGKILL)
    assert database.get_device_info("test/killed/1").exported

    server.restart()
    assert server.running
    assert server.pid != first
    device = proxy(ground, "test/killed/1")
    assert device.ping() > 0

    server.suspend()
    assert psutil.Process(server.pid).status() == psutil.STATUS_STOPPED
    server.resume()
    assert device.ping() > 0

    server.suspend()
    server.stop()
    assert server.returncode is not None
    assert not database.get_device_info("test/killed/1").exported


def test_a_server_that_ends_at_its_start_is_an_error_with_its_last_words(
    ground: Demo, echo_server: Path
) -> None:
    with pytest.raises(DemoError, match=r"exit code 1 at its start(.|\n)*cannot open the hardware"):
        ground.add_server(echo_server, "ending", {"Echo": ["test/ending/1"]}, arguments=["--fail"])
    assert "test/ending/1" not in ground.devices


def test_a_server_that_does_not_serve_its_device_is_an_error_and_ended(
    ground: Demo, echo_server: Path, descendants: Descendants
) -> None:
    before = descendants(os.getpid())
    with pytest.raises(DemoError, match="test/mute/1 does not answer: it is not exported"):
        ground.add_server(echo_server, "mute", {"Other": ["test/mute/1"]}, timeout_s=1.5)
    assert descendants(os.getpid()) == before


def test_a_taken_name_is_refused(ground: Demo, echo_server: Path) -> None:
    server = ground.add_server(echo_server, "taken", {"Echo": ["test/taken/1"]})
    with pytest.raises(DemoError, match="test/taken/1 is already there"):
        ground.add_server(echo_server, "other", {"Echo": ["Test/Taken/1"]})
    with pytest.raises(DemoError, match="echo_server/taken is already there"):
        ground.add_server(echo_server, "taken", {"Echo": ["test/taken/2"]})
    server.stop()


def test_a_death_is_told_with_its_cause_and_an_end_that_was_asked_for_is_not(
    tmp_path: Path, echo_server: Path
) -> None:
    told: queue.Queue[str] = queue.Queue()
    ground = demo(log_directory=tmp_path, notify=told.put)
    with ground:
        asked = ground.add_server(echo_server, "one", {"Echo": ["test/echo/1"]})
        asked.stop()
        os.kill(ground.tango_test.pid, signal.SIGKILL)
        line = told.get(timeout=10)
    assert line.startswith(f"TangoTest/test (pid {ground_pid(line)}) ended by SIGKILL; its log: ")
    assert told.empty()


def ground_pid(line: str) -> int:
    """Give the process number that a line of news names."""
    return int(line.partition("pid ")[2].partition(")")[0])


def test_nothing_outlives_a_killed_keeper(tmp_path: Path, all_gone: AllGone) -> None:
    told: queue.Queue[str] = queue.Queue()
    ground = demo(log_directory=tmp_path, notify=told.put)
    with ground:
        pids = {ground.database.pid, ground.tango_test.pid}
        os.kill(psutil.Process(ground.database.pid).ppid(), signal.SIGKILL)
        assert all_gone(pids)
        assert {told.get(timeout=10).split()[0] for _ in pids} == {"database", "TangoTest/test"}
        with pytest.raises(DemoError, match=r"database .* gone with its keeper"):
            ground.tango_test.restart()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_killed_owner_which_never_imported_pytango(
    tmp_path: Path, number: signal.Signals, all_gone: AllGone, descendants: Descendants
) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        ready, _, _ = select.select([owner.stdout], [], [], 60)
        assert ready
        told = json.loads(owner.stdout.readline())
        pids = descendants(owner.pid)
        assert set(told["pids"]) <= pids
        assert told["heavy"] == []
        owner.send_signal(number)
    assert all_gone(pids)
