"""Many calls at once: none delays another device's, none is lost, and what is queued is visible."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipytango.demo import Demo, DeviceServer
from support.kernels import Kernel

SERVERS = Path(__file__).parents[1] / "support" / "servers"
StartServer = Callable[..., DeviceServer]
GREEN_MODES = ["futures", "gevent", "asyncio"]

# `crowd` holds what calls it until the gate opens. `watch` asks it directly, past every queue.
CROWD = """
import concurrent.futures, time
import gevent

TIMEOUT_MS = 30_000

def proxy(name, mode=None):
    made = tango.DeviceProxy(name, green_mode=mode)
    made.set_timeout_millis(TIMEOUT_MS)
    return made

crowd = [proxy(name) for name in names]
watch = proxy(names[0], tango.GreenMode.Synchronous)
watch.open_gate()
while watch.present:
    await asyncio.sleep(0.01)
for device in names:
    proxy(device, tango.GreenMode.Synchronous).close_gate()

def stay(device, label):
    return device.command_inout("stay", str(label), wait=False)

async def until_present(count):
    while watch.present < count:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # for what comes in excess
    assert watch.present == count, watch.present

async def settled(futures):
    # Their values, in the way of each mode.
    if not futures or isinstance(futures[0], asyncio.Future):
        return await asyncio.gather(*futures)
    wait = "result" if hasattr(futures[0], "add_done_callback") else "get"
    return [getattr(future, wait)(timeout=20) for future in futures]

def pending(futures):
    return [f for f in futures if not (f.ready() if hasattr(f, "ready") else f.done())]
"""

DEFAULT_LIMITS = "%tango_green --workers 1000 --per-device 10 --per-server 100"


@pytest.fixture(scope="module")
def crowd_devices(demo: Demo) -> Iterator[tuple[str, ...]]:
    """Five devices of one server that hold their calls."""
    names = [f"test/crowd/{number}" for number in range(5)]
    server = demo.add_server(SERVERS / "crowd_server.py", "shared", {"Crowd": names})
    yield server.devices
    server.kill()


@pytest.fixture
def crowd(notebook: Kernel, crowd_devices: tuple[str, ...]) -> Kernel:
    """The notebook with these devices, empty."""
    notebook.run(f"{DEFAULT_LIMITS}\nnames = {crowd_devices!r}\n{CROWD}").check()
    return notebook


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_calls_that_hang_at_one_device_do_not_delay_another(crowd: Kernel) -> None:
    crowd.run(
        "hung = [stay(crowd[0], n) for n in range(20)]\n"
        "await until_present(10)\n"
        "assert dev.DevString('well') == 'well'\n"
        "assert crowd[1].peak == 10\n"
        "assert len(pending(hung)) == 20\n"
        "watch.open_gate()\n"
        "assert await settled(hung) == [str(n) for n in range(20)]"
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_calls_at_one_device_are_capped(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 3\n"
        "calls = [stay(crowd[0], n) for n in range(12)]\n"
        "await until_present(3)\n"
        "watch.open_gate()\n"
        "await settled(calls)\n"
        "assert watch.device_peak == 3, watch.device_peak"
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_calls_at_one_server_are_capped(crowd: Kernel) -> None:
    """The devices have answered, so their server is known, as in any session."""
    crowd.run(
        "%tango_green --per-server 7\n"
        "for device in crowd: device.ping()\n"
        "calls = [stay(device, n) for n in range(4) for device in crowd]\n"
        "await until_present(7)\n"
        "assert dev.DevString('well') == 'well'  # another server\n"
        "watch.open_gate()\n"
        "await settled(calls)\n"
        "assert watch.peak == 7, watch.peak"
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_calls_in_all_are_capped(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --workers 4\n"
        "calls = [stay(device, n) for n in range(4) for device in crowd]\n"
        "await until_present(4)\n"
        "watch.open_gate()\n"
        "await settled(calls)\n"
        "assert watch.peak == 4, watch.peak"
    ).check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_higher_cap_starts_what_is_queued(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 2\n"
        "calls = [stay(crowd[0], n) for n in range(6)]\n"
        "await until_present(2)\n"
        "%tango_green --per-device 5\n"
        "await until_present(5)\n"
        "watch.open_gate()\n"
        "await settled(calls)"
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_queued_calls_start_in_the_order_in_which_they_were_made(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 1\n"
        "calls = [stay(crowd[0], n) for n in range(30)]\n"
        "watch.open_gate()\n"
        "await settled(calls)\n"
        "assert list(watch.arrivals) == [str(n) for n in range(30)], watch.arrivals"
    ).check()


@pytest.mark.parametrize("mode", ["futures", "asyncio"])
def test_cancelled_call_that_was_queued_never_runs(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 2\n"
        "calls = [stay(crowd[0], n) for n in range(6)]\n"
        "await until_present(2)\n"
        "assert calls[3].cancel() and calls[3].cancelled()\n"
        "watch.open_gate()\n"
        "await settled(calls[:3] + calls[4:])\n"
        "assert sorted(watch.arrivals) == ['0', '1', '2', '4', '5'], watch.arrivals"
    ).check()


@pytest.mark.parametrize("mode", ["futures", "asyncio"])
def test_cancelled_call_in_flight_harms_nobody(crowd: Kernel) -> None:
    """Its answer comes when nobody wants it; the calls after it find a thread."""
    outcome = crowd.run(
        "calls = [stay(crowd[0], n) for n in range(3)]\n"
        "await until_present(3)\n"
        "for call in calls: call.cancel()\n"
        "watch.open_gate()\n"
        "while watch.present: await asyncio.sleep(0.01)\n"
        "await asyncio.sleep(0.05)\n"
        "others = [stay(crowd[1], n) for n in range(8)]\n"
        "assert await settled(others) == [str(n) for n in range(8)]"
    ).check()
    assert outcome.stderr == ""


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_interrupted_call_that_was_queued_never_runs(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 2\n"
        "calls = [stay(crowd[0], n) for n in range(2)]\n"
        "await until_present(2)"
    ).check()
    queued = crowd.start(
        "asyncio.get_running_loop().call_soon(lambda: print('que' + 'ued', flush=True))\n"
        "crowd[0].stay('never')"
    )
    crowd.interrupt_when(queued, "queued")
    assert queued.finish().status == "error"
    crowd.run(
        "watch.open_gate()\n"
        "await settled(calls)\n"
        "crowd[0].stay('later')\n"
        "assert list(watch.arrivals)[2:] == ['later'], watch.arrivals"
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_status_shows_what_is_pending_and_queued_and_where(crowd: Kernel) -> None:
    crowd.run(
        "%tango_green --per-device 4\n"
        "calls = [stay(crowd[0], n) for n in range(6)] + [stay(crowd[1], n) for n in range(3)]\n"
        "await until_present(7)"
    ).check()
    outcome = crowd.run("%tango_green").check()
    names = ast.literal_eval(crowd.run("list(names)").check().result or "")
    for shown in (outcome.result or "", outcome.result_data["text/html"]):
        assert "7 pending, 2 queued" in shown
        assert names[0] in shown
        assert "4 pending, 2 queued" in shown
        assert names[1] in shown
        assert "3 pending, 0 queued" in shown
        assert names[2] not in shown
    crowd.run("watch.open_gate()\nawait settled(calls)").check()
    assert "0 pending, 0 queued" in (crowd.run("%tango_green").check().result or "")


@pytest.mark.parametrize("mode", ["asyncio"])
def test_error_of_one_of_many_is_its_own(crowd: Kernel) -> None:
    crowd.run(
        "watch.open_gate()\n"
        "calls = [stay(crowd[0], 1), crowd[0].read_attribute('nosuch', wait=False), "
        "stay(crowd[1], 2)]\n"
        "found = await asyncio.gather(*calls, return_exceptions=True)\n"
        "assert found[0] == '1' and found[2] == '2', found\n"
        "assert isinstance(found[1], tango.DevFailed), found"
    ).check()


# --- with the time that calls take ----------------------------------------------------------------


@pytest.mark.parametrize("mode", ["asyncio"])
def test_200_reads_at_a_server_that_serialises_all_succeed(
    notebook: Kernel, start_server: StartServer
) -> None:
    """20 s of work for the device; the time-out of 3 s begins when a call is made, not queued.

    The same reads by 200 threads run into it: that is what the cap is for.
    """
    server = start_server("sync", 1)
    notebook.run(
        f"{DEFAULT_LIMITS}\n"
        f"serial = tango.DeviceProxy({server.devices[0]!r})\n"
        "reads = await asyncio.gather(*(serial.read_attribute('slow') for _ in range(200)))\n"
        "assert len(reads) == 200 and {read.value for read in reads} == {0.1}",
        timeout=60,
    ).check()
    notebook.run(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "direct = tango.DeviceProxy(serial.dev_name(), green_mode=tango.GreenMode.Synchronous)\n"
        "def read(_):\n"
        "    try:\n"
        "        return direct.read_attribute('slow').value\n"
        "    except tango.DevFailed as error:\n"
        "        return error\n"
        "with ThreadPoolExecutor(200) as threads:\n"
        "    naive = list(threads.map(read, range(200)))\n"
        "assert sum(isinstance(value, tango.DevFailed) for value in naive) > 100, naive",
        timeout=60,
    ).check()


@pytest.mark.parametrize("mode", GREEN_MODES)
def test_1000_calls_over_10_servers_all_succeed(
    notebook: Kernel, load_devices: tuple[str, ...]
) -> None:
    notebook.run(
        f"{DEFAULT_LIMITS}\n{CROWD.partition('crowd =')[0]}\n"
        f"async def settled{CROWD.partition('async def settled')[2]}\n"
        f"devices = [tango.DeviceProxy(name) for name in {load_devices!r}]\n"
        "assert len(devices) == 50\n"
        # Not what is tested: ten servers in Python on a busy machine may take their time.
        "for device in devices: device.set_timeout_millis(20_000)\n"
        "calls = [device.read_attribute(f'slow_{number}', wait=False)\n"
        "         for number in range(20) for device in devices]\n"
        "values = [reading.value for reading in await settled(calls)]\n"
        "assert values == [float(number) for number in range(20) for _ in devices], values",
        timeout=60,
    ).check()
