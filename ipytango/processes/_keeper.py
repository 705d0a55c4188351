"""Hold processes, and end them when the one who asked for them is gone.

This file runs as a process of its own, `python -I -S _keeper.py`, and imports nothing but the
standard library: it must start in a few milliseconds and survive whatever happens to its owner.
The owner writes requests to its standard input and reads answers from its standard output, one
JSON object per line. The end of that input is the sign that the owner ended, however it ended,
SIGKILL included: no signal of the operating system is portable for that, a closed pipe is.

Requests: `start` (command, environment, log), `signal` (key, number), `adopt` and `release`
(pid). Every request has an `id`, and is answered with that `id`; that of a `start` is the key of
its process. Ends are told as `exited` (key, returncode).
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

GRACE_S = 2.0
"""How long a process may take to end after SIGTERM before SIGKILL follows."""

ORPHAN_CHECK_S = 1.0
"""How often to look whether the owner is gone although its end of the pipe is still open,
which happens when the owner had forked without exec."""

STOP_TIMEOUT_S = 1.0
"""How long to wait at most until a suspended process stands still."""

_POLL_S = 0.005


class Keeper:
    """Start, signal and finally end processes, each the leader of a session of its own."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._adopted: set[int] = set()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request; give its result, or the operating system's error."""
        try:
            match request["do"]:
                case "start":
                    return {"pid": self._start(request)}
                case "signal":
                    self._signal(request["key"], request["number"])
                case "adopt":
                    self._adopted.add(request["pid"])
                case "release":
                    self._adopted.discard(request["pid"])
        except OSError as error:
            return {"error": str(error)}
        return {}

    def reap(self) -> list[dict[str, Any]]:
        """Collect the processes that have ended since the last time."""
        ended = [
            (key, code) for key, p in self._processes.items() if (code := p.poll()) is not None
        ]
        for key, _ in ended:
            del self._processes[key]
        return [{"exited": key, "returncode": code} for key, code in ended]

    def end(self) -> None:
        """End everything, what was started first (the demo's database) after all others.

        Device servers say goodbye to the database when they end, and hang when it is not there.
        """
        keys = list(self._processes)
        for pid in self._adopted:
            _kill(pid, signal.SIGTERM)
        self._end(keys[1:])
        self._end(keys[:1])
        _kill_after_grace(self._adopted)

    def _start(self, request: dict[str, Any]) -> int:
        with Path(request["log"]).open("ab") as log:
            process = subprocess.Popen(
                request["command"],
                env=request["environment"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes[request["id"]] = process
        return process.pid

    def _signal(self, key: int, number: int) -> None:
        process = self._processes.get(key)
        # Not yet reaped, so the number cannot belong to somebody else's process by now.
        if process is not None and process.poll() is None:
            os.killpg(process.pid, number)
            if number == signal.SIGSTOP:
                _wait_until_stopped(process)

    def _end(self, keys: list[int]) -> None:
        for key in keys:
            self._signal(key, signal.SIGTERM)
            self._signal(
                key, signal.SIGCONT
            )  # a suspended process sees SIGTERM only when it goes on
        deadline = time.monotonic() + GRACE_S
        for key in keys:
            self._wait_or_kill(key, max(0.0, deadline - time.monotonic()))

    def _wait_or_kill(self, key: int, timeout_s: float) -> None:
        try:
            self._processes[key].wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._signal(key, signal.SIGKILL)
            self._processes[key].wait()


def _wait_until_stopped(process: subprocess.Popen[bytes]) -> None:
    """Wait until all threads of the process stand still: one that computes goes on for a moment."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        if os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG) is not None:
            return
        time.sleep(_POLL_S)


def _kill_after_grace(pids: set[int]) -> None:
    """Kill what is left of processes that are not children: only their number can be watched."""
    deadline = time.monotonic() + GRACE_S
    while (left := [pid for pid in pids if _kill(pid, 0)]) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    for pid in left:
        _kill(pid, signal.SIGKILL)


def _kill(pid: int, number: int) -> bool:
    """Send a signal (0 sends none); tell whether the process was there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def serve(keeper: Keeper, requests: int, answers: int, wakeup: socket.socket) -> None:
    """Answer requests until the owner is gone, or this process is asked to end."""
    owner = os.getppid()
    unread = b""
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        while os.getppid() == owner:
            ready = [key.fd for key, _ in selector.select(ORPHAN_CHECK_S)]
            if wakeup.fileno() in ready and signal.SIGTERM in wakeup.recv(64):
                return
            if requests in ready:
                chunk = os.read(requests, 65536)
                if not chunk:
                    return
                *lines, unread = (unread + chunk).split(b"\n")
                for line in lines:
                    request = json.loads(line)
                    _write(answers, {"id": request["id"], **keeper.answer(request)})
            for exit_ in keeper.reap():
                _write(answers, exit_)


def _write(answers: int, message: dict[str, Any]) -> None:
    os.write(answers, json.dumps(message).encode() + b"\n")


def main() -> None:
    """Serve on the standard input and output; end everything on the way out."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        # The handler has nothing to do: the number arrives through the wake-up socket.
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = Keeper()
    try:
        serve(keeper, sys.stdin.fileno(), sys.stdout.fileno(), ours)
    finally:
        keeper.end()


if __name__ == "__main__":
    main()
