"""The green kernels and terminals of the tests are in the mode that was asked for."""

import pytest

from support.kernels import Kernel
from support.terminals import Terminal

MODES = ["synchronous", "futures", "gevent", "asyncio"]


@pytest.mark.parametrize("green_kernel", MODES, indirect=True)
def test_green_kernel_is_in_the_mode_asked_for(
    green_kernel: Kernel, request: pytest.FixtureRequest
) -> None:
    mode = request.node.callspec.params["green_kernel"]
    assert f"[{mode}]" in green_kernel.run("%tango_green").check().text


@pytest.mark.parametrize("green_terminal", ["asyncio"], indirect=True)
def test_green_terminal_is_in_the_mode_asked_for(green_terminal: Terminal) -> None:
    assert "[asyncio]" in green_terminal.run("%tango_green")


def test_load_devices_answer_from_one_kernel(
    fresh_green_kernel: Kernel, load_devices: tuple[str, ...]
) -> None:
    outcome = fresh_green_kernel.run(
        "%tango_green futures\n"
        "import tango\n"
        f"sum(tango.DeviceProxy(name).slow_1 for name in {load_devices!r})"
    ).check()
    assert outcome.result == "50.0"
