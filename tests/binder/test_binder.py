"""What Binder builds from `binder/`, and what it then starts: without a container."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

ASK = """\
import os, tango
print(os.environ["TANGO_HOST"], tango.DeviceProxy("sys/tg_test/1").state())
"""


@contextlib.contextmanager
def started(command: Sequence[str], **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command as a Binder container does, with `binder/start` before it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # On Debian and Ubuntu the package with TangoTest sets a host that does not exist.
    environment = {**os.environ, "PATH": path, "TANGO_HOST": "no-such-host:10000", **variables}
    process = subprocess.Popen(
        [str(BINDER / "start"), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
        start_new_session=True,
    )
    # In a container all ends with it: here that is the session of the process.
    with process:
        try:
            yield process
        finally:
            session = [one for one in psutil.process_iter() if _session_of(one) == process.pid]
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            psutil.wait_procs(session, timeout=10)


def _session_of(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except OSError:  # it has ended
        return -1


def test_image_is_described() -> None:
    command = [sys.executable, "-m", "repo2docker", "--no-build"]
    as_binder = ["--Repo2Docker.default_buildpack=None", "--user-id", "1000"]
    rendered = subprocess.run(
        [*command, *as_binder, "--user-name", "jovyan", str(ROOT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert rendered.returncode == 0, rendered.stderr
    assert "python=3.12" in rendered.stderr
    assert "apt-get install --yes --no-install-recommends tango-test" in rendered.stdout
    assert '-r "binder/requirements.txt"' in rendered.stdout
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in rendered.stdout
    assert "binder/postBuild" in rendered.stdout


def test_tango_is_there_when_jupyter_is() -> None:
    with started([sys.executable, "-c", ASK]) as process:
        said, told = process.communicate(timeout=60)
    host, state = said.split()
    assert (host.rpartition(":")[0], state) == ("127.0.0.1", "RUNNING")
    assert f"export TANGO_HOST={host}" in told


def test_jupyter_opens_where_tango_does_not(tmp_path: Path) -> None:
    broken = tmp_path / "ipytango"
    broken.write_text("#!/bin/sh\necho it does not work\nexit 1\n")
    broken.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    with started(["sh", "-c", 'echo "opens ${TANGO_HOST-}"'], PATH=path) as process:
        said, told = process.communicate(timeout=60)
    assert said == "opens \n"
    assert "it does not work" in told
    assert "%tango_demo" in told


def test_build_stops_where_something_is_missing(tmp_path: Path) -> None:
    broken = tmp_path / "ipytango"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    build = [str(BINDER / "postBuild")]
    assert subprocess.run(build, env={**os.environ, "PATH": path}, check=False).returncode != 0


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebooks_run_there(notebook: Path, tmp_path: Path) -> None:
    done = tmp_path / notebook.name
    execute = [sys.executable, "-m", "jupyter", "execute", str(notebook), f"--output={done}"]
    with started(execute) as process:
        _, told = process.communicate(timeout=110)
        assert process.returncode == 0, told
    cells = json.loads(done.read_text())["cells"]
    assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")
