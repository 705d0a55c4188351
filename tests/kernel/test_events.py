"""A subscription's callback is called as its proxy's mode says, whoever made the subscription."""

import pytest

from support.kernels import Kernel

# The first event comes with the subscription.
SUBSCRIPTION = """\
import threading
heard = []
{callback}
event = {wait}dev.subscribe_event("State", tango.EventType.CHANGE_EVENT, hear)
while not heard: await asyncio.sleep(0.01)
{wait}dev.unsubscribe_event(event)
in_main = heard[0][1] is threading.main_thread()
heard[0][0].attr_value.value, in_main, *heard[0][2:]
"""
SYNC = "def hear(event): heard.append((event, threading.current_thread()))"
SYNC_ASKING = "def hear(event): heard.append((event, threading.current_thread(), dev.DevLong(3)))"
ASYNC = "async def hear(event): heard.append((event, threading.current_thread()))"
ASYNC_ASKING = (
    "async def hear(event):\n"
    "    heard.append((event, threading.current_thread(), await dev.DevLong(3)))"
)


def heard(notebook: Kernel, callback: str, *, wait: str = "") -> str | None:
    outcome = notebook.run(SUBSCRIPTION.format(callback=callback, wait=wait)).check()
    assert not outcome.stderr
    return outcome.result


@pytest.mark.parametrize("wait", ["", "await "])
@pytest.mark.parametrize("mode", ["asyncio"])
def test_asyncio_callbacks_run_on_the_loop(notebook: Kernel, wait: str) -> None:
    assert heard(notebook, ASYNC, wait=wait) == "(<DevState.RUNNING: 10>, True)"
    assert heard(notebook, ASYNC_ASKING, wait=wait) == "(<DevState.RUNNING: 10>, True, 3)"


@pytest.mark.parametrize("mode", ["gevent", "asyncio"])
def test_sync_callbacks_run_in_the_main_thread_and_get_values(notebook: Kernel) -> None:
    assert heard(notebook, SYNC) == "(<DevState.RUNNING: 10>, True)"
    assert heard(notebook, SYNC_ASKING) == "(<DevState.RUNNING: 10>, True, 3)"


def test_sync_callbacks_are_called_in_every_mode(notebook: Kernel) -> None:
    assert (heard(notebook, SYNC) or "").startswith("(<DevState.RUNNING: 10>, ")


FAILING = """\
heard = []
{callback}
    heard.append(event)
    raise RuntimeError("the gauge is off")
event = dev.subscribe_event("State", tango.EventType.CHANGE_EVENT, hear)
while not heard: await asyncio.sleep(0.01)
dev.unsubscribe_event(event)
await asyncio.sleep(0.1)
"""


@pytest.mark.parametrize("callback", ["def hear(event):", "async def hear(event):"])
@pytest.mark.parametrize("mode", ["asyncio"])
def test_error_of_an_asyncio_callback_is_reported(notebook: Kernel, callback: str) -> None:
    outcome = notebook.run(FAILING.format(callback=callback)).check()
    assert "the callback hear of an event failed in the background" in outcome.stderr
    assert "the gauge is off" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1, outcome.stderr
