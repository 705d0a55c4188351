"""A browser driven by bare CDP (the Chrome DevTools Protocol), for measurements.

Playwright copies every frame of every websocket to the tester, which cuts the rates of large ones
to a third. This driver asks for the domains Page and Runtime only. For anything but measuring,
`page.py` is the better one.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import psutil
import websocket

from browser.page import (
    ENDED_JS,
    FIRST_CELL,
    IDLE_JS,
    READY_JS,
    START_JS,
)
from support.ending import Ending
from support.leftovers import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from browser.lab import Lab

START_TIMEOUT_S = 30.0
OPEN_TIMEOUT_S = 120.0
ANSWER_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0
_LOOK_AGAIN_S = 0.02


_TEXT_JS = """([cells, index]) => {
    const outputs = document.querySelectorAll(cells)[index].querySelectorAll(
        '.jp-OutputArea-output',
    );
    return [...outputs].map((output) => output.innerText.trim()).join('\\n');
}"""


class BareBrowser(Ending):
    """Chromium with one window; a context manager that ends it."""

    def __init__(self, executable: str, options: Sequence[str], scratch: Path) -> None:
        """Start it with its profile in `scratch`."""
        profile = scratch / "chromium"
        profile.mkdir(parents=True)
        port_file = profile / "DevToolsActivePort"
        with (scratch / "chromium.log").open("w") as log:
            self._process = subprocess.Popen(
                [
                    executable,
                    *options,
                    *("--headless", "--no-sandbox", "--remote-debugging-port=0"),
                    *(f"--user-data-dir={profile}", "--window-size=1280,1000", "about:blank"),
                ],
                env={name: value for name, value in os.environ.items() if name != MARK},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        _wait(port_file.exists, "the browser's port", START_TIMEOUT_S)
        _wait(lambda: len(port_file.read_text().split()) == 2, "its address", START_TIMEOUT_S)
        port, path = port_file.read_text().split()
        self._browser = _Connection(f"ws://127.0.0.1:{port}{path}")
        target = self._browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._window = _Connection(f"ws://127.0.0.1:{port}/devtools/page/{target}")
        self._window.call("Page.enable")
        self._window.call("Runtime.enable")
        # Without the focus JupyterLab has no current notebook.
        self._window.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def end(self) -> None:
        """End the browser and all its processes."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._window.close()
        self._browser.call("Browser.close")
        self._browser.close()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        psutil.wait_procs(children, timeout=END_TIMEOUT_S)

    def renderers(self) -> list[psutil.Process]:
        """Find the processes that draw: that of the page is one of them, and the others rest."""
        return [
            process
            for process in psutil.Process(self._process.pid).children(recursive=True)
            if "--type=renderer" in process.cmdline()
        ]

    def go_to(self, url: str) -> None:
        """Load a page; does not wait for what it loads."""
        self._window.call("Page.navigate", url=url)

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """Call a JavaScript function in the page, await what it gives, and give that (as JSON)."""
        reply = self._window.call(
            "Runtime.evaluate",
            expression=f"({function})({json.dumps(argument)})",
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in reply:
            raise AssertionError(f"In the page: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def wait_for(self, function: str, argument: Any = None, timeout: float = 30.0) -> Any:
        """Wait until the function gives something true; gives that."""
        return _wait(lambda: self.evaluate(function, argument), function, timeout)


class BareNotebook:
    """One notebook of JupyterLab in a bare browser. Cells are counted from 0."""

    def __init__(self, browser: BareBrowser, lab: Lab, name: str) -> None:
        """Load the notebook and wait until its kernel is idle."""
        self._browser = browser
        browser.go_to(f"{lab.url}/lab/tree/{name}?reset")
        there = f"() => window.jupyterapp && !!document.querySelector('{FIRST_CELL}')"
        browser.wait_for(there, timeout=OPEN_TIMEOUT_S)
        missing = browser.evaluate(READY_JS, OPEN_TIMEOUT_S * 1000)
        assert not missing, f"{name} waits for {missing}"
        browser.wait_for(IDLE_JS)

    def run(self, cell: int, timeout: float = 120.0) -> None:
        """Run a cell to its end, as the page sees it."""
        self.start(cell)
        self._browser.wait_for(ENDED_JS, cell, timeout)

    def start(self, cell: int) -> None:
        """Run a cell and do not wait."""
        self._browser.evaluate(START_JS, cell)

    def text(self, cell: int) -> str:
        """Read what a cell has shown."""
        return str(self._browser.evaluate(_TEXT_JS, [FIRST_CELL, cell]))


class _Connection:
    """Calls and their answers by one websocket; events are not kept."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(
            url, timeout=ANSWER_TIMEOUT_S, suppress_origin=True
        )
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method and wait for its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def close(self) -> None:
        self._socket.close()


def _wait(condition: Any, what: str, timeout: float) -> Any:
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited for {what} in vain for {timeout} s.")
        time.sleep(_LOOK_AGAIN_S)
    return found
