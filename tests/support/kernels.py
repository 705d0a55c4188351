"""Real kernels under test: started as a front end starts them, driven message by message.

Everything here waits for messages, nothing for time. A time-out is a failure of the test, never a
way to go on; what the kernel had said until then is in the error.
"""

import ast
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from support.ending import Ending
from support.messages import Message, Outcome, gather
from support.scratch import NO_TANGO_HOST, shell_environment

START_TIMEOUT_S = 30.0
RUN_TIMEOUT_S = 60.0
# How often a wait looks whether the kernel still lives; messages end the wait at once.
_LIFE_CHECK_S = 0.2

Channel = Literal["shell", "iopub", "control"]
_T = TypeVar("_T")


class KernelSilent(AssertionError):
    """What was waited for did not come in time, or the kernel died."""


@dataclass(frozen=True)
class Cell:
    """A request that was sent to a kernel: a cell, or a message to a comm."""

    kernel: "Kernel"
    id: str
    code: str
    sent_at: float

    def finish(self, timeout: float = RUN_TIMEOUT_S) -> Outcome:
        """Wait until it has ended."""
        return self.kernel.finish(self, timeout)


class Kernel(Ending):
    """An ipykernel in a process of its own.

    One thread at a time uses it. It is a context manager: at its end the kernel is shut down as a
    front end does it, and killed if that has no effect.
    """

    def __init__(self, scratch: Path, *, tango_host: str = NO_TANGO_HOST, **env: str) -> None:
        """Start a kernel whose home is below `scratch`, and wait until it answers.

        `env` is added to its environment.
        """
        scratch.mkdir(parents=True, exist_ok=True)
        self._log = scratch / "kernel.log"
        self._messages: dict[str, list[Message]] = defaultdict(list)
        self._cells: list[Cell] = []
        # No kernel spec of the person who runs the tests: only the one of this very Python.
        self._manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        self._manager.connection_file = str(scratch / "connection.json")
        with self._log.open("w") as log:
            self._manager.start_kernel(
                env=shell_environment(scratch, tango_host, **env),
                cwd=str(scratch),
                stdout=log,
                stderr=log,
            )
        assert isinstance(self._manager.provisioner, LocalProvisioner)
        process = self._manager.provisioner.process
        assert process is not None
        # Kept, since the manager forgets it at the end.
        self._process: subprocess.Popen[bytes] = process
        self._sockets: dict[Channel, zmq.Socket[bytes]] = {
            "shell": self._manager.connect_shell(),
            "iopub": self._manager.connect_iopub(),
            "control": self._manager.connect_control(),
        }
        self._channels = {socket: channel for channel, socket in self._sockets.items()}
        self._poller = zmq.Poller()
        for socket in self._sockets.values():
            self._poller.register(socket, zmq.POLLIN)
        try:
            self._await_start()
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process id of the kernel."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def last_words(self) -> tuple[int | None, str]:
        """The exit status of a kernel that has ended, and what it has written to its streams."""
        return self._process.poll(), self._log.read_text()

    @property
    def idle(self) -> bool:
        """Whether it lives and has ended every cell that was sent to it."""
        self._receive(0)
        self._cells = [cell for cell in self._cells if self._outcome(cell).ended_at is None]
        return self.alive and not self._cells

    # --- cells --------------------------------------------------------------------------------

    def run(
        self, code: str, *, timeout: float = RUN_TIMEOUT_S, subshell: str | None = None
    ) -> Outcome:
        """Run a cell to its end, whatever the end is; `.check()` on the outcome wants it "ok"."""
        return self.start(code, subshell=subshell).finish(timeout)

    def start(self, code: str, *, subshell: str | None = None) -> Cell:
        """Send a cell and do not wait."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        cell = self._send("shell", "execute_request", content, subshell=subshell, code=code)
        self._cells.append(cell)
        return cell

    def finish(self, cell: Cell, timeout: float = RUN_TIMEOUT_S) -> Outcome:
        """Wait until the cell has ended: its reply and its idle status have arrived."""

        def ended() -> Outcome | None:
            outcome = self._outcome(cell)
            return None if outcome.ended_at is None else outcome

        return self._wait(ended, timeout, f"the end of {cell.code!r}", cell)

    def outputs_of(self, cell: Cell) -> Outcome:
        """Give all that has arrived under the cell until now, also after its end."""
        self._receive(0)
        return self._outcome(cell)

    def wait_for_output(self, cell: Cell, text: str, timeout: float = RUN_TIMEOUT_S) -> Outcome:
        """Wait until `text` can be read under the cell, also after its end."""

        def shown() -> Outcome | None:
            outcome = self._outcome(cell)
            return outcome if text in outcome.text else None

        return self._wait(shown, timeout, f"{text!r} under {cell.code!r}", cell)

    def interrupt(self) -> float:
        """Interrupt as the stop button does; gives when, in seconds of `time.monotonic`."""
        now = time.monotonic()
        self._manager.interrupt_kernel()
        return now

    def interrupt_when(self, cell: Cell, text: str, timeout: float = RUN_TIMEOUT_S) -> float:
        """Interrupt once the running cell has printed `text`; gives when, as `interrupt`."""
        self.wait_for_output(cell, text, timeout)
        return self.interrupt()

    # --- subshells ----------------------------------------------------------------------------

    def create_subshell(self) -> str:
        """Start a subshell thread (ipykernel 7 and later); gives its id for `subshell=`."""
        return str(self._ask("control", "create_subshell_request", {})["subshell_id"])

    def delete_subshell(self, subshell: str) -> None:
        """End a subshell thread."""
        self._ask("control", "delete_subshell_request", {"subshell_id": subshell})

    # --- what an editor asks ------------------------------------------------------------------

    def complete(self, code: str, position: int | None = None) -> dict[str, Any]:
        """Ask for completions at the position (default: the end); gives the reply's content."""
        at = len(code) if position is None else position
        return self._ask("shell", "complete_request", {"code": code, "cursor_pos": at})

    def inspect(self, code: str, position: int | None = None, *, detail: int = 0) -> dict[str, Any]:
        """Ask for help on the name at the position (default: the end); gives the content."""
        at = len(code) if position is None else position
        content = {"code": code, "cursor_pos": at, "detail_level": detail}
        return self._ask("shell", "inspect_request", content)

    # --- comms --------------------------------------------------------------------------------

    def open_comm(self, comm_id: str, target: str, data: dict[str, Any]) -> Cell:
        """Open a comm from the front end's side."""
        content = {"comm_id": comm_id, "target_name": target, "data": data}
        return self._send("shell", "comm_open", content, code=f"comm_open {target}")

    def send_comm(
        self,
        comm_id: str,
        data: dict[str, Any],
        *,
        buffers: Sequence[bytes] = (),
        subshell: str | None = None,
    ) -> Cell:
        """Send a message on a comm as the browser does; what it prints is under the given cell."""
        return self._send(
            "shell",
            "comm_msg",
            {"comm_id": comm_id, "data": data},
            buffers=buffers,
            subshell=subshell,
            code=f"comm_msg {data}",
        )

    def comm_messages(self, comm_id: str) -> list[Message]:
        """Give what the kernel has sent on one comm until now, whatever it was shown under."""
        self._receive(0)
        return [
            message
            for messages in self._messages.values()
            for message in messages
            if message.channel == "iopub"
            and message.type.startswith("comm_")
            and message.content["comm_id"] == comm_id
        ]

    def display_updates(self, display_id: str) -> list[dict[str, Any]]:
        """Give what one display was renewed with until now, whatever it was shown under."""
        self._receive(0)
        return [
            message.content["data"]
            for messages in self._messages.values()
            for message in messages
            if message.type == "update_display_data"
            and message.content["transient"]["display_id"] == display_id
        ]

    def wait_until(
        self, condition: Callable[[], _T | None], what: str, timeout: float = RUN_TIMEOUT_S
    ) -> _T:
        """Wait until the condition, tried after each message, gives something true."""
        return self._wait(condition, timeout, what)

    # --- the end ------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Ask the kernel to end, and kill it if it has not after some seconds."""
        self._manager.shutdown_kernel()

    def end(self) -> None:
        """Shut down a kernel that has nothing to do, kill one that a test left hanging."""
        if not self._manager.has_kernel:
            return  # the test has shut it down
        if self.idle:
            self.shutdown()
        else:
            self.kill()

    def kill(self) -> None:
        """End the kernel at once."""
        self._manager.shutdown_kernel(now=True)

    # --- messages -----------------------------------------------------------------------------

    def _await_start(self) -> None:
        # Messages published before the iopub subscription has arrived are lost: ask until an
        # answer comes on both channels.
        deadline = time.monotonic() + START_TIMEOUT_S
        attempts: list[Cell] = []
        while not any(self._outcome(attempt).ended_at for attempt in attempts):
            if time.monotonic() > deadline or not self.alive:
                raise self._silent("the kernel's first answer", None)
            attempts.append(self._send("shell", "kernel_info_request", {}))
            self._receive(_LIFE_CHECK_S)
        # What is still under way would come together with the first cell, of which ipykernel 7.3
        # now and then takes no notice.
        self._wait(
            lambda: self._outcome(attempts[-1]).ended_at,
            START_TIMEOUT_S,
            "the answers to all that was asked at the start",
        )

    def _send(
        self,
        channel: Channel,
        kind: str,
        content: dict[str, Any],
        *,
        buffers: Sequence[bytes] = (),
        subshell: str | None = None,
        code: str | None = None,
    ) -> Cell:
        message = self._manager.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        cell = Cell(self, message["header"]["msg_id"], code or kind, time.monotonic())
        self._manager.session.send(self._sockets[channel], message, buffers=list(buffers))
        return cell

    def _ask(self, channel: Channel, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        request = self._send(channel, kind, content)

        def reply() -> dict[str, Any] | None:
            replies = [m for m in self._messages[request.id] if m.channel == channel]
            return replies[0].content if replies else None

        content = self._wait(reply, RUN_TIMEOUT_S, f"the answer to {kind}", request)
        if content["status"] != "ok":
            raise AssertionError(f"{kind} was refused: {content}")
        return content

    def _outcome(self, cell: Cell) -> Outcome:
        return gather(self._messages[cell.id], cell.sent_at)

    def _wait(
        self,
        condition: Callable[[], _T | None],
        timeout: float,
        what: str,
        cell: Cell | None = None,
    ) -> _T:
        deadline = time.monotonic() + timeout
        self._receive(0)
        while not (value := condition()):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self.alive:
                raise self._silent(what, cell)
            self._receive(min(remaining, _LIFE_CHECK_S))
        return value

    def _receive(self, timeout: float) -> None:
        """Take in what arrives; returns as soon as something has, or after `timeout` seconds."""
        for socket, _ in self._poller.poll(int(timeout * 1000)):
            self._take_all(socket)

    def _take_all(self, socket: "zmq.Socket[bytes]") -> None:
        while True:
            _, received = self._manager.session.recv(socket, mode=zmq.NOBLOCK)
            if received is None:
                return
            message = Message(
                channel=self._channels[socket],
                type=received["header"]["msg_type"],
                content=received["content"],
                parent_id=received["parent_header"].get("msg_id", ""),
                metadata=received["metadata"],
                buffers=tuple(bytes(buffer) for buffer in received["buffers"]),
                arrived_at=time.monotonic(),
            )
            self._messages[message.parent_id].append(message)

    def _silent(self, what: str, cell: Cell | None) -> KernelSilent:
        state = "alive" if self.alive else "dead"
        seen = f"\nUnder the cell until now:\n{self._outcome(cell).text}" if cell else ""
        return KernelSilent(
            f"Waited for {what} in vain; the kernel is {state}.{seen}\n"
            f"The kernel's own log:\n{self._log.read_text()}"
        )


def value(kernel: Kernel, expression: str) -> Any:
    """Give the value of an expression that is plain."""
    return ast.literal_eval(kernel.run(expression).check().result or "None")
