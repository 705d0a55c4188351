"""A TCP server written in cells, as PyTango's documentation has one: `asyncio`, `AttributeProxy`.

It runs as its script does, with `run_forever` until it is interrupted, and as a server that lives
on the kernel's loop between the cells. The clients are of this process, which knows no Tango.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from support.kernels import Cell, Kernel

WAIT_S = 60.0
# The stop button is to be answered at once; the rest is for a machine that has other work.
PROMPT_S = 6.0
END_OF_ANSWER = b"\n? "

SERVER = """
import asyncio
from tango.asyncio import AttributeProxy

async def read_text(name):
    try:
        attribute = await AttributeProxy(name)
        return str((await attribute.read()).value)
    except tango.DevFailed as failed:
        return str(failed)

async def talk(reader, writer):
    writer.write(b"\\n? ")
    while line := await reader.readline():
        text = await read_text(line.decode(errors="replace").strip())
        writer.write(text.encode() + b"\\n? ")
    writer.close()

async def start_serving():
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(f"Serving on port {server.sockets[0].getsockname()[1]}.", flush=True)
    return server

async def stop_serving(server):
    server.close()
    await server.wait_closed()

def main():
    loop = asyncio.get_event_loop()
    server = loop.run_until_complete(start_serving())
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("interrupted")
    loop.run_until_complete(stop_serving(server))
    loop.close()
"""

CLIENTS = """
async def ask(port, *names):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readuntil(b"\\n? ")
    answers = []
    for name in names:
        writer.write(name.encode() + b"\\n")
        answers.append((await reader.readuntil(b"\\n? ")).decode()[:-3])
    writer.close()
    return answers
"""

TICKER = """
async def tick():
    for number in range(10**9):
        print("tick", number, flush=True)
        await asyncio.sleep(0.01)
ticker = asyncio.create_task(tick())
"""


class Client:
    """One connection from outside the kernel."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT_S)
        self._heard = b""
        self._answer()

    def ask(self, line: str | bytes) -> str:
        """Send a line, and give the answer."""
        self._socket.sendall((line.encode() if isinstance(line, str) else line) + b"\n")
        return self._answer()

    def say(self, line: str) -> None:
        """Send a line, and do not wait."""
        self._socket.sendall(line.encode() + b"\n")

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _answer(self) -> str:
        while END_OF_ANSWER not in self._heard:
            chunk = self._socket.recv(65536)
            assert chunk, f"the end came after {self._heard!r}"
            self._heard += chunk
        answer, _, self._heard = self._heard.partition(END_OF_ANSWER)
        return answer.decode()


@pytest.fixture
def ready(notebook: Kernel) -> Iterator[Kernel]:
    """The notebook with the server's functions, in each green mode."""
    notebook.run("dev.write_attribute('ampli', 2.5)").check()
    notebook.run(SERVER + CLIENTS).check()
    yield notebook
    notebook.run("if 'ticker' in globals(): ticker.cancel()").check()


def port_of(kernel: Kernel, cell: Cell) -> int:
    """Wait until the server of a cell says where it listens."""
    found = re.search(r"port (\d+)", kernel.wait_for_output(cell, "Serving on port").text)
    assert found
    return int(found[1])


def listens(port: int) -> bool:
    """Whether anything takes connections there."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving_between_cells(kernel: Kernel) -> Iterator[int]:
    """Start the server with `await`; gives its port, and stops it the same way."""
    cell = kernel.start("server = await start_serving()")
    cell.finish().check()
    yield port_of(kernel, cell)
    kernel.run("await stop_serving(server)").check()


def next_tick(kernel: Kernel, ticker: Cell) -> Callable[[], bool]:
    """Give a condition that comes true once the background task has had five more turns."""
    said = kernel.outputs_of(ticker).stdout.count("tick")
    return lambda: kernel.outputs_of(ticker).stdout.count("tick") >= said + 5


# --- as a script: the cell serves until it is interrupted -----------------------------------------


def test_cell_serves_while_the_kernel_goes_on(ready: Kernel) -> None:
    ticker = ready.start(TICKER)
    ticker.finish().check()
    cell = ready.start("main()")
    port = port_of(ready, cell)
    ready.wait_until(next_tick(ready, ticker), "turns of a task while the cell serves")
    with closing(Client(port)) as client:
        assert client.ask("sys/tg_test/1/ampli") == "2.5"
        assert client.ask("sys/tg_test/1/state") == "RUNNING"
    assert ready.outputs_of(cell).status == "running"
    ready.interrupt()
    outcome = cell.finish(PROMPT_S).check()
    assert "interrupted" in outcome.stdout
    assert not listens(port)
    ready.wait_until(next_tick(ready, ticker), "turns of a task after the cell")
    assert ready.run("dev.DevString('well')").check().result == "'well'"


def test_script_serves_again_after_its_end(ready: Kernel) -> None:
    """Its `loop.close()` does not end the kernel's loop."""
    for _ in range(2):
        cell = ready.start(SERVER + "\nif __name__ == '__main__':\n    main()")
        port = port_of(ready, cell)
        with closing(Client(port)) as client:
            assert client.ask("sys/tg_test/1/ampli") == "2.5"
        ready.interrupt()
        cell.finish(PROMPT_S).check()
        assert not listens(port)


def test_task_stops_the_cell_that_serves(ready: Kernel) -> None:
    cell = ready.start(
        "async def visit():\n"
        "    while not servers:\n"
        "        await asyncio.sleep(0)\n"
        "    print(await ask(servers[0].sockets[0].getsockname()[1], 'sys/tg_test/1/ampli'))\n"
        "    asyncio.get_running_loop().stop()\n"
        "servers = []\n"
        "visitor = asyncio.create_task(visit())\n"
        "loop = asyncio.get_event_loop()\n"
        "servers.append(loop.run_until_complete(start_serving()))\n"
        "loop.run_forever()\n"
        "loop.run_until_complete(stop_serving(servers[0]))\n"
        "await visitor"
    )
    outcome = cell.finish().check()
    assert "['2.5']" in outcome.stdout
    assert not listens(port_of(ready, cell))


# --- with `await`: the server lives between the cells ---------------------------------------------


def test_clients_of_the_next_cell_are_answered(ready: Kernel) -> None:
    with serving_between_cells(ready) as port:
        answers = ready.run(
            f"answers = await asyncio.gather(*[ask({port}, 'sys/tg_test/1/ampli') "
            "for _ in range(50)])\nanswers == 50 * [['2.5']]"
        )
        assert answers.check().result == "True"
    assert not listens(port)


def test_clients_are_answered_while_no_cell_runs_and_while_one_waits(ready: Kernel) -> None:
    with serving_between_cells(ready) as port, closing(Client(port)) as client:
        assert client.ask("sys/tg_test/1/ampli") == "2.5"
        waiting = ready.start("print('waits'); await asyncio.Event().wait()")
        ready.wait_for_output(waiting, "waits")
        assert client.ask("sys/tg_test/1/ampli") == "2.5"
        ready.interrupt()
        waiting.finish(PROMPT_S)
        assert client.ask("sys/tg_test/1/ampli") == "2.5"  # not ended with the cell


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("sys/tg_test/1/nope", "API_UnsupportedAttribute"),
        ("sys/tg_test/1", "API_WrongAttributeNameSyntax"),
        ("no/such/device/x", "no/such/device"),
        ("sys/tg_test/1/throw_exception", "exception"),
        ("", "DevFailed"),
        (b"\xff\xfe\x00\x01", "DevFailed"),
    ],
)
@pytest.mark.parametrize("mode", ["asyncio"])
def test_bad_name_is_answered_and_the_connection_kept(
    ready: Kernel, line: str | bytes, answer: str
) -> None:
    with serving_between_cells(ready) as port, closing(Client(port)) as client:
        assert answer in client.ask(line)
        assert client.ask("sys/tg_test/1/ampli") == "2.5"


def test_device_that_hangs_keeps_no_other_waiting(
    ready: Kernel, slow_devices: tuple[str, ...]
) -> None:
    with serving_between_cells(ready) as port:
        patient, quick = Client(port), Client(port)
        with closing(patient), closing(quick):
            patient.say(f"{slow_devices[1]}/ts_hang")
            for _ in range(20):
                assert quick.ask("sys/tg_test/1/ampli") == "2.5"
            assert "imeout" in patient.ask("sys/tg_test/1/ampli")  # Tango's own, after 3 s
