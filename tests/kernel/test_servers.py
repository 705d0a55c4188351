"""The device servers of the tests do what their names say; from a plain PyTango in this process."""

import time

import pytest
import tango

from conftest import StartServer
from support.kernels import Kernel


def proxy(tango_host: str, name: str) -> tango.DeviceProxy:
    return tango.DeviceProxy(f"tango://{tango_host}/{name}")


def reason(error: pytest.ExceptionInfo[tango.DevFailed]) -> str:
    return str(error.value.args[0].reason)


def test_slow_device_takes_its_time_and_counts(
    tango_host: str, slow_devices: tuple[str, ...]
) -> None:
    device = proxy(tango_host, slow_devices[0])
    start = time.monotonic()
    assert device.slow_7 == 7
    assert time.monotonic() - start >= 0.1
    assert device.sleep(0.05) == 0.05
    assert device.echo("text") == "text"
    assert device.count() + 1 == device.count()
    assert device.under_way == 0
    assert device.peak >= 1


def test_slow_device_fails_on_demand(tango_host: str, slow_devices: tuple[str, ...]) -> None:
    device = proxy(tango_host, slow_devices[0])
    with pytest.raises(tango.DevFailed) as failed:
        device.fail()
    assert reason(failed) == "Test_Failed"
    with pytest.raises(tango.DevFailed) as failed:
        device.fail_after(0.01)
    assert reason(failed) == "Test_Failed"
    with pytest.raises(tango.DevFailed) as refused:
        device.write_attribute("flaky", -1)
    assert reason(refused) == "Test_Refused"
    device.write_attribute("flaky", 2)
    assert device.flaky == 2


def test_slow_device_hangs_until_released(tango_host: str, slow_devices: tuple[str, ...]) -> None:
    device = proxy(tango_host, slow_devices[1])
    device.set_timeout_millis(100)
    with pytest.raises(tango.CommunicationFailed):
        device.read_attribute("ts_hang")
    assert device.under_way == 1
    device.set_timeout_millis(3000)
    while device.under_way:
        device.release()  # again and again: the client may have sent its request twice


def test_slow_device_has_the_types_that_tangotest_lacks(
    tango_host: str, slow_devices: tuple[str, ...]
) -> None:
    device = proxy(tango_host, slow_devices[2])
    device.mode = "STANDBY"
    assert device.mode.name == "STANDBY"
    device.mode_spectrum = [2, 0]
    assert [mode.name for mode in device.mode_spectrum] == ["RUNNING", "OFF"]
    assert device.mode_image[1][0].name == "RUNNING"
    device.state_scalar = tango.DevState.FAULT
    assert device.state_scalar == tango.DevState.FAULT
    assert list(device.state_spectrum) == [tango.DevState.ON, tango.DevState.FAULT]
    device.encoded = ("raw", b"\x01")
    assert device.encoded == ("raw", b"\x01")


def test_sync_device_answers_and_fails(tango_host: str, sync_device: str) -> None:
    device = proxy(tango_host, sync_device)
    assert device.sleep(0.01) == 0.01
    assert device.slow == 0.1
    with pytest.raises(tango.DevFailed) as failed:
        device.fail()
    assert reason(failed) == "Test_Failed"
    with pytest.raises(tango.DevFailed) as refused:
        device.write_attribute("set_point", -1)
    assert reason(refused) == "Test_Refused"


def test_server_of_its_own_can_be_killed(tango_host: str, start_server: StartServer) -> None:
    server = start_server("slow")
    device = proxy(tango_host, server.devices[0])
    assert device.echo("alive") == "alive"
    server.kill()
    with pytest.raises(tango.DevFailed):
        device.echo("dead")


def test_kernel_reaches_the_demo(kernel: Kernel, slow_devices: tuple[str, ...]) -> None:
    outcome = kernel.run("import tango; tango.DeviceProxy('sys/tg_test/1').ping() > 0").check()
    assert outcome.result == "True"
    outcome = kernel.run(f"tango.DeviceProxy({slow_devices[0]!r}).slow_3").check()
    assert outcome.result == "3.0"
