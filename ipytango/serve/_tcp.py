"""A TCP server over Tango's attributes: a name in a line, its value or the error as the answer.

The dialogue is that of the TCP server in PyTango's documentation of green modes, so that its
clients work with either; what a server among strangers needs is added: bounds and time-outs.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress

from ..client import AttributeTexts
from ..errors import OptionError, TcpServerError
from ..green import LoopGate

__all__ = ["AttributeTcpServer"]

PROMPT = b">>> "


class AttributeTcpServer:
    """Answers any number of clients, each in the order of its lines.

    Args:
        host: where it listens; nothing but this machine reaches the default.
        port: 0 is any that is free.
        line_bytes: how long a line may be; a longer one is answered with an error.
        answer_s: for how many seconds a device may owe its answer, its queue included.
        idle_s: after how many seconds a client that says nothing, or takes nothing, is let go.

    Raises:
        OptionError: one of them is out of its range.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8888,
        *,
        line_bytes: int = 4096,
        answer_s: float = 10.0,
        idle_s: float = 600.0,
    ) -> None:
        for name, value in (("limit", line_bytes), ("timeout", answer_s), ("idle", idle_s)):
            if not value > 0:
                raise OptionError(f"{name} takes a number above 0, not {value!r}.")
        self._address = host, port
        self._line_bytes = line_bytes
        self._answer_s = answer_s
        self._idle_s = idle_s
        self._texts = AttributeTexts(answer_s)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> AttributeTcpServer:
        """Listen. Raises `TcpServerError` where that cannot be."""
        host, port = self._address
        try:
            self._server = await asyncio.start_server(
                self._welcome, host, port, limit=self._line_bytes
            )
        except (OSError, OverflowError) as error:
            self._texts.close()
            raise TcpServerError(
                f"Nothing can listen on {host} port {port}: {error}. Another --port may do, 0 is "
                "any that is free."
            ) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more, and let the clients go."""
        assert self._server is not None  # noqa: S101 - it was entered
        self._server.close()
        for client in tuple(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()
        self._texts.close()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Hosts and ports on which it listens."""
        sockets = self._server.sockets if self._server is not None else ()
        return [one.getsockname()[:2] for one in sockets]

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach it."""
        return all(ipaddress.ip_address(host).is_loopback for host, _ in self.addresses)

    # --- one client -------------------------------------------------------------------------------

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None  # noqa: S101 - asyncio makes one for each connection
        self._clients.add(client)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.TimeoutError):
            writer.transport.abort()  # it has gone, or does not take what it asked for
        finally:
            self._clients.discard(client)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = _Lines(reader)
        writer.write(PROMPT)
        while True:
            await asyncio.wait_for(writer.drain(), self._idle_s)
            line = await asyncio.wait_for(lines.next(), self._idle_s)
            if line is None:
                return
            if line.dropped:
                answer = f"This line has {line.dropped} bytes; up to {self._line_bytes} are read."
            else:
                answer = await self._answer(line.text.strip())
            writer.write(answer.encode(errors="replace") + b"\n" + PROMPT)

    async def _answer(self, name: str) -> str:
        if not name:
            return "An attribute is asked for by its name, as in sys/tg_test/1/ampli."
        if not name.isprintable():
            return f"{name!r} is no attribute's name."
        call, answered = self._texts.ask(name), LoopGate()
        call.when_done(answered.open)
        try:
            if not await answered.opened(self._answer_s):
                return f"{name} has not answered within {self._answer_s:g} s."
        finally:
            self._texts.cancel(call)
        return str(call.result if call.error is None else call.error)


@dataclasses.dataclass(frozen=True)
class _Line:
    """One line of a client, or the number of bytes of one that was too long to be kept."""

    text: str = ""
    dropped: int = 0


class _Lines:
    """What a client says, line by line."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def next(self) -> _Line | None:
        """Return the next line, also one that the end cuts off; None after the last."""
        dropped = 0
        while True:
            try:
                read = await self._reader.readuntil()
            except asyncio.LimitOverrunError as overrun:
                dropped += len(await self._reader.readexactly(overrun.consumed))
                continue
            except asyncio.IncompleteReadError as end:
                read = end.partial
                if not read and not dropped:
                    return None
            if dropped:
                return _Line(dropped=dropped + len(read))
            return _Line(read.decode(errors="replace"))
