"""JupyterLab as a child, with the kernel "Tango" beside the others."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ..errors import IpytangoError
from ._processes import ctrl_c_for_the_child, end

__all__ = ["KERNEL", "check_lab", "run_lab", "write_spec"]

KERNEL = "tango"
"""The name of the kernelspec, unless another is asked for."""


def write_spec(directory: Path, display_name: str) -> None:
    """Write a kernelspec: this Python's own kernel, with the extension loaded."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": [*command, "--ext=ipytango"],
        "display_name": display_name,
        "language": "python",
        "metadata": {"debugger": True},
    }
    (directory / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n")


def check_lab() -> None:
    """Raise `IpytangoError` where JupyterLab is not installed."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise IpytangoError(
            f"JupyterLab is not installed for {sys.executable}: "
            f"{sys.executable} -m pip install jupyterlab"
        )


def run_lab(
    arguments: Sequence[str],
    *,
    ending: Callable[[int], AbstractContextManager[object]] = contextlib.nullcontext,
) -> int:
    """Run JupyterLab in the foreground, with the terminal; give its exit code.

    `ending` gives the context in which its process, by its number, runs.
    """
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    if os.geteuid() == 0:  # in a container; JupyterLab wants to be told that it is meant so
        command.append("--allow-root")
    with tempfile.TemporaryDirectory(prefix="ipytango-lab-") as folder:
        write_spec(Path(folder) / "kernels" / KERNEL, "Tango")
        paths = [folder, *filter(None, [os.environ.get("JUPYTER_PATH")])]
        environment = {**os.environ, "JUPYTER_PATH": os.pathsep.join(paths)}
        lab = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own arguments
        try:
            with ending(lab.pid), ctrl_c_for_the_child():
                return lab.wait()
        finally:
            end(lab)
