"""A traceback starts at the user's line and ends in PyTango, with nothing of ipytango between."""

import re

import pytest

from support.kernels import Kernel
from support.sources import WriteSource

FRAME = re.compile(r"^(?:File (?P<file>\S+?):\d+|Cell In\[\d+\], line \d+)", re.MULTILINE)
MACHINERY = re.compile(r"ipytango/|greenlet|asyncio/|concurrent/futures|gevent/|<frozen|thread")

CALLS = [
    "slow.fail()",
    "slow.command_inout('fail')",
    "slow.fail_after(0.05)",
    "slow.read_attribute('nosuch')",
    "slow['nosuch']",
    "slow.flaky = -1",
    "slow['flaky'] = -1",
    "slow.write_attribute('flaky', -1)",
    "dev.no_value",
    "slow.nosuch",
    "slow.attribute_query('nosuch')",
    "tango.DeviceProxy('no/such/device')",
    "tango.AttributeProxy('test/slow/1/nosuch')",
    "tango.Database().get_device_info('no/such/device')",
    "def ask(): return slow.fail()\nask()",
    "[slow.fail() for _ in range(2)]",
    "list(map(lambda _: slow.fail(), [1]))",
]

AWAITED = [
    "await slow.fail()",
    "await slow.nosuch",
    "await slow['nosuch']",
    "await slow.fail_after(0.05)",
    "await asyncio.gather(slow.fail_after(0.05), slow.state())",
    "async def ask(): return await slow.fail()\nawait asyncio.create_task(ask())",
    "async def ask(): return await slow.fail()\nawait ask()",
    "async def ask(): return await slow.fail()\nasyncio.run(ask())",
    "pending = slow.fail(wait=False)\nawait pending",
    "await tango.asyncio.DeviceProxy('no/such/device')",
]


def frames_of(notebook: Kernel, code: str) -> list[str]:
    """Give the frames of the cell's one traceback: a file's path each, or "cell"."""
    error = notebook.run(code).error
    assert error is not None, code
    last = error.traceback.rpartition("(most recent call last)")[2]
    return [match["file"] or "cell" for match in FRAME.finditer(last)]


def check(code: str, frames: list[str]) -> None:
    assert frames[0] == "cell", (code, frames)
    assert not [frame for frame in frames if MACHINERY.search(frame)], (code, frames)


def without_green(frames: list[str]) -> list[str]:
    return [frame for frame in frames if not frame.endswith("tango/green.py")]


@pytest.mark.parametrize("mode", ["futures", "gevent", "asyncio"])
def test_call_has_the_frames_of_synchronous_mode(notebook: Kernel, mode: str) -> None:
    for call in CALLS:
        frames = frames_of(notebook, call)
        check(call, frames)
        notebook.run("%tango_green synchronous").check()
        # green.py has a frame more there: the executor is PyTango's own.
        direct = frames_of(notebook, call)
        assert without_green(frames) == without_green(direct), call
        notebook.run(f"%tango_green {mode}").check()


@pytest.mark.parametrize("mode", ["asyncio"])
def test_await(notebook: Kernel) -> None:
    notebook.run("pending = slow.fail(wait=False)\nimport tango.asyncio").check()
    for call in AWAITED:
        frames = frames_of(notebook, call)
        check(call, frames)
        assert "/tango/" in frames[-1], (call, frames)


@pytest.mark.parametrize(("mode", "ask"), [("futures", "result"), ("gevent", "get")])
def test_future_s_result(notebook: Kernel, ask: str) -> None:
    frames = frames_of(notebook, f"pending = slow.fail_after(0.05, wait=False)\npending.{ask}()")
    assert frames[0] == "cell"
    assert not [frame for frame in frames if "ipytango/" in frame], frames
    assert "/tango/" in frames[-1]


def test_library_code_stays_in_the_traceback(notebook: Kernel, write_source: WriteSource) -> None:
    path = write_source("failing_library.py", "def ask(device):\n    return device.fail()\n")
    notebook.run("import sys; sys.modules.pop('failing_library', None)").check()
    call = "import failing_library\nfailing_library.ask(slow)"
    frames = frames_of(notebook, call)
    assert frames[:2] == ["cell", str(path)]
    check(call, frames)


@pytest.mark.parametrize("call", ["slow.fail()", "slow.nosuch", "slow.flaky = -1"])
def test_traceback_does_not_grow_when_it_is_raised_again(notebook: Kernel, call: str) -> None:
    first, second = (frames_of(notebook, call) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("call", ["slow.fail()", "slow.flaky = -1", "dev.no_value"])
def test_error_is_kept_for_post_mortem(notebook: Kernel, call: str) -> None:
    notebook.run(call)
    last = notebook.run("import sys; type(sys.last_value).__name__").check().result
    assert last == "'DevFailed'"


@pytest.mark.parametrize("mode", ["asyncio"])
def test_bridge_s_frames_are_not_in_an_awaited_error(notebook: Kernel) -> None:
    """What the user's own code formats (or logs) did not pass through the shell."""
    shown = notebook.run(
        "import traceback\ntry:\n    await slow.fail_after(0.05)\n"
        "except tango.DevFailed:\n    traceback.print_exc()"
    ).check()
    assert "Failed after" in shown.stderr
    assert "ipytango/green" not in shown.stderr
