"""A real JupyterLab server under test: loopback, a free port, nothing of the person who runs it.

The same server also gives Notebook 7 and Voila. Its kernels are those of this Python, and the same
with another ipykernel, where `make kernels` has put one.
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from support.ending import Ending
from support.ipykernels import FOLDER
from support.scratch import shell_environment

START_TIMEOUT_S = 90.0
END_TIMEOUT_S = 20.0
_LOOK_AGAIN_S = 0.05

_SETTINGS = {
    # A pop-up about news would cover a corner of the page, and would look for them.
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


# Else each page that is loaded has node look whether JupyterLab could be built anew, for seconds.
_PAGE_CONFIG = {"buildCheck": False, "buildAvailable": False}


class Lab(Ending):
    """A Jupyter server in a process of its own; a context manager that ends it."""

    def __init__(self, scratch: Path, *, tango_host: str) -> None:
        """Start it with all its files below `scratch`, and wait until it answers."""
        self._log = scratch / "server.log"
        self._root = scratch / "notebooks"
        self._root.mkdir(parents=True)
        self._settings = scratch / "settings"
        environment = shell_environment(scratch, tango_host, SHELL="/bin/sh")
        configuration = Path(environment["JUPYTER_CONFIG_DIR"]) / "labconfig"
        _write_json(configuration / "default_setting_overrides.json", _SETTINGS)
        _write_json(configuration / "page_config.json", _PAGE_CONFIG)
        kernels = Path(environment["JUPYTER_DATA_DIR"]) / "kernels"
        for folder in sorted(FOLDER.glob("[0-9]*")):
            _write_json(kernels / kernel_name(folder.name) / "kernel.json", _kernelspec(folder))
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                    *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
                    *("--IdentityProvider.token=", "--ServerApp.password="),
                    "--ServerApp.disable_check_xsrf=True",
                    f"--ServerApp.root_dir={self._root}",
                    f"--LabApp.user_settings_dir={self._settings}",
                    # What the page is driven by: `jupyterapp` in its window.
                    "--LabApp.expose_app_in_browser=True",
                    "--JupyterNotebookApp.expose_app_in_browser=True",
                ],
                env=environment,
                cwd=scratch,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._await_start()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @property
    def memory(self) -> int:
        """What the server's process holds in memory, in bytes (its resident set)."""
        return int(psutil.Process(self.pid).memory_info().rss)

    @property
    def log(self) -> str:
        """All that the server and its kernels have written."""
        return self._log.read_text(errors="replace")

    @property
    def folder(self) -> Path:
        """Where the notebooks are, and where their kernels run."""
        return self._root

    def write_notebook(self, name: str, cells: Sequence[str], kernel: str = "python3") -> Path:
        """Write `name` with code cells that have not run; gives its path."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": kernel, "display_name": kernel}},
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": None,
                    "metadata": {},
                    "outputs": [],
                    "source": cell,
                }
                for cell in cells
            ],
        }
        path = self._root / name
        _write_json(path, notebook)
        return path

    def kernel_ids(self) -> list[str]:
        """Ask for the kernels that run."""
        return [kernel["id"] for kernel in self._ask("GET", "kernels")]

    def kernel_pids(self) -> list[int]:
        """Find the processes of the kernels that run."""
        children = psutil.Process(self.pid).children(recursive=True)
        return [process.pid for process in children if _is_kernel(process)]

    def tidy(self) -> None:
        """End every kernel, and forget the settings that were changed."""
        for session in self._ask("GET", "sessions"):
            self._ask("DELETE", f"sessions/{session['id']}")
        for kernel in self.kernel_ids():
            self._ask("DELETE", f"kernels/{kernel}")
        shutil.rmtree(self._settings, ignore_errors=True)

    def end(self) -> None:
        """End the server as Ctrl-C twice does; its kernels end with it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as reply:  # noqa: S310
                text = reply.read()
        except urllib.error.HTTPError as error:
            with error:
                if method == "DELETE" and error.code == 404:  # it has ended by itself
                    return None
            raise
        return json.loads(text) if text else None

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._ask("GET", "status")
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.end()
                    raise AssertionError(
                        f"The server did not start. Its log:\n{self.log}"
                    ) from None
                time.sleep(_LOOK_AGAIN_S)
            else:
                return


def kernel_name(version: str) -> str:
    """Give the name of the kernelspec with that ipykernel."""
    return f"ipykernel-{version}"


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def _kernelspec(folder: Path) -> dict[str, Any]:
    return {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": kernel_name(folder.name),
        "language": "python",
        "env": {"PYTHONPATH": str(folder)},
        "metadata": {"debugger": False},
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
