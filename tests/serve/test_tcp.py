"""The TCP server over attributes, in a process of its own, and clients that are unkind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
import tango

from conftest import StartServer

PROMPT = b">>> "
TIMEOUT_S = 60.0


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self._buffer = b""
        self.until_prompt()

    def say(self, line: str | bytes) -> None:
        """Send a line."""
        data = line.encode() if isinstance(line, str) else line
        self.socket.sendall(data + b"\n")

    def ask(self, line: str | bytes) -> str:
        """Send a line, and give the answer."""
        self.say(line)
        return self.until_prompt()

    def until_prompt(self) -> str:
        """Give what comes until the next prompt."""
        while PROMPT not in self._buffer:
            chunk = self.socket.recv(65536)
            assert chunk, f"the end came after {self._buffer!r}"
            self._buffer += chunk
        answer, _, self._buffer = self._buffer.partition(PROMPT)
        return answer.decode().removesuffix("\n")

    def rest(self) -> str:
        """Give all that comes until the end."""
        with contextlib.suppress(ConnectionResetError):
            while chunk := self.socket.recv(65536):
                self._buffer += chunk
        return self._buffer.decode()


class Server:
    """`ipytango serve-tcp` on a port of its own."""

    def __init__(self, tango_host: str, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ipytango.cli", "serve-tcp", "--port=0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TANGO_HOST": tango_host},
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.fullmatch(r"Serving on (\S+) port (\d+)\n", said)
        assert found, said
        self.host, self.port = found[1], int(found[2])
        self._clients: list[Client] = []

    def client(self) -> Client:
        """Connect once more."""
        self._clients.append(Client(self.port))
        return self._clients[-1]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; give the exit code."""
        self.process.send_signal(number)
        _, self.complaints = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode

    def close(self) -> None:
        """End what is left."""
        for client in self._clients:
            client.socket.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def server(tango_host: str) -> Iterator[Server]:
    tango.DeviceProxy(f"tango://{tango_host}/sys/tg_test/1").write_attribute("ampli", 0.0)
    with contextlib.closing(Server(tango_host)) as one:
        yield one


@pytest.fixture
def client(server: Server) -> Client:
    return server.client()


def test_values_are_answered_as_in_the_documentation(client: Client) -> None:
    assert client.ask("sys/tg_test/1/ampli") == "0.0"
    assert client.ask("sys/tg_test/1/state") == "RUNNING"
    assert client.ask("  SYS/TG_TEST/1/AMPLI\r") == "0.0"
    assert "reason = API_UnsupportedAttribute" in client.ask("sys/tg_test/1/nope")
    assert client.ask("sys/tg_test/1/ampli") == "0.0"  # the connection is kept


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", "asked for by its name"),
        ("sys/tg_test/1", "API_WrongAttributeNameSyntax"),
        ("no/such/device/x", "no/such/device"),
        ("rubbish", "rubbish"),
        ("sys/tg_test/1/throw_exception", "exception"),
        (b"\xff\xfe\x00\x01\x02", "is no attribute's name"),
        ("\x1b[31m", "is no attribute's name"),
        ("<script>alert(1)</script>", "script"),
        ("x" * 1_000_000, "This line has 1000001 bytes; up to 4096 are read."),
    ],
)
def test_bad_input_is_answered_and_the_connection_kept(
    client: Client, line: str | bytes, answer: str
) -> None:
    assert answer in client.ask(line)
    assert client.ask("sys/tg_test/1/state") == "RUNNING"


def test_hundred_clients_at_once_each_get_their_answers_in_order(server: Server) -> None:
    clients = [server.client() for _ in range(100)]
    names = ["ampli", "state", "nope", "double_scalar", "ampli"]
    for client in clients:
        for name in names:
            client.say(f"sys/tg_test/1/{name}")
    for client in clients:
        answers = [client.until_prompt() for _ in names]
        assert (answers[0], answers[1], answers[4]) == ("0.0", "RUNNING", "0.0")
        assert "nope" in answers[2]
        float(answers[3])


def test_half_closed_connection_gets_all_its_answers(client: Client) -> None:
    client.say("sys/tg_test/1/ampli")
    client.socket.sendall(b"sys/tg_test/1/state")  # no end of line
    client.socket.shutdown(socket.SHUT_WR)
    assert client.rest() == "0.0\n>>> RUNNING\n>>> "


def test_client_that_sends_byte_by_byte_keeps_no_other_waiting(server: Server) -> None:
    slow, quick = server.client(), server.client()
    for byte in b"sys/tg_test/1/state":
        slow.socket.sendall(bytes([byte]))
        assert quick.ask("sys/tg_test/1/ampli") == "0.0"
    assert slow.ask("") == "RUNNING"


def test_device_that_hangs_keeps_no_other_waiting(
    server: Server, start_server: StartServer
) -> None:
    (hung,) = start_server("slow").devices[:1]
    waiting = [server.client() for _ in range(12)]
    for client in waiting:
        client.say(f"{hung}/ts_hang")
    assert server.client().ask("sys/tg_test/1/state") == "RUNNING"


def test_device_that_dies_is_an_error_and_comes_back(
    client: Client, start_server: StartServer
) -> None:
    slow = start_server("slow")
    name = f"{slow.devices[0]}/slow_7"
    assert client.ask(name) == "7.0"
    slow.kill()
    assert "API_" in client.ask(name)
    slow.restart()
    while client.ask(name) != "7.0":  # Tango tries to connect once in a second
        pass


def test_no_answer_in_time_is_said(tango_host: str, start_server: StartServer) -> None:
    (hung,) = start_server("slow").devices[:1]
    with contextlib.closing(Server(tango_host, "--timeout=0.5")) as server:
        said = server.client().ask(f"{hung}/ts_hang")
    assert "0.5 s" in said or "imeout" in said


def test_client_that_says_nothing_is_let_go(tango_host: str) -> None:
    with contextlib.closing(Server(tango_host, "--idle=0.2")) as server:
        assert server.client().rest() == ""


def test_flood_that_nobody_reads_takes_no_memory(tango_host: str) -> None:
    with contextlib.closing(Server(tango_host, "--idle=2")) as server:
        before = psutil.Process(server.process.pid).memory_info().rss
        flood = server.client()
        flood.socket.settimeout(0.5)
        line = b"sys/tg_test/1/double_spectrum_ro\n" * 1000
        sent = 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while sent < 100_000_000:
                sent += flood.socket.send(line)
        assert sent < 100_000_000  # it was kept from sending more
        grown = psutil.Process(server.process.pid).memory_info().rss - before
        assert grown < 60_000_000
        assert server.client().ask("sys/tg_test/1/state") == "RUNNING"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_when_asked_with_clients_connected(tango_host: str, number: signal.Signals) -> None:
    with contextlib.closing(Server(tango_host)) as server:
        client = server.client()
        assert client.ask("sys/tg_test/1/ampli") == "0.0"
        assert server.end(number) == 0
        assert client.rest() == ""


def test_port_that_is_taken_is_one_line(server: Server) -> None:
    command = [sys.executable, "-m", "ipytango.cli", "serve-tcp", f"--port={server.port}"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert re.fullmatch(
        r"ipytango: error: Nothing can listen on 127\.0\.0\.1 port \d+: .*\n", second.stderr
    )


def test_bad_options_are_one_line() -> None:
    command = [sys.executable, "-m", "ipytango.cli", "serve-tcp", "--limit=0"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "limit takes a number above 0, not 0" in refused.stderr


def test_listens_on_loopback_unless_told_otherwise(server: Server, tango_host: str) -> None:
    assert server.host == "127.0.0.1"
    with contextlib.closing(Server(tango_host, "--host=0.0.0.0")) as open_one:
        assert open_one.end() == 0
    assert "whoever reaches this machine can read" in open_one.complaints
