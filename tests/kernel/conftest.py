"""A notebook in each green mode: a kernel with ipytango, TangoTest as `dev`, one mode chosen."""

from pathlib import Path

import pytest

from support.kernels import Kernel
from support.sources import WriteSource

MODES = ("synchronous", "futures", "gevent", "asyncio")

DEFINITIONS = """\
import asyncio, inspect, tango
dev = tango.DeviceProxy("sys/tg_test/1")
slow = tango.DeviceProxy("test/slow/1")
"""


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each green mode; a test that is about some of them parametrises `mode` itself."""
    return str(request.param)


@pytest.fixture
def notebook(green_kernel: Kernel, mode: str, slow_devices: tuple[str, ...]) -> Kernel:
    """The module's kernel in `mode`, with new proxies `dev` (TangoTest) and `slow`."""
    assert slow_devices[0] == "test/slow/1"
    green_kernel.run(f"%tango_green {mode} --autoawait\n{DEFINITIONS}").check()
    return green_kernel


@pytest.fixture
def write_source(notebook: Kernel, tmp_path: Path) -> WriteSource:
    """Write a Python file where the notebook's `import` and `%run` find it; gives its path."""
    notebook.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r})").check()

    def write(name: str, source: str) -> Path:
        path = tmp_path / name
        path.write_text(source)
        return path

    return write
