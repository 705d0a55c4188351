"""`%tango_demo` in a real kernel: a Tango of the kernel's own."""

import psutil
import pytest

from support.kernels import Kernel

STATE = "str(tango.DeviceProxy('sys/tg_test/1').state())"


@pytest.fixture
def notebook(green_kernel: Kernel) -> Kernel:
    """A green kernel without a demo of its own."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run("import os, tango").check()
    return green_kernel


@pytest.mark.parametrize("end", ["%tango_demo --stop", "%unload_ext ipytango"])
def test_demo_is_chosen_and_ended(notebook: Kernel, end: str) -> None:
    host = notebook.run("os.environ['TANGO_HOST']").check().result
    assert "TangoTest sys/tg_test/1" in (notebook.run("d = %tango_demo\nd").check().result or "")
    own = notebook.run("os.environ['TANGO_HOST']").check().result
    assert own != host
    assert notebook.run(f"(d.tango_host, {STATE})").check().result == f"({own}, 'RUNNING')"
    pid = int(notebook.run("d.database.pid").check().result or "0")
    assert psutil.pid_exists(pid)
    notebook.run(end).check()
    notebook.wait_until(lambda: not psutil.pid_exists(pid), "the database's end")
    assert notebook.run("os.environ['TANGO_HOST']").check().result == host


def test_asked_twice_it_is_the_same(notebook: Kernel) -> None:
    notebook.run("d = %tango_demo").check()
    first = notebook.run("d.tango_host").check().result
    notebook.run("d = %tango_demo").check()
    assert notebook.run("d.tango_host").check().result == first
    notebook.run("%tango_demo --stop\n%tango_demo --stop").check()


def test_bad_arguments(notebook: Kernel) -> None:
    assert "unrecognized arguments: --port" in notebook.run("%tango_demo --port 1").stderr
