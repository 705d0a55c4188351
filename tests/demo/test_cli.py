"""The command line, as a user runs it: in a process of its own."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from ipytango import cli
from ipytango._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    AllGone = Callable[[set[int]], bool]
    Descendants = Callable[[int], set[int]]

TIMEOUT_S = 60.0


class Run:
    """A run of the command line, with its two outputs in one."""

    def __init__(self, arguments: Sequence[str], directory: Path, *, prelude: str = "") -> None:
        code = f"{prelude}\nimport sys\nfrom ipytango.cli import main\nsys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**os.environ, "TMPDIR": str(directory)},
        )
        assert self.process.stdout is not None
        self._output = self.process.stdout.fileno()
        self.said = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read on until the pattern has been said."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (match := re.search(pattern, self.said)):
            ready, _, _ = select.select([self._output], [], [], deadline - time.monotonic())
            chunk = os.read(self._output, 65536) if ready else b""
            assert chunk, f"{pattern!r} was not said, but: {self.said}"
            self.said += chunk.decode()
        return match

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, and give the exit code."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=TIMEOUT_S)
        self.said += rest.decode()
        return self.process.returncode


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Give the function that runs the command line; what still runs at the end is ended."""
    runs: list[Run] = []

    def start(*arguments: str, prelude: str = "") -> Run:
        runs.append(Run(arguments, tmp_path, prelude=prelude))
        return runs[-1]

    yield start
    for one in runs:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_says_what_to_use_and_stops_everything_when_asked(
    run: Callable[..., Run], number: signal.Signals, all_gone: AllGone, descendants: Descendants
) -> None:
    demo = run("demo", "--look-alike")
    demo.wait_for("Ctrl-C stops it")
    assert "TangoTest (look-alike) answers as sys/tg_test/1" in demo.said
    assert re.search(r"^export TANGO_HOST=127\.0\.0\.1:\d+$", demo.said, re.MULTILINE)
    pids = descendants(demo.process.pid)
    assert len(pids) == 3
    assert demo.end(number) == 0
    assert all_gone(pids)


def test_demo_keeps_its_logs_where_it_says(run: Callable[..., Run], tmp_path: Path) -> None:
    demo = run("demo")
    logs = tmp_path / demo.wait_for(r"Logs: (\S+)\n")[1]
    demo.wait_for("Ctrl-C stops it")
    assert demo.end(signal.SIGINT) == 0
    assert {"database.log", "TangoTest-test.log"} <= {file.name for file in logs.iterdir()}


def test_demo_says_when_tango_test_dies(run: Callable[..., Run], descendants: Descendants) -> None:
    demo = run("demo", "--look-alike")
    demo.wait_for("Ctrl-C stops it")
    (server,) = (
        pid
        for pid in descendants(demo.process.pid)
        if any(word.endswith("_lookalike.py") for word in psutil.Process(pid).cmdline())
    )
    os.kill(server, signal.SIGKILL)
    demo.wait_for(rf"ipytango: TangoTest/test \(pid {server}\) ended by SIGKILL; its log: ")
    assert demo.end(signal.SIGTERM) == 0


def test_what_is_missing_is_one_line_and_exit_code_1(run: Callable[..., Run]) -> None:
    demo = run("demo", "--lab", prelude="import sys; sys.modules['jupyterlab'] = None")
    assert demo.end() == 1
    assert re.fullmatch(
        r"ipytango: error: JupyterLab is not installed for .* -m pip install jupyterlab\n",
        demo.said,
    )


def test_lab_runs_with_tango_host_until_it_is_ended(
    run: Callable[..., Run], all_gone: AllGone, descendants: Descendants
) -> None:
    lab = run("demo", "--look-alike", "--lab", "--", "--no-browser", "--port=0")
    tango_host = lab.wait_for(r"export TANGO_HOST=(\S+)\n")[1]
    lab.wait_for(r"http://\S+/lab")
    pids = descendants(lab.process.pid)
    (server,) = (pid for pid in pids if "jupyterlab" in psutil.Process(pid).cmdline())
    assert psutil.Process(server).environ()["TANGO_HOST"] == tango_host
    lab.end(signal.SIGTERM)
    assert all_gone(pids)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"ipytango {__version__}\n"


def test_arguments_for_jupyterlab_without_lab_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["demo", "--", "--no-browser"])
    assert exit_.value.code == 2
    assert "they need demo --lab" in capsys.readouterr().err
