"""`ipytango.stream`: readings as they come, in cells of every mode, in threads, on any loop."""

import pytest

from support.kernels import Kernel

SETUP = """\
import asyncio, gc, threading, time, ipytango
from ipytango.extension import loaded
NAME = "sys/tg_test/1/double_scalar"
ticks = 0
async def tick():
    global ticks
    while True:
        await asyncio.sleep(0.01)
        ticks += 1
"""

END_TIMEOUT_S = 80.0
"""To give a subscription back can take Tango many seconds on a machine with other work."""

NOTHING = "FeedCensus(devices=0, attributes=0, followings=0, subscriptions=0, threads=0)"
UNTIL_NOTHING = f"""\
deadline = time.monotonic() + 60
while str(feeds.census()) != "{NOTHING}" and time.monotonic() < deadline:
    time.sleep(0.02)
str(feeds.census())
"""


@pytest.fixture
def streaming(notebook: Kernel) -> Kernel:
    notebook.run(SETUP).check()
    return notebook


def test_a_cell_takes_readings_while_the_loop_goes_on(streaming: Kernel) -> None:
    """In every mode: the cell waits for each reading, and a task of the loop runs meanwhile."""
    streaming.run("""
task = asyncio.ensure_future(tick())
with ipytango.stream(NAME) as stream:
    readings = []
    for reading in stream:
        readings.append(reading)
        if len(readings) == 5: break
task.cancel()
assert all(isinstance(reading.value, float) for reading in readings), readings
assert {reading.source for reading in readings} >= {"change"}, readings
assert ticks > 10, ticks
assert stream.closed
""").check()


@pytest.mark.parametrize("mode", ["gevent", "asyncio"])
def test_async_for(streaming: Kernel) -> None:
    streaming.run("""
async with ipytango.stream(NAME, "sys/tg_test/1/ampli", keep="all", period=0.1) as stream:
    names = set()
    async for reading in stream:
        names.add(reading.attribute)
        if len(names) == 2: break
""").check()


@pytest.mark.parametrize("mode", ["synchronous", "futures", "gevent", "asyncio"])
def test_an_interrupt_ends_the_wait(streaming: Kernel) -> None:
    cell = streaming.start("""
for reading in ipytango.stream("sys/tg_test/1/ampli", period=1000):
    print("first", "one", flush=True)
""")
    streaming.interrupt_when(cell, "first one")
    error = cell.finish().error
    assert error is not None
    assert error.ename == "KeyboardInterrupt"
    assert streaming.run("1 + 1").check().result == "2"


@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_a_thread_takes_readings(streaming: Kernel) -> None:
    streaming.run("""
taken = []
def take():
    with ipytango.stream(NAME) as stream:
        for reading in stream:
            taken.append(reading.value)
            if len(taken) == 3: break
thread = threading.Thread(target=take)
thread.start()
while thread.is_alive(): await asyncio.sleep(0.01)
assert len(taken) == 3
""").check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_a_close_from_elsewhere_ends_the_loop(streaming: Kernel) -> None:
    streaming.run("""
stream = ipytango.stream("sys/tg_test/1/ampli", period=1000)
next(stream)
threading.Timer(0.1, stream.close).start()
assert [reading for reading in stream] == []
""").check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_sync_code_on_the_loop_is_told_what_to_write(streaming: Kernel) -> None:
    outcome = streaming.run("""
async def wrong():
    for reading in ipytango.stream(NAME): pass
task = asyncio.get_running_loop().create_task(wrong())
while not task.done(): await asyncio.sleep(0.01)
raise task.exception()
""")
    assert outcome.error is not None
    assert outcome.error.ename == "BlocksTheLoop"
    assert "async for" in outcome.error.evalue


@pytest.mark.parametrize("mode", ["gevent"])
def test_greenlets_take_readings(streaming: Kernel) -> None:
    streaming.run("""
import gevent
def take():
    with ipytango.stream(NAME) as stream:
        return [next(stream).value for _ in range(3)]
greenlets = [gevent.spawn(take) for _ in range(5)]
gevent.joinall(greenlets)
assert all(len(greenlet.value) == 3 for greenlet in greenlets)
""").check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_what_nobody_takes_is_counted(streaming: Kernel) -> None:
    streaming.run("""
with ipytango.stream("sys/tg_test/1/ampli", period=0.02) as stream:
    while stream.dropped < 5: await asyncio.sleep(0.01)
    next(stream)
""").check()


@pytest.mark.parametrize("fresh_green_kernel", ["synchronous", "asyncio"], indirect=True)
def test_a_forgotten_stream_ends(fresh_green_kernel: Kernel) -> None:
    fresh_green_kernel.run(SETUP).check()
    outcome = fresh_green_kernel.run(
        f"""
feeds = loaded().client.feeds
stream = ipytango.stream(NAME)
value = next(stream).value
assert feeds.census().followings == 1
del stream
gc.collect()
{UNTIL_NOTHING}
""",
        timeout=END_TIMEOUT_S,
    ).check()
    assert outcome.result == repr(NOTHING)


@pytest.mark.parametrize("name", ["sys/tg_test/1", "ampli", "a/b/c/d/e"])
@pytest.mark.parametrize("mode", ["asyncio"])
def test_bad_names_are_refused(streaming: Kernel, name: str) -> None:
    outcome = streaming.run(f"ipytango.stream({name!r})")
    assert outcome.error is not None
    assert outcome.error.ename == "AttributeNameError"


@pytest.mark.parametrize("fresh_green_kernel", ["gevent"], indirect=True)
def test_after_monkey_patching(fresh_green_kernel: Kernel) -> None:
    """gevent has exchanged sockets and time; the threads of the feeds stay what they are."""
    fresh_green_kernel.run(
        "import gevent.monkey; _ = gevent.monkey.patch_all(thread=False)"
    ).check()
    fresh_green_kernel.run(SETUP).check()
    fresh_green_kernel.run("""
stream = ipytango.stream(NAME)
assert len([next(stream).value for _ in range(3)]) == 3
""").check()
    outcome = fresh_green_kernel.run(
        f"""
feeds = loaded().client.feeds
%unload_ext ipytango
{UNTIL_NOTHING}
""",
        timeout=END_TIMEOUT_S,
    ).check()
    assert outcome.result == repr(NOTHING)


def test_unload_ends_everything(fresh_green_kernel: Kernel) -> None:
    fresh_green_kernel.run(SETUP).check()
    outcome = fresh_green_kernel.run(
        f"""
feeds = loaded().client.feeds
stream = ipytango.stream(NAME, "sys/tg_test/1/ampli")
value = next(stream).value
%unload_ext ipytango
{UNTIL_NOTHING}
""",
        timeout=END_TIMEOUT_S,
    ).check()
    assert outcome.result == repr(NOTHING)
    outcome = fresh_green_kernel.run("stream._followings[0].status; import tango")
    outcome.check()


MANY = """\
import tango
names = [
    f"{device}/{name}"
    for device in ("sys/tg_test/1", *(f"test/slow/{number + 1}" for number in range(5)))
    for name in tango.DeviceProxy(device, green_mode=tango.GreenMode.Synchronous)
        .get_attribute_list()
]
names = (names * 2)[:100]
stream = ipytango.stream(*names, period=0.02)
heard = set()
for reading in stream:
    heard.add(reading.attribute)
    if len(heard) == len(set(names)): break
"""


@pytest.mark.parametrize("fresh_green_kernel", ["synchronous", "asyncio"], indirect=True)
@pytest.mark.parametrize("before", ["", "%unload_ext ipytango"])
def test_a_kernel_that_follows_much_ends_in_silence(
    fresh_green_kernel: Kernel, slow_devices: tuple[str, ...], before: str
) -> None:
    kernel = fresh_green_kernel
    kernel.run(SETUP).check()
    kernel.run(MANY).check()
    _, said = kernel.last_words
    kernel.run(before).check()
    kernel.shutdown()
    status, said_at_last = kernel.last_words
    assert said_at_last == said
    assert status is not None
    assert status >= 0  # no signal has ended it


def test_without_the_extension(fresh_kernel: Kernel) -> None:
    fresh_kernel.run("""
import ipytango
NAME = "sys/tg_test/1/double_scalar"
async with ipytango.stream(NAME) as stream:
    readings = []
    async for reading in stream:
        readings.append(reading)
        if len(readings) == 3: break
""").check()
    fresh_kernel.run("""
import threading
def take():
    taken.extend(reading for reading, _ in zip(ipytango.stream(NAME), range(3)))
taken = []
thread = threading.Thread(target=take)
thread.start()
thread.join()
assert len(taken) == 3
""").check()
