"""A proxy's own mode wins over the global one, and the global one reaches every other proxy."""

import pytest

from support.cells import results_of
from support.kernels import Kernel

KIND = """\
import asyncio, concurrent.futures, gevent.event, tango.asyncio, tango.futures, tango.gevent

def kind(call, *args, **kwargs):
    "Name the mode that a call without waiting is made in."
    try:
        pending = call(*args, wait=False, **kwargs)
    except ValueError:
        return "synchronous"
    if isinstance(pending, asyncio.Future): return "asyncio"
    if isinstance(pending, concurrent.futures.Future): return "futures"
    if isinstance(pending, gevent.event.AsyncResult): return "gevent"
    return type(pending)
"""


@pytest.fixture
def ready(notebook: Kernel) -> Kernel:
    notebook.run(KIND).check()
    return notebook


# --- the global mode and a proxy's own ------------------------------------------------------------


@pytest.mark.parametrize("before", ["synchronous", "asyncio"])
def test_global_mode_reaches_proxies_made_before(ready: Kernel, before: str, mode: str) -> None:
    ready.run(
        f"%tango_green {before}\n"
        "old = tango.DeviceProxy('sys/tg_test/1')\n"
        "old_attribute = tango.AttributeProxy('sys/tg_test/1/ampli')\n"
        "old.write_attribute('ampli', 2.5)"
    ).check()
    ready.run(f"%tango_green {mode}").check()
    seen = {
        "kind(old.state)": repr(mode),
        "kind(old_attribute.read)": repr(mode),
        "old.get_green_mode().name.lower()": repr(mode),
        "old.ampli": "2.5",
        "old_attribute.read().value": "2.5",
    }
    assert results_of(ready, seen) == seen


@pytest.mark.parametrize("own", ["Synchronous", "Futures", "Gevent", "Asyncio"])
def test_own_mode_wins(ready: Kernel, own: str) -> None:
    ready.run(
        f"own = tango.GreenMode.{own}\n"
        "made = tango.DeviceProxy('sys/tg_test/1', green_mode=own)\n"
        "switched = tango.DeviceProxy('sys/tg_test/1')\n"
        "switched.set_green_mode(own)\n"
        "attribute = tango.AttributeProxy('sys/tg_test/1/ampli', green_mode=own)\n"
        "dev.write_attribute('ampli', 2.5)"
    ).check()
    seen = {
        "kind(made.state)": repr(own.lower()),
        "kind(switched.state)": repr(own.lower()),
        "kind(attribute.read)": repr(own.lower()),
        "kind(dev.state, green_mode=own)": repr(own.lower()),
        "kind(switched.state, green_mode=tango.GreenMode.Futures)": "'futures'",
        "made.ampli, switched.ampli, attribute.read().value": "(2.5, 2.5, 2.5)",
        "dev.state(green_mode=own)": "<DevState.RUNNING: 10>",
        "dev.DevLong(1, green_mode=own)": "1",
        "switched.set_green_mode(None)\nkind(switched.state) == kind(dev.state)": "True",
    }
    assert results_of(ready, seen) == seen


@pytest.mark.parametrize("mode", ["synchronous", "futures", "gevent"])
def test_asyncio_proxy_can_be_awaited_in_any_global_mode(ready: Kernel) -> None:
    ready.run(
        "dev.set_green_mode(tango.GreenMode.Asyncio)\nawait dev.write_attribute('ampli', 2.5)"
    ).check()
    seen = {
        "await dev.ampli": "2.5",
        "await asyncio.gather(dev.DevLong(1), dev.DevLong(2))": "[1, 2]",
        "await slow.echo('x', green_mode=tango.GreenMode.Asyncio)": "'x'",
        "dev.ampli": "2.5",
    }
    assert results_of(ready, seen) == seen


# --- constructors ---------------------------------------------------------------------------------

CONSTRUCTORS = {
    "asyncio": (
        "tango.asyncio.DeviceProxy('sys/tg_test/1')",
        "tango.asyncio.AttributeProxy('sys/tg_test/1/ampli').get_device_proxy()",
        "tango.get_device_proxy('sys/tg_test/1', green_mode=tango.GreenMode.Asyncio)",
    ),
    "futures": (
        "tango.futures.DeviceProxy('sys/tg_test/1')",
        "tango.futures.AttributeProxy('sys/tg_test/1/ampli').get_device_proxy()",
        "tango.get_device_proxy('sys/tg_test/1', green_mode=tango.GreenMode.Futures)",
    ),
    "gevent": (
        "tango.gevent.DeviceProxy('sys/tg_test/1')",
        "tango.gevent.AttributeProxy('sys/tg_test/1/ampli').get_device_proxy()",
        "tango.get_device_proxy('sys/tg_test/1', green_mode=tango.GreenMode.Gevent)",
    ),
}


@pytest.mark.parametrize(
    ("own", "constructor"), [(own, text) for own, texts in CONSTRUCTORS.items() for text in texts]
)
def test_constructor_gives_a_proxy_of_its_mode(ready: Kernel, own: str, constructor: str) -> None:
    ready.run(f"proxy = {constructor}").check()
    seen = {
        "type(proxy).__name__, proxy.dev_name()": "('DeviceProxy', 'sys/tg_test/1')",
        "kind(proxy.state)": repr(own),
        "proxy.state()": "<DevState.RUNNING: 10>",
    }
    assert results_of(ready, seen) == seen


AWAITED_CONSTRUCTORS = {
    "(await tango.asyncio.DeviceProxy('sys/tg_test/1')).dev_name()": "'sys/tg_test/1'",
    "(await tango.asyncio.AttributeProxy('sys/tg_test/1/ampli')).name()": "'ampli'",
    "[p.dev_name() for p in await asyncio.gather("
    "*[tango.asyncio.DeviceProxy(n) for n in ('sys/tg_test/1', 'test/slow/1')])]": (
        "['sys/tg_test/1', 'test/slow/1']"
    ),
    "async def make(): return await tango.asyncio.DeviceProxy('sys/tg_test/1')\n"
    "(await make()).dev_name()": "'sys/tg_test/1'",
    "asyncio.run(make()).dev_name()": "'sys/tg_test/1'",
    "async def make(): return tango.DeviceProxy('sys/tg_test/1').dev_name()\n"
    "await make()": "'sys/tg_test/1'",
    "await (await make_proxy()).state()": "<DevState.RUNNING: 10>",
}


@pytest.mark.parametrize("mode", ["synchronous", "asyncio"])
def test_asyncio_constructor_can_be_awaited(ready: Kernel) -> None:
    ready.run("async def make_proxy(): return await tango.asyncio.DeviceProxy('sys/tg_test/1')")
    assert results_of(ready, AWAITED_CONSTRUCTORS) == AWAITED_CONSTRUCTORS


@pytest.mark.parametrize("mode", ["asyncio"])
def test_global_asyncio_mode_lets_the_generic_constructor_be_awaited(ready: Kernel) -> None:
    seen = {
        "tango.get_device_proxy('sys/tg_test/1').dev_name()": "'sys/tg_test/1'",
        "(await tango.get_device_proxy('sys/tg_test/1')).dev_name()": "'sys/tg_test/1'",
        "tango.get_attribute_proxy('sys/tg_test/1/ampli').name()": "'ampli'",
        "(await tango.get_attribute_proxy('sys/tg_test/1/ampli')).name()": "'ampli'",
    }
    assert results_of(ready, seen) == seen
