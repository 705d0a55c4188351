"""`ipytango serve-tcp`: attributes over a plain TCP connection."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from ..serve import AttributeTcpServer

__all__ = ["add_to"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve-tcp",
        help="answer the names of attributes over TCP with their values, until Ctrl-C",
        description="Listen for lines over TCP, each the name of an attribute, and answer with its "
        "value or the error: the TCP server of PyTango's documentation. Try: nc localhost 8888",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="where it listens (default: 127.0.0.1, which only this machine reaches)",
    )
    parser.add_argument("--port", type=int, default=8888, help="default: 8888; 0: any free one")
    parser.add_argument(
        "--limit", type=int, default=4096, metavar="BYTES", help="of a line (default: 4096)"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="S",
        help="for a device's answer, in seconds (default: 10)",
    )
    parser.add_argument(
        "--idle",
        type=float,
        default=600.0,
        metavar="S",
        help="after which a silent client is let go, in seconds (default: 600)",
    )
    parser.set_defaults(run=run, takes_more=lambda _: False)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    return asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    server = AttributeTcpServer(
        options.host,
        options.port,
        line_bytes=options.limit,
        answer_s=options.timeout,
        idle_s=options.idle,
    )
    async with server:
        for host, port in server.addresses:
            print(f"Serving on {host} port {port}", flush=True)
        if not server.is_private:
            print(
                "ipytango: whoever reaches this machine can read all attributes here.",
                file=sys.stderr,
                flush=True,
            )
        await ended.wait()
    return 0
