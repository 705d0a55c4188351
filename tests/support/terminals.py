"""A real terminal IPython under test, in a pseudo-terminal, typed into as a person does.

The prompt is the full one (prompt_toolkit), not IPython's simple prompt: that the loop also runs
while the user types is what these tests are about. What the terminal shows is read as a stream
without its escape sequences; a wait is for text in that stream, never for time.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect

from support.ending import Ending
from support.scratch import NO_TANGO_HOST, shell_environment

START_TIMEOUT_S = 30.0
RUN_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 5.0

# Control sequences (CSI), titles (OSC), the two-character ones, and one that is cut off at the end
# of what has been read so far.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>]|\[?[0-9;?]*$)"
)
_PROMPT = re.compile(r"In \[(\d+)\]: ?")
_CONTINUATION = "...: "

_OPTIONS = (
    "--no-banner",
    "--no-confirm-exit",
    "--colors=NoColor",
    # What paints or adds text beside what was typed would have to be told apart from output.
    "--TerminalInteractiveShell.autoindent=False",
    "--TerminalInteractiveShell.autosuggestions_provider=None",
    "--TerminalInteractiveShell.highlight_matching_brackets=False",
    "--TerminalInteractiveShell.term_title=False",
)


class TerminalSilent(AssertionError):
    """What was waited for was not shown in time, or IPython ended."""


class Terminal(Ending):
    """IPython in a pseudo-terminal; a context manager that ends it."""

    def __init__(self, scratch: Path, *, tango_host: str = NO_TANGO_HOST, **env: str) -> None:
        """Start IPython with a clean profile below `scratch`, and wait for its first prompt."""
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", *_OPTIONS],
            cwd=str(scratch),
            env=shell_environment(
                scratch,
                tango_host,
                TERM="xterm",
                # Nobody here answers the question where the cursor is.
                PROMPT_TOOLKIT_NO_CPR="1",
                **env,
            ),
            # So wide that no line of a test is broken in two.
            dimensions=(60, 250),
            encoding="utf-8",
            echo=False,
        )
        # pexpect sleeps before each sending by default, for programs that turn the echo off late.
        self._child.delaybeforesend = None
        self._raw = ""
        self._mark = 0
        self._number = 0
        self.wait_for_prompt(START_TIMEOUT_S)

    @property
    def shown(self) -> str:
        """All that the terminal has shown since its start."""
        return _ESCAPES.sub("", self._raw).replace("\r", "")

    def run(self, code: str, timeout: float = RUN_TIMEOUT_S) -> str:
        """Enter the code, wait for the next prompt; gives what was shown between the two."""
        self.start(code)
        return self.wait_for_prompt(timeout)

    def start(self, code: str) -> None:
        """Enter the code and do not wait; more than one line is pasted."""
        self._mark = len(self.shown)
        if "\n" in code:
            # Escape, Enter: run it as it is, whatever line the cursor is on.
            self._child.send(f"\x1b[200~{code}\x1b[201~\x1b\r")
        else:
            self._child.send(f"{code}\r")

    def type(self, keys: str) -> None:
        """Press keys, without Enter."""
        self._mark = len(self.shown)
        self._child.send(keys)

    def interrupt(self) -> float:
        """Press Ctrl-C; gives when, in seconds of `time.monotonic`."""
        now = time.monotonic()
        self._child.sendintr()
        return now

    def expect(self, text: str, timeout: float = RUN_TIMEOUT_S) -> str:
        """Wait until `text` is shown after what was typed last; gives what was shown up to it.

        The echo of what was typed is part of what is shown: ask for a text that the code does not
        contain as it stands.
        """

        def found() -> int:
            at = self.shown.find(text, self._mark)
            return -1 if at < 0 else at + len(text)

        end = self._wait(found, timeout, repr(text))
        seen = self.shown[self._mark : end]
        self._mark = end
        return seen

    def wait_for_prompt(self, timeout: float = RUN_TIMEOUT_S) -> str:
        """Wait for a prompt with a new number; gives what was shown before it, without the echo."""

        def found() -> int:
            for prompt in _PROMPT.finditer(self.shown, self._mark):
                if int(prompt[1]) > self._number:
                    return prompt.start()
            return -1

        start = self._wait(found, timeout, f"the prompt after In [{self._number}]")
        seen = self.shown[self._mark : start]
        prompt = _PROMPT.match(self.shown, start)
        assert prompt is not None
        self._number = int(prompt[1])
        self._mark = prompt.end()
        return _without_echo(seen)

    def end(self) -> None:
        """End IPython as Ctrl-D does, and kill it if it does not end."""
        if self._child.isalive():
            self._child.sendeof()
            # Either it ends, or what follows ends it.
            self._child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=CLOSE_TIMEOUT_S)
        self._child.close(force=True)

    def _wait(self, found: Callable[[], int], timeout: float, what: str) -> int:
        deadline = time.monotonic() + timeout
        while (at := found()) < 0:
            try:
                remaining = max(deadline - time.monotonic(), 0)
                self._raw += self._child.read_nonblocking(65536, remaining)
            except (pexpect.TIMEOUT, pexpect.EOF) as silence:
                raise TerminalSilent(
                    f"Waited for {what} in vain ({type(silence).__name__}). Shown until now:\n"
                    f"{self.shown!r}"
                ) from None
        return at


def _without_echo(text: str) -> str:
    """Drop the lines that repeat what was typed: the first and those of the continuation prompt."""
    lines = text.split("\n")
    echo = [i for i, line in enumerate(lines) if line.lstrip().startswith(_CONTINUATION)]
    return "\n".join(lines[max(echo, default=0) + 1 :]).strip("\n")
