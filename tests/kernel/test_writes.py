"""No write gets lost: it is done when its statement ends, and its failure is seen."""

import pytest

from support.cells import results_of
from support.kernels import Kernel

WRITES = ("dev.ampli = {}", "dev['ampli'] = {}", "setattr(dev, 'ampli', {})", "dev.Ampli = {}")


@pytest.mark.parametrize("autoawait", ["--autoawait", "--no-autoawait"])
@pytest.mark.parametrize("write", WRITES)
def test_written_when_the_statement_ends(notebook: Kernel, write: str, autoawait: str) -> None:
    notebook.run(f"%tango_green {autoawait}").check()
    code = f"{write.format(4.5)}\nseen = {{}}.value\n{write.format(0)}\nseen"
    read = "dev.read_attribute('ampli', green_mode=tango.GreenMode.Synchronous)"
    assert notebook.run(code.format(read)).check().result == "4.5"


CONSTRUCTS = {
    "for n in (1, 2): slow.flaky = n\nslow.flaky": "2.0",
    "def put(x): slow.flaky = x\nput(3)\nslow.flaky": "3.0",
    "class Put:\n    slow.flaky = 4\nslow.flaky": "4.0",
    "exec('slow.flaky = 5')\nslow.flaky": "5.0",
    "_ = [setattr(slow, 'flaky', n) for n in (5, 6)]\nslow.flaky": "6.0",
    "slow.flaky += 1\nslow.flaky": "7.0",
    "slow.flaky = slow.flaky + 1\nslow['flaky'].value": "8.0",
    "slow.mode = 'RUNNING'\nslow.mode.name": "'RUNNING'",
    "slow.mode = 1\nslow.mode.name": "'STANDBY'",
    "slow.mode = type(slow.mode).OFF\nslow.mode.name": "'OFF'",
    "slow.mode_spectrum = ['OFF', 'STANDBY']\n[m.name for m in slow.mode_spectrum]": (
        "['OFF', 'STANDBY']"
    ),
    "slow.state_scalar = tango.DevState.FAULT\nslow.state_scalar.name": "'FAULT'",
    "slow.encoded = 'e', b'xy'\nslow.encoded": "('e', b'xy')",
    "dev.double_spectrum = [1, 2, 3]\ndev.double_spectrum.shape": "(3,)",
    "dev.string_scalar = 'written'\nawait asyncio.sleep(0)": "None",
}


def test_write_in_each_construct(notebook: Kernel) -> None:
    assert results_of(notebook, CONSTRUCTS) == CONSTRUCTS


FAILING = [
    "slow.flaky = -1",
    "slow['flaky'] = -1",
    "setattr(slow, 'flaky', -1)",
    "def put(): slow.flaky = -1\nput()",
    "for n in (1, -1, 2): slow.flaky = n",
    "slow.write_attribute('flaky', -1)",
    "slow.write_read_attribute('flaky', -1)",
    "tango.AttributeProxy('test/slow/1/flaky').write(-1)",
]
FAILING_AWAITS = [
    "await slow.write_attribute('flaky', -1)",
    "await asyncio.gather(slow.write_attribute('flaky', -1))",
    "async def put(): await slow.write_attribute('flaky', -1)\nawait put()",
]


def test_failed_write_raises_in_the_cell_that_wrote(notebook: Kernel, mode: str) -> None:
    for write in FAILING if mode != "asyncio" else [*FAILING, *FAILING_AWAITS]:
        failed = notebook.run(f"{write}\nprint('reached')")
        assert failed.error is not None, write
        assert failed.error.ename == "DevFailed", write
        assert "-1.0 is negative" in failed.error.evalue, write
        assert not failed.stdout, write
    assert notebook.run("slow.flaky = 1\nslow.flaky").check().result == "1.0"


def test_failed_write_can_be_caught(notebook: Kernel) -> None:
    caught = notebook.run(
        "try:\n    slow.flaky = -1\nexcept tango.DevFailed as error:\n"
        "    reason = error.args[0].reason\nreason"
    )
    assert caught.check().result == "'Test_Refused'"
    assert not caught.stderr


@pytest.mark.parametrize(
    ("write", "ename"),
    [
        ("dev.nosuch = 1", "AttributeError"),
        ("dev['nosuch'] = 1", None),
        ("dev.ampli = 'text'", "TypeError"),
        ("dev.double_scalar_rww = [1, 2]", None),
        ("dev.double_spectrum = 'text'", None),
        ("slow.mode = 'NOSUCH'", None),
    ],
)
def test_wrong_write_fails_as_in_synchronous_mode(
    notebook: Kernel, mode: str, write: str, ename: str | None
) -> None:
    failed = notebook.run(write)
    assert failed.error is not None
    assert ename in {None, failed.error.ename}
    notebook.run("%tango_green synchronous").check()
    expected = notebook.run(write).error
    assert expected is not None
    assert (failed.error.ename, failed.error.evalue) == (expected.ename, expected.evalue)


# --- in async def, where nothing can wait for a write ---------------------------------------------

IN_COROUTINES = {
    "awaited": "async def put():\n    {write}\n    await asyncio.sleep({s})\nawait put()",
    "as a task": "async def put():\n    {write}\n    await asyncio.sleep({s})\n"
    "await asyncio.create_task(put())",
    "left behind": "async def put():\n    {write}\nawait put()",
    "task left behind": "async def put():\n    {write}\ntask = asyncio.create_task(put())",
}


@pytest.mark.parametrize("mode", ["asyncio"])
@pytest.mark.parametrize("write", ["slow.flaky = -1", "slow['flaky'] = -1"])
@pytest.mark.parametrize("code", IN_COROUTINES.values(), ids=IN_COROUTINES)
def test_failed_write_in_a_coroutine_is_reported_under_its_cell(
    notebook: Kernel, code: str, write: str
) -> None:
    cell = notebook.start(code.format(write=write, s=0.2))
    cell.finish().check()
    shown = notebook.wait_for_output(cell, "-1.0 is negative").stderr
    assert shown.count("\n") == 1
    assert "test/slow/1/flaky" in shown
    assert "Test_Refused" in shown
    quiet = notebook.run("slow.flaky = 1\nawait asyncio.sleep(0.1)").check()
    assert not quiet.stderr


@pytest.mark.parametrize("mode", ["asyncio"])
def test_write_in_a_coroutine_is_done_in_the_background(notebook: Kernel) -> None:
    outcome = notebook.run(
        "async def put(x):\n    slow.flaky = x\n    while await slow.flaky != x: pass\n"
        "await asyncio.wait_for(put(12), 5)"
    ).check()
    assert not outcome.stderr
