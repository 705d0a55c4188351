"""The owner's side of the keeper: processes as handles."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # no built-in before 3.11
from typing import IO, TYPE_CHECKING, Any, cast

from ipytango.errors import ProcessError

from . import _keeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

ANSWER_TIMEOUT_S = 5.0
"""The keeper answers within milliseconds; more means that it is gone or stopped."""

TAIL_LINES = 12


class Process:
    """One process that a keeper holds: it ends with its owner even when nobody ends it."""

    def __init__(self, keeper: Keeper, key: int, name: str, log: Path) -> None:
        self._keeper = keeper
        self._key = key
        self._on_death: Callable[[Process], None] | None = None
        self._ended = threading.Event()
        self.name = name
        self.log = log
        """File with everything that the process wrote to its standard output and error."""
        self.pid = 0
        self.returncode: int | None = None
        """Exit code, or minus the number of the signal that ended it; None while it runs."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: pid {self.pid}, {self.fate()}>"

    @property
    def running(self) -> bool:
        """Whether the process is there (also when it is suspended)."""
        return not self._ended.is_set()

    def fate(self) -> str:
        """Say in a few words what has become of the process."""
        if self.returncode is None:
            return "running" if self.running else "gone with its keeper"
        if self.returncode < 0:
            return f"ended by {signal.Signals(-self.returncode).name}"
        return f"ended with exit code {self.returncode}"

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the process has ended; tell whether it has."""
        return self._ended.wait(timeout_s)

    def suspend(self) -> None:
        """Stop the process without ending it (SIGSTOP): it looks hung to its clients."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended process go on (SIGCONT)."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a crash would: no goodbye to the database."""
        self._on_death = None
        self._send(signal.SIGKILL)
        self._ended.wait(ANSWER_TIMEOUT_S)

    def stop(self, *, grace_s: float = _keeper.GRACE_S) -> None:
        """End the process (SIGTERM), with SIGKILL if it is still there after `grace_s` seconds."""
        self._on_death = None
        self._send(signal.SIGTERM)
        self.resume()  # a suspended process sees SIGTERM only when it goes on
        if not self._ended.wait(grace_s):
            self.kill()

    def watch(self, on_death: Callable[[Process], None]) -> None:
        """Call `on_death` (from another thread) when the process ends without being asked to."""
        self._on_death = on_death

    def tail(self) -> str:
        """Give the last lines of the log."""
        return tail(self.log)

    def _send(self, number: signal.Signals) -> None:
        if self.running:
            self._keeper.signal(self._key, number)

    def _end(self, returncode: int | None) -> None:
        self.returncode = returncode
        self._ended.set()
        if self._on_death is not None:
            self._on_death(self)


class Keeper:
    """Talk to a keeper process of our own: what it starts ends when this process ends."""

    def __init__(
        self, log_directory: Path, *, of: str, error: type[ProcessError] = ProcessError
    ) -> None:
        """Start the keeper of what messages call `of`, whose failures are raised as `error`."""
        self._log_directory = log_directory
        self._of = of
        self._error = error
        self._logs: set[Path] = set()
        self._keys = itertools.count()
        self._lock = threading.Lock()
        self._answers: dict[int, Future[dict[str, Any]]] = {}
        self._processes: dict[int, Process] = {}
        with (log_directory / "keeper.log").open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", _keeper.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # A session of its own: Ctrl-C in the terminal is the owner's to handle.
                start_new_session=True,
            )
        self._stdin = cast(IO[bytes], self._popen.stdin)
        self._stdout = cast(IO[bytes], self._popen.stdout)
        self._reader = threading.Thread(target=self._read, name="ipytango-keeper", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Number of the keeper's own process."""
        return self._popen.pid

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start a process whose output goes to a log named after it.

        Raises:
            ProcessError: the operating system could not start it.
        """
        log = self._log_directory / f"{name.replace('/', '-')}.log"
        if log not in self._logs:
            # What an earlier keeper left in a given directory would be taken for this one's words.
            log.write_bytes(b"")
            self._logs.add(log)
        key = next(self._keys)
        process = self._processes[key] = Process(self, key, name, log)
        answer = self._ask(
            key, do="start", command=list(command), environment=dict(environment), log=str(log)
        )
        if "error" in answer:
            del self._processes[key]
            raise self._error(f"Could not start {name} ({command[0]}): {answer['error']}")
        process.pid = answer["pid"]
        return process

    def signal(self, key: int, number: signal.Signals) -> None:
        """Send a signal to a process and what it started; a process that has ended gets none."""
        self._ask(next(self._keys), do="signal", key=key, number=int(number))

    @contextlib.contextmanager
    def adopted(self, pid: int) -> Iterator[None]:
        """Have a process, started by somebody else, ended too if this process dies in the block."""
        self._ask(next(self._keys), do="adopt", pid=pid)
        try:
            yield
        finally:
            self._ask(next(self._keys), do="release", pid=pid)

    def close(self) -> None:
        """End all processes, device servers first, then the keeper. May be repeated."""
        for process in self._processes.values():
            process.watch(_ignore)
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._reader.join()
        self._popen.wait()

    def _ask(self, id_: int, **request: object) -> dict[str, Any]:
        answer = self._answers[id_] = Future()
        line = json.dumps({"id": id_, **request}).encode() + b"\n"
        try:
            with self._lock:
                self._stdin.write(line)
                self._stdin.flush()
            return answer.result(ANSWER_TIMEOUT_S)
        except (BrokenPipeError, ValueError, FutureTimeoutError) as error:
            raise self._error(
                f"The keeper of the {self._of} (pid {self.pid}) does not answer to "
                f"{request['do']!r}: it was stopped or killed. "
                f"See {self._log_directory / 'keeper.log'}, then start the {self._of} again."
            ) from error
        finally:
            self._answers.pop(id_, None)

    def _read(self) -> None:
        """Hand on the keeper's messages, and clean up in its place if it is killed."""
        for line in self._stdout:
            message = json.loads(line)
            if "exited" in message:
                if process := self._processes.get(message["exited"]):
                    process._end(message["returncode"])
            elif answer := self._answers.get(message["id"]):
                answer.set_result(message)
        self._stdout.close()
        for process in self._processes.values():
            if process.running:
                if self._popen.wait() != 0:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                process._end(None)


def tail(log: Path) -> str:
    """Give the last lines of a log."""
    lines = log.read_text(errors="replace").rstrip().splitlines()
    return "\n".join(lines[-TAIL_LINES:]) or "(empty)"


def _ignore(process: Process) -> None:
    """Take an expected end."""
