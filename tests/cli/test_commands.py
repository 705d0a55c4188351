"""The commands of `ipytango` beside the demo, as a user runs them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import nbclient
import pexpect
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook


def ipytango(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ipytango.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, **variables},
    )


# --- the shell ------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["shell", "--", "--no-confirm-exit"]])
def test_shell_has_the_extension(tango_host: str, tmp_path: Path, arguments: list[str]) -> None:
    environment = {**os.environ, "TANGO_HOST": tango_host, "IPYTHONDIR": str(tmp_path)}
    environment["IPY_TEST_SIMPLE_PROMPT"] = "1"
    shell: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        ["-m", "ipytango.cli", *arguments],
        env=environment,
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 120),
    )
    shell.expect_exact(f"the Tango database is {tango_host}")
    shell.expect(r"In \[1\]")
    shell.sendline("%tango_green asyncio")
    shell.expect("asyncio")
    shell.expect(r"In \[2\]")
    shell.sendline("import tango; tango.DeviceProxy('sys/tg_test/1').state()")
    shell.expect(r"Out\[2\].*RUNNING")
    shell.sendline("exit()")
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 0


# --- the kernel -----------------------------------------------------------------------------------


def test_kernel_is_installed_runs_and_is_removed(tango_host: str, tmp_path: Path) -> None:
    data = tmp_path / "share" / "jupyter"
    done = ipytango("kernel", "install", f"--prefix={tmp_path}")
    assert done.returncode == 0, done.stderr
    spec = json.loads((data / "kernels" / "tango" / "kernel.json").read_text())
    assert (spec["display_name"], spec["argv"][-1]) == ("Tango", "--ext=ipytango")

    environment = {**os.environ, "TANGO_HOST": tango_host, "JUPYTER_PATH": str(data)}
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "kernelspec", "list"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert re.search(r"^\s+tango ", listed.stdout, re.MULTILINE)

    removed = ipytango("kernel", "uninstall", JUPYTER_PATH=str(data))
    assert removed.returncode == 0, removed.stderr
    assert not (data / "kernels" / "tango").exists()


def test_kernel_has_the_extension(
    tango_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "share" / "jupyter"
    assert ipytango("kernel", "install", f"--prefix={tmp_path}", "--name=mine").returncode == 0
    monkeypatch.setenv("JUPYTER_PATH", str(data))
    cells = [
        "%tango_green asyncio",
        "import tango\nproxy = tango.DeviceProxy('sys/tg_test/1')",
        "proxy.state()",
    ]
    notebook: NotebookNode = new_notebook(  # type: ignore[no-untyped-call]
        cells=[new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    )
    client = nbclient.NotebookClient(notebook, timeout=60, kernel_name="mine")
    client.execute(env={**os.environ, "TANGO_HOST": tango_host})
    assert "RUNNING" in notebook.cells[-1].outputs[0]["data"]["text/plain"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kernel", "install", "--name=../x"], "cannot name a kernelspec"),
        (["kernel", "uninstall", "--name=nosuch"], "There is no kernel 'nosuch'"),
        (["kernel", "install", "--prefix=/proc/nowhere"], "could not be written"),
    ],
)
def test_kernels_that_cannot_be_are_one_line(arguments: list[str], says: str) -> None:
    done = ipytango(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("ipytango: error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


# --- JupyterLab -----------------------------------------------------------------------------------


def kernelspecs_at(address: str) -> dict[str, Any]:
    """Ask a server for its kernels; it says where it will listen a moment before it does."""
    while True:
        with contextlib.suppress(urllib.error.URLError):
            asked = f"{address}/api/kernelspecs?token=known"
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - on loopback
                return dict(json.load(answer))


def test_lab_offers_the_kernel_first_and_installs_nothing(tango_host: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TANGO_HOST": tango_host, "HOME": str(tmp_path)}
    arguments = ["lab", "--", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    lab = pexpect.spawn(
        sys.executable,
        ["-m", "ipytango.cli", *arguments, "--IdentityProvider.token=known"],
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=60,
    )
    try:
        lab.expect(r"http://127\.0\.0\.1:\d+/lab")
        specs = kernelspecs_at(str(lab.after).removesuffix("/lab"))
        assert specs["default"] == "tango"
        assert specs["kernelspecs"]["tango"]["spec"]["display_name"] == "Tango"
    finally:
        lab.kill(signal.SIGTERM)
        lab.expect(pexpect.EOF)
        lab.close()
    assert not list(tmp_path.rglob("kernels/tango"))


# --- the doctor -----------------------------------------------------------------------------------


def test_doctor_finds_all_well(tango_host: str) -> None:
    done = ipytango("doctor", TANGO_HOST=tango_host)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        r"^ok +PyTango +\d+\.\d+",
        r"^ok +cppTango +\d+\.\d+",
        rf"^ok +TANGO_HOST +{re.escape(tango_host)} \(from the environment\)",
        rf"^ok +database {re.escape(tango_host)} +answers",
        r"^ok +private Tango +TangoTest answers",
        r"^ok +events +come after",
    ):
        assert re.search(line, done.stdout, re.MULTILINE), done.stdout


def test_doctor_says_what_is_wrong_with_the_database() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_host = f"127.0.0.1:{silent.getsockname()[1]}"
        done = ipytango("doctor", TANGO_HOST=f"{silent_host},127.0.0.1:1")
    assert done.returncode == 1
    assert re.search(rf"^bad +database {silent_host} +no answer within", done.stdout, re.MULTILINE)
    assert re.search(r"^bad +database 127\.0\.0\.1:1 +no connection", done.stdout, re.MULTILINE)
    assert re.search(r"^ok +events", done.stdout, re.MULTILINE)  # it goes on to the end
