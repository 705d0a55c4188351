"""Plain PyTango programs, each in a process of its own: what ipytango is measured against."""

import asyncio
import sys
import time

import tango
from tango.asyncio_executor import AsyncioExecutor
from tango.utils import PyTangoThreadPoolExecutor

DEVICE = "sys/tg_test/1"
ATTRIBUTE = "double_scalar"
FOLLOWED_TURNS = 50


def read(mode: str, count: str) -> None:
    """Print the seconds that one read takes, of `count` in turn, in a green mode."""
    number = int(count)
    green_mode = tango.GreenMode.names[mode.capitalize()]
    device = tango.DeviceProxy(DEVICE, green_mode=green_mode)
    if mode == "asyncio":
        asyncio.run(_read_awaited(number))
        return
    device.read_attribute(ATTRIBUTE)
    start = time.perf_counter()
    for _ in range(number):
        device.read_attribute(ATTRIBUTE)
    print((time.perf_counter() - start) / number)


async def _read_awaited(number: int) -> None:
    device = tango.DeviceProxy(DEVICE, green_mode=tango.GreenMode.Asyncio)
    await device.read_attribute(ATTRIBUTE)
    start = time.perf_counter()
    for _ in range(number):
        await device.read_attribute(ATTRIBUTE)
    print((time.perf_counter() - start) / number)


def many(workers: str, attributes: str, *devices: str) -> None:
    """Print the seconds that one read of each attribute of each device takes, all gathered.

    With a pool of `workers` threads; the default pool of PyTango for 0.
    """
    asyncio.run(_many(int(workers), int(attributes), devices))


async def _many(workers: int, attributes: int, devices: tuple[str, ...]) -> None:
    pool = PyTangoThreadPoolExecutor(max_workers=workers) if workers else None
    executor = AsyncioExecutor(subexecutor=pool)
    mode = tango.GreenMode.Asyncio
    proxies = [
        tango.DeviceProxy(name, green_mode=mode, asyncio_executor=executor) for name in devices
    ]
    for proxy in proxies:
        await proxy.state()
    start = time.perf_counter()
    await asyncio.gather(
        *(proxy.read_attribute(f"slow_{n}") for proxy in proxies for n in range(attributes))
    )
    print(time.perf_counter() - start)


def follow(kind: str, number: str, rate_hz: str, *devices: str) -> None:
    """Print the CPU seconds per second that it takes to follow so many attributes of each device.

    Readings and events are taken and dropped: with `kind` "polled" the attributes of a device are
    read together, one device after the other.
    """
    names = [f"{kind}_{one}" for one in range(int(number))]
    proxies = [tango.DeviceProxy(device) for device in devices]
    if kind == "pushed":
        for proxy in proxies:
            for name in names:
                proxy.subscribe_event(name, tango.EventType.CHANGE_EVENT, _drop)
    cpu, start = time.process_time(), time.perf_counter()
    for turn in range(1, FOLLOWED_TURNS + 1):
        if kind == "polled":
            for proxy in proxies:
                proxy.read_attributes(names)
        time.sleep(max(0.0, start + turn / float(rate_hz) - time.perf_counter()))
    print((time.process_time() - cpu) / (time.perf_counter() - start))


def _drop(_: object) -> None:
    """Take an event, and do nothing with it."""


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
