"""The green core against plain PyTango and a plain kernel, as ratios measured in one run.

`make benchmarks` prints the table. Nothing here is asserted but that the work was done.
"""

import time
from collections.abc import Callable

import psutil
import pytest

from support.kernels import Kernel

from .conftest import Figures

ROUNDS = 7
READS = 2000
MODES = ("synchronous", "futures", "gevent", "asyncio")

Program = Callable[..., list[float]]

TIMED = """
import time
def timed(function, count):
    function()
    start = time.perf_counter()
    for _ in range(count):
        function()
    return (time.perf_counter() - start) / count
"""


def seconds_in(kernel: Kernel, code: str) -> float:
    result = kernel.run(code, timeout=120).check().result
    assert result is not None
    return float(result)


def test_an_empty_cell(kernel: Kernel, green_kernel: Kernel, figures: Figures) -> None:
    """From the request to the reply; both kernels in turn."""

    def seconds(one: Kernel) -> float:
        start = time.perf_counter()
        for _ in range(20):
            one.run("pass")
        return (time.perf_counter() - start) / 20 * 1e3

    pairs = [(seconds(green_kernel), seconds(kernel)) for _ in range(ROUNDS)]
    ours, theirs = zip(*pairs, strict=True)
    figures.compare("an empty cell", list(ours), list(theirs), "ms")


@pytest.mark.parametrize("mode", MODES)
def test_a_read_in_a_cell(
    mode: str, green_kernel: Kernel, plain_program: Program, figures: Figures
) -> None:
    """A read in a cell against the same in a plain program of that mode."""
    green_kernel.run(f"%tango_green {mode}\nimport tango\n{TIMED}").check()
    green_kernel.run("dev = tango.DeviceProxy('sys/tg_test/1')").check()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        code = f"timed(lambda: dev.read_attribute('double_scalar'), {READS})"
        ours.append(seconds_in(green_kernel, code) * 1e6)
        theirs.append(plain_program("read", mode, READS)[0] * 1e6)
    figures.compare(f"a read in a cell, {mode}", ours, theirs, "us")


@pytest.mark.parametrize("green_kernel", ["gevent"], indirect=True)
def test_idle(kernel: Kernel, green_kernel: Kernel, figures: Figures) -> None:
    """Processor time of an idle kernel with the gevent hub on its loop, and of a plain one."""
    green_kernel.run("import gevent; gevent.sleep(0.01)").check()
    both = [psutil.Process(one.pid) for one in (green_kernel, kernel)]
    seconds = 10.0

    def used() -> list[float]:
        return [sum(process.cpu_times()[:2]) for process in both]

    before = used()
    time.sleep(seconds)
    ours, theirs = ((b - a) / seconds * 100 for a, b in zip(before, used(), strict=True))
    figures.add("an idle kernel with gevent's hub", f"ipytango {ours:.1f} %, plain {theirs:.1f} %")


WAITS = {
    "on Tango, futures": "%%tango_green futures\nslow.sleep(10)",
    "on Tango, gevent": "%%tango_green gevent\nslow.sleep(10)",
    "on Tango, asyncio": "%%tango_green asyncio\nslow.sleep(10)",
    "on await": "await asyncio.sleep(10)",
    "in gevent.sleep": "gevent.sleep(10)",
    "in time.sleep": "time.sleep(10)",
    "in a busy loop": "while True: pass",
}


@pytest.mark.parametrize("wait", WAITS)
def test_an_interrupt(
    wait: str, green_kernel: Kernel, slow_devices: tuple[str, ...], figures: Figures
) -> None:
    """From the signal to the end of the cell, as the front end sees it."""
    green_kernel.run("import asyncio, gevent, tango, time").check()
    green_kernel.run(f"slow = tango.DeviceProxy('{slow_devices[0]}')").check()
    magic, _, body = WAITS[wait].rpartition("\n")
    latencies = []
    for _ in range(ROUNDS):
        cell = green_kernel.start(f"{magic}\nprint('waiting', flush=True)\n{body}".lstrip())
        asked_at = green_kernel.interrupt_when(cell, "waiting")
        outcome = green_kernel.finish(cell)
        assert outcome.error is not None
        assert outcome.ended_at is not None
        latencies.append((outcome.ended_at - asked_at) * 1e3)
    latencies.sort()
    figures.add(
        f"an interrupt {wait}",
        f"{latencies[len(latencies) // 2]:.0f} ms (at most {latencies[-1]:.0f} ms)",
    )


@pytest.mark.parametrize("how", ["gathered", "wait=False"])
def test_a_thousand_calls(
    how: str,
    green_kernel: Kernel,
    load_devices: tuple[str, ...],
    plain_program: Program,
    figures: Figures,
) -> None:
    """1000 reads of 100 ms at 50 devices in 10 servers, against the best way in plain PyTango."""
    attributes = 20
    green_kernel.run("%tango_green asyncio\nimport asyncio, tango, time").check()
    green_kernel.run(
        f"devices = [tango.DeviceProxy(name) for name in {load_devices!r}]\n"
        "names = [f'slow_{n}' for n in range(20)]\n"
        "[dev.state() for dev in devices]"
    ).check()
    calls = "dev.read_attribute(name{}) for dev in devices for name in names"
    code = {
        "gathered": f"values = await asyncio.gather(*({calls.format('')}))",
        "wait=False": f"futures = [{calls.format(', wait=False')}]\n"
        "values = [await future for future in futures]",
    }[how]
    ours, best, default = [], [], []
    for _ in range(3):
        timed = f"start = time.perf_counter()\n{code}\ntime.perf_counter() - start"
        ours.append(seconds_in(green_kernel, timed))
        best.append(plain_program("many", 1000, attributes, *load_devices)[0])
        default.append(plain_program("many", 0, attributes, *load_devices)[0])
    assert green_kernel.run("len(values)").result == "1000"
    figures.compare(f"1000 calls, {how}, against 1000 threads", ours, best, "s")
    figures.compare(f"1000 calls, {how}, against PyTango's 20", ours, default, "s")
