"""Where code expects an awaitable, a call in asyncio mode gives one: `await` stays what it is."""

import pytest

from support.cells import results_of
from support.kernels import Kernel
from support.sources import WriteSource

pytestmark = pytest.mark.parametrize("mode", ["asyncio"])


@pytest.fixture
def ready(notebook: Kernel) -> Kernel:
    notebook.run("dev.write_attribute('ampli', 2.5)\nslow.forget_peak()").check()
    return notebook


# --- await, auto-await on and off -----------------------------------------------------------------

AWAITS = {
    "await dev.state()": "<DevState.RUNNING: 10>",
    "await dev.ampli": "2.5",
    "(await dev['ampli']).value": "2.5",
    "(await dev.read_attribute('ampli')).value": "2.5",
    "await dev.DevString('x')": "'x'",
    "await dev.devstring('x')": "'x'",
    "await dev.command_inout('DevDouble', 1.5)": "1.5",
    "[r.value for r in await dev.read_attributes(['ampli'])]": "[2.5]",
    "(await dev.write_read_attribute('ampli', 2.5)).value": "2.5",
    "await dev.write_attribute('ampli', 2.5)": "None",
    "await asyncio.gather(dev.ampli, dev.DevLong(1))": "[2.5, 1]",
    "await asyncio.gather(*(dev.DevLong(n) for n in range(3)))": "[0, 1, 2]",
    "await asyncio.gather(*[dev.DevLong(n) for n in range(3)])": "[0, 1, 2]",
    "await asyncio.gather(*map(dev.DevLong, range(3)))": "[0, 1, 2]",
    "await asyncio.wait_for(dev.state(), 3)": "<DevState.RUNNING: 10>",
    "await asyncio.wait_for(dev.ampli, 3)": "2.5",
    "await asyncio.shield(dev.state())": "<DevState.RUNNING: 10>",
    "await asyncio.ensure_future(dev.ampli)": "2.5",
    "await asyncio.create_task(dev.ampli)": "2.5",
    "await (lambda: dev.state())()": "<DevState.RUNNING: 10>",
    "await (dev.state() if True else dev.status())": "<DevState.RUNNING: 10>",
    "done, _ = await asyncio.wait([dev.DevLong(1), dev.DevLong(2)])\nlen(done)": "2",
    "[await dev.DevLong(n) for n in range(2)]": "[0, 1]",
    "{n: await dev.DevLong(n) for n in range(2)}": "{0: 0, 1: 1}",
    "[n async for n in (await dev.DevLong(n) for n in range(2))]": "[0, 1]",
    "await dev.DevLong(await dev.DevLong(4))": "4",
    "(await dev.DevLong(1)) + (await dev.DevLong(2))": "3",
    "f'{await dev.DevLong(1)}'": "'1'",
    "if await dev.DevLong(1): seen = await dev.DevLong(2)\nseen": "2",
    "for n in await asyncio.gather(dev.DevLong(6)): seen = n\nseen": "6",
    "async with asyncio.Lock():\n    seen = await dev.DevLong(3)\nseen": "3",
    # a function that makes the awaitable
    "def ask(): return dev.ampli\nawait ask()": "2.5",
    "async def ask(): return await dev.ampli\nawait ask()": "2.5",
    "await asyncio.create_task(ask())": "2.5",
    "await asyncio.gather(ask(), ask())": "[2.5, 2.5]",
    "ask_task = asyncio.create_task(ask())\nawait ask_task": "2.5",
    # async def, and sync code that it calls
    "async def ask():\n    return inspect.isawaitable(pending := dev.state()), await pending\n"
    "await ask()": "(True, <DevState.RUNNING: 10>)",
    "async def ask():\n    return await asyncio.gather(*[dev.DevLong(n) for n in (1, 2)])\n"
    "await ask()": "[1, 2]",
    "async def ask():\n    def inner(): return dev.ampli\n    return await inner()\n"
    "await ask()": "2.5",
    "async def ask():\n    async def inner(): return await dev.ampli\n    return await inner()\n"
    "await asyncio.create_task(ask())": "2.5",
    "async def numbers():\n    for n in range(2): yield await dev.DevLong(n)\n"
    "[n async for n in numbers()]": "[0, 1]",
    "seen = []\nasync for n in numbers():\n    seen.append((n, await dev.DevLong(n)))\nseen": (
        "[(0, 0), (1, 1)]"
    ),
    "import contextlib\n@contextlib.asynccontextmanager\nasync def asked():\n"
    "    yield await dev.ampli\nasync with asked() as seen: pass\nseen": "2.5",
    "class Asked:\n    async def __aenter__(self): return await dev.ampli\n"
    "    async def __aexit__(self, *_): await dev.state()\n"
    "async with Asked() as seen: pass\nseen": "2.5",
    # inside magics
    "%time await dev.state()": "<DevState.RUNNING: 10>",
    "%%time\nawait asyncio.gather(dev.DevLong(1), dev.DevLong(2))": "[1, 2]",
    "seen = []\n%timeit -n 1 -r 1 seen.append(len(seen))\nseen": "[0]",
}

SINCE_3_11 = {
    "async with asyncio.timeout(3): seen = await dev.DevLong(5)\nseen": "5",
    "async with asyncio.TaskGroup() as group:\n"
    "    asked = [group.create_task(ask_long(n)) for n in (1, 2)]\n"
    "[task.result() for task in asked]": "[1, 2]",
}


@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
def test_await_means_what_it_says(ready: Kernel, autoawait: str) -> None:
    ready.run(f"%tango_green {autoawait}\nasync def ask_long(n): return await dev.DevLong(n)")
    expected = dict(AWAITS)
    if ready.run("hasattr(asyncio, 'TaskGroup')").result == "True":
        expected |= SINCE_3_11
    assert results_of(ready, expected) == expected


@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
@pytest.mark.parametrize(
    "asked",
    [
        "await asyncio.gather(*[slow.sleep(0.1) for _ in range(5)])",
        "await asyncio.gather(*(slow.command_inout('sleep', 0.1) for _ in range(5)))",
        "await asyncio.gather(*[getattr(slow, f'slow_{n}') for n in range(5)])",
        "async def ask(): await slow.sleep(0.1)\nawait asyncio.gather(*[ask() for _ in range(5)])",
        "async def ask(n): await slow[f'slow_{n}']\nawait asyncio.gather(*map(ask, range(5)))",
        "[await pending for pending in [slow.sleep(0.1, wait=False) for _ in range(5)]]",
    ],
)
def test_what_is_gathered_is_under_way_at_once(ready: Kernel, asked: str, autoawait: str) -> None:
    ready.run(f"%tango_green {autoawait}").check()
    ready.run(asked).check()
    assert ready.run("await slow.peak").check().result == "5"


# --- auto-await off -------------------------------------------------------------------------------

GREEN_CALLS = [
    "dev.state()",
    "dev.ampli",
    "dev['ampli']",
    "dev.DevString('x')",
    "dev.command_inout('State')",
    "dev.read_attribute('ampli')",
    "dev.read_attributes(['ampli'])",
    "dev.write_attribute('ampli', 2.5)",
    "dev.write_read_attribute('ampli', 2.5)",
    "(lambda: dev.state())()",
    "[dev.ampli for _ in range(2)][1]",
    "[*map(dev.DevLong, [1])][0]",
    "tango.AttributeProxy('sys/tg_test/1/ampli').read()",
    "tango.asyncio.DeviceProxy('sys/tg_test/1')",
    "tango.asyncio.AttributeProxy('sys/tg_test/1/ampli')",
    "tango.get_device_proxy('sys/tg_test/1')",
]


@pytest.mark.parametrize("call", GREEN_CALLS)
def test_without_autoawait_a_call_gives_an_awaitable(ready: Kernel, call: str) -> None:
    ready.run("%tango_green --no-autoawait\nimport tango.asyncio").check()
    seen = ready.run(f"pending = {call}\nseen = inspect.isawaitable(pending)\nawait pending\nseen")
    assert seen.check().result == "True"


NOT_GREEN = {
    "'ampli' in dev.get_attribute_list()": "True",
    "dev.attribute_query('ampli').name": "'ampli'",
    "tango.DeviceProxy('sys/tg_test/1').dev_name()": "'sys/tg_test/1'",
    "tango.Database().get_device_info('sys/tg_test/1').class_name": "'TangoTest'",
}


def test_without_autoawait_what_is_not_green_gives_its_value(ready: Kernel) -> None:
    ready.run("%tango_green --no-autoawait").check()
    assert results_of(ready, NOT_GREEN) == NOT_GREEN


# --- asyncio.run and its kin ----------------------------------------------------------------------

MAIN = """\
async def main(n=3):
    dev = await tango.asyncio.DeviceProxy("sys/tg_test/1")
    return await asyncio.gather(*[dev.DevLong(i) for i in range(n)])

async def inner():
    return asyncio.run(main())  # from a coroutine: plain asyncio refuses, and so does this
"""

LOOP_CALLS = {
    "asyncio.run(main())": "[0, 1, 2]",
    "asyncio.run(main(1), debug=False)": "[0]",
    "asyncio.get_event_loop().run_until_complete(main())": "[0, 1, 2]",
    "loop = asyncio.get_event_loop()\nloop.run_until_complete(loop.create_task(main()))": (
        "[0, 1, 2]"
    ),
    "def helper(): return asyncio.run(main())\nhelper()": "[0, 1, 2]",
    "[asyncio.run(main(n)) for n in (1, 2)]": "[[0], [0, 1]]",
    "async def outer(): return await main(1)\nasyncio.run(outer())": "[0]",
    "def ask(): return 7\nasync def outer(): return ask()\nasyncio.run(outer())": "7",
    "asyncio.run(main()) + await main(1)": "[0, 1, 2, 0]",
    "import main_script\nmain_script.start()": "[0, 1]",
    "%run -i {main_script}": "None",
    "seen": "[0, 1]",
    "await main()": "[0, 1]",
}

SCRIPT = """\
import asyncio
import tango.asyncio

async def main():
    dev = await tango.asyncio.DeviceProxy("sys/tg_test/1")
    return [await dev.DevLong(n) for n in range(2)]

def start():
    return asyncio.run(main())

if __name__ == "__main__":
    seen = start()
"""


@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
def test_asyncio_run_in_a_cell(ready: Kernel, write_source: WriteSource, autoawait: str) -> None:
    script = str(write_source("main_script.py", SCRIPT))
    ready.run(f"%tango_green {autoawait}\nimport tango.asyncio\n{MAIN}").check()
    expected = {cell.replace("{main_script}", script): value for cell, value in LOOP_CALLS.items()}
    assert results_of(ready, expected) == expected


OWN_LOOPS = {
    "with asyncio.Runner() as runner: seen = runner.run(main()), runner.run(main(1))\nseen": (
        "([0, 1, 2], [0])"
    ),
    "loop = asyncio.new_event_loop()\ntry:\n    seen = loop.run_until_complete(main())\n"
    "finally:\n    loop.close()\nseen": "[0, 1, 2]",
    "await main(1)": "[0]",
}


def test_script_with_a_loop_of_its_own(ready: Kernel) -> None:
    ready.run(f"import tango.asyncio\n{MAIN}").check()
    expected = dict(OWN_LOOPS)
    if ready.run("hasattr(asyncio, 'Runner')").result == "False":  # Python 3.10
        del expected[next(iter(OWN_LOOPS))]
    assert results_of(ready, expected) == expected


def test_asyncio_run_hands_on_the_error_and_leaves_nothing(ready: Kernel) -> None:
    failed = ready.run("async def main(): await dev.nosuch()\nasyncio.run(main())")
    assert failed.error is not None
    assert failed.error.ename == "AttributeError"
    assert ready.run("dev.DevLong(1)").check().result == "1"


def test_asyncio_run_from_a_coroutine_is_refused_as_by_asyncio(ready: Kernel) -> None:
    ready.run(f"import tango.asyncio\n{MAIN}").check()
    refused = ready.run("await asyncio.create_task(inner())")
    assert refused.error is not None
    assert "cannot be called from a running event loop" in refused.error.evalue


# --- code in files keeps PyTango's semantics ------------------------------------------------------

LIBRARY = """\
import asyncio
import inspect

async def ask(dev):
    pending = dev.ampli, dev.state(), dev.DevLong(1), dev["ampli"]
    kinds = [inspect.isawaitable(p) for p in pending]
    return kinds, (await asyncio.gather(*pending))[:3]

async def numbers(dev):
    for n in range(2):
        yield await dev.DevLong(n)

def sync_helper(dev):
    return dev.DevLong(5)

async def through_sync_code(dev):
    return await sync_helper(dev)
"""

LIBRARY_CALLS = {
    "await library.ask(dev)": "([True, True, True, True], [2.5, <DevState.RUNNING: 10>, 1])",
    "await asyncio.create_task(library.ask(dev))": (
        "([True, True, True, True], [2.5, <DevState.RUNNING: 10>, 1])"
    ),
    "asyncio.run(library.ask(dev))": (
        "([True, True, True, True], [2.5, <DevState.RUNNING: 10>, 1])"
    ),
    "[n async for n in library.numbers(dev)]": "[0, 1]",
    "await library.through_sync_code(dev)": "5",
    "asyncio.run(library.through_sync_code(dev))": "5",
}


@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
def test_library_coroutines_see_awaitables(
    ready: Kernel, write_source: WriteSource, autoawait: str
) -> None:
    write_source("library.py", LIBRARY)
    ready.run(
        f"%tango_green {autoawait}\nimport sys; sys.modules.pop('library', 0)\nimport library"
    )
    assert results_of(ready, LIBRARY_CALLS) == LIBRARY_CALLS


# --- nothing is left of an await that failed ------------------------------------------------------

FAILING_AWAITS = {
    "await slow.fail()": "tango.DevFailed",
    "await slow.fail_after(0.05)": "tango.DevFailed",
    "await asyncio.gather(slow.fail(), dev.state())": "tango.DevFailed",
    "await dev.nosuch": "AttributeError",
    "await dev.DevLong(1 / 0)": "ZeroDivisionError",
    "await asyncio.wait_for(slow.sleep(0.3), 0.05)": "asyncio.TimeoutError",
    "def ask(n): return dev.DevLong(7 // n)\n    await ask(0)": "ZeroDivisionError",
}
AFTERWARDS = [
    "try:\n    {0}\nexcept {1}: pass\ndev.DevLong(1)",
    "try:\n    {0}\nexcept {1}: seen = dev.DevLong(1)\nseen",
    "try:\n    {0}\nexcept {1}: pass\nfinally: seen = dev.DevLong(1)\nseen",
]


@pytest.mark.parametrize("cell", AFTERWARDS)
def test_value_after_an_await_that_failed(ready: Kernel, cell: str) -> None:
    for failing, error in FAILING_AWAITS.items():
        assert ready.run(cell.format(failing, error)).check().result == "1", failing
        assert ready.run("dev.DevLong(2)").check().result == "2", failing
