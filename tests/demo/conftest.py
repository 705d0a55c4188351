"""Demos for the tests of the demo, and what they look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import tango

from ipytango.demo import demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipytango.demo import Demo

    Proxy = Callable[[Demo, str], Any]

END_TIMEOUT_S = 10.0


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo, of the kind that this machine has; the module's tests share it."""
    running = demo(log_directory=tmp_path_factory.mktemp("logs"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def proxy() -> Proxy:
    """Give the maker of proxies to a demo's devices, whatever TANGO_HOST is."""

    def make(of: Demo, device: str) -> Any:
        made = tango.DeviceProxy(f"tango://{of.tango_host}/{device}")
        made.set_timeout_millis(3000)
        return made

    return make


@pytest.fixture(scope="session")
def echo_server() -> Path:
    """Give the file of a small device server."""
    return Path(__file__).with_name("echo_server.py")


@pytest.fixture(scope="session")
def all_gone() -> Callable[[set[int]], bool]:
    """Give the function that waits for processes to end, and tells whether they all did."""

    def wait(pids: set[int]) -> bool:
        _, alive = psutil.wait_procs(
            [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=END_TIMEOUT_S
        )
        return not alive

    return wait


@pytest.fixture(scope="session")
def descendants() -> Callable[[int], set[int]]:
    """Give the function that lists a process's children, theirs and so on."""

    def find(pid: int) -> set[int]:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}

    return find
