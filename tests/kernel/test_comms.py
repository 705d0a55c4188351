"""Messages to widgets while a cell waits: handled at once, each in full, and beside the cell."""

from __future__ import annotations

import pytest

from conftest import StartKernel
from support.ipykernels import KINDS, environment_of
from support.kernels import Cell, Kernel

DEFINITIONS = """\
import asyncio, ipytango
from IPython.display import display
go_on = {name: asyncio.Event() for name in ("cell", "callback")}
log = []

def opened(comm, message):
    @comm.on_msg
    def on_message(message):
        data = message["content"]["data"]
        print("callback begins")
        if "release" in data:
            go_on[data["release"]].set()
        if "park" in data:
            ipytango.await_(go_on["callback"].wait())
        log.append((comm.comm_id, data["n"]))
        print("callback ends")
        display("shown by the callback")
        comm.send({"seen": data["n"]})

get_ipython().kernel.comm_manager.register_target("widget", opened)
"""

WAITING = """\
for event in go_on.values():
    event.clear()
log.clear()
print("cell waits")
await go_on["cell"].wait()
print("cell goes on")
display("shown by the cell")
"""


@pytest.fixture(params=KINDS)
def kernel(request: pytest.FixtureRequest, start_kernel: StartKernel) -> Kernel:
    """A kernel of each kind of ipykernel, with ipytango and the comms `one` and `other`."""
    kernel = start_kernel(**environment_of(request.param))
    kernel.run("%load_ext ipytango").check()
    kernel.run(DEFINITIONS).check()
    for comm_id in ("one", "other"):
        kernel.open_comm(comm_id, "widget", {})
    return kernel


def statuses_under(kernel: Kernel, request: Cell) -> list[str]:
    return [
        message.content["execution_state"]
        for message in kernel.outputs_of(request).messages
        if message.type == "status"
    ]


def wait_until_handled(kernel: Kernel, request: Cell) -> None:
    def handled() -> bool:
        return "idle" in statuses_under(kernel, request)

    kernel.wait_until(handled, f"the end of {request.code}")


def test_a_message_is_handled_in_full_while_a_cell_waits(kernel: Kernel) -> None:
    cell = kernel.start(WAITING)
    kernel.wait_for_output(cell, "cell waits")
    for n in range(3):
        request = kernel.send_comm("one", {"n": n})
        wait_until_handled(kernel, request)
        outcome = kernel.outputs_of(request)
        assert statuses_under(kernel, request) == ["busy", "idle"]
        assert outcome.stdout == "callback begins\ncallback ends\n"
        assert "shown by the callback" in outcome.text
    assert "idle" not in statuses_under(kernel, cell)
    assert statuses_under(kernel, cell)[-1] == "busy", "front ends show the status that came last"
    last = kernel.send_comm("one", {"n": 3, "release": "cell"})
    outcome = cell.finish().check()
    assert outcome.stdout == "cell waits\ncell goes on\n"
    assert "shown by the cell" in outcome.text
    assert "callback" not in outcome.text
    assert statuses_under(kernel, cell)[-1] == "idle"
    wait_until_handled(kernel, last)
    seen = [m.content["data"]["seen"] for m in kernel.comm_messages("one")]
    assert seen == [0, 1, 2, 3]
    assert kernel.run("log").result == "[('one', 0), ('one', 1), ('one', 2), ('one', 3)]"


def test_a_callback_that_waits_and_a_cell_keep_their_outputs_apart(kernel: Kernel) -> None:
    cell = kernel.start(WAITING)
    kernel.wait_for_output(cell, "cell waits")
    parked = kernel.send_comm("one", {"n": 1, "park": True})
    kernel.wait_for_output(parked, "callback begins")
    # Another widget is not kept waiting, and lets the cell end first.
    wait_until_handled(kernel, kernel.send_comm("other", {"n": 2, "release": "cell"}))
    outcome = cell.finish().check()
    assert outcome.stdout == "cell waits\ncell goes on\n"
    assert "shown by the cell" in outcome.text
    assert statuses_under(kernel, parked) == ["busy"]
    next_cell = kernel.start("print('next cell'); go_on['callback'].set(); await asyncio.sleep(0)")
    assert next_cell.finish().check().stdout == "next cell\n"
    wait_until_handled(kernel, parked)
    outcome = kernel.outputs_of(parked)
    assert outcome.stdout == "callback begins\ncallback ends\n"
    assert "shown by the callback" in outcome.text


def test_messages_to_one_widget_are_handled_in_turn(kernel: Kernel) -> None:
    cell = kernel.start(WAITING)
    kernel.wait_for_output(cell, "cell waits")
    first = kernel.send_comm("one", {"n": 1, "park": True})
    kernel.wait_for_output(first, "callback begins")
    second = kernel.send_comm("one", {"n": 2})
    wait_until_handled(kernel, kernel.send_comm("other", {"n": 3}))
    assert statuses_under(kernel, second) == []
    kernel.send_comm("other", {"n": 4, "release": "callback"})
    wait_until_handled(kernel, second)
    kernel.send_comm("other", {"n": 5, "release": "cell"})
    cell.finish().check()
    log = kernel.run("log").result
    assert log in (
        "[('other', 3), ('other', 4), ('one', 1), ('one', 2), ('other', 5)]",
        "[('other', 3), ('one', 1), ('other', 4), ('one', 2), ('other', 5)]",
    )


def test_an_interrupt_ends_the_cell_after_messages_came(kernel: Kernel) -> None:
    cell = kernel.start(WAITING)
    kernel.wait_for_output(cell, "cell waits")
    wait_until_handled(kernel, kernel.send_comm("one", {"n": 1}))
    kernel.interrupt()
    error = cell.finish().error
    assert error is not None
    assert error.ename in ("CancelledError", "KeyboardInterrupt")
    assert kernel.run("6 * 7").result == "42"


def test_a_message_that_fails_is_idle_too(kernel: Kernel) -> None:
    cell = kernel.start(WAITING)
    kernel.wait_for_output(cell, "cell waits")
    request = kernel.send_comm("one", {"no number": True})
    wait_until_handled(kernel, request)
    assert statuses_under(kernel, request) == ["busy", "idle"]
    wait_until_handled(kernel, kernel.send_comm("one", {"n": 1, "release": "cell"}))
    cell.finish().check()


def test_messages_between_cells_are_the_kernels_own(kernel: Kernel) -> None:
    request = kernel.send_comm("one", {"n": 1})
    wait_until_handled(kernel, request)
    assert statuses_under(kernel, request) == ["busy", "idle"]
    assert kernel.outputs_of(request).stdout == "callback begins\ncallback ends\n"


STREAM = """\
from ipytango.extension._comms import _stream_of_main_shell
stream = _stream_of_main_shell(get_ipython().kernel)
found = stream._recv_callback
"""


@pytest.mark.parametrize("kind", KINDS)
def test_unloading_puts_the_kernels_own_entrance_back(start_kernel: StartKernel, kind: str) -> None:
    kernel = start_kernel(**environment_of(kind))
    kernel.run(STREAM).check()
    kernel.run("%load_ext ipytango").check()
    assert kernel.run("stream._recv_callback == found").result == "False"
    kernel.run("%unload_ext ipytango").check()
    assert kernel.run("stream._recv_callback == found").result == "True"
    assert kernel.run("6 * 7").result == "42"
