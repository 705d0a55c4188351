"""The browser side as it is built: types, its own tests, and the bundle that is committed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ipytango"
FRONTEND = PACKAGE / "frontend"
STATIC = PACKAGE / "static"
INSTALL_TIMEOUT_S = 100

# The environment's own node before any other: it is in the `dev` extra.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

Run = Callable[..., str]


@pytest.fixture(scope="module")
def node() -> Run:
    """Run a program of node in the frontend's folder, its packages installed; gives its output."""
    if shutil.which("node", path=PATH) is None or shutil.which("npm", path=PATH) is None:
        pytest.skip("no node: pip install ipytango[dev] brings it along")

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(shutil.which(command[0], path=PATH)), *command[1:]],
            cwd=FRONTEND,
            env={**os.environ, "PATH": PATH},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=INSTALL_TIMEOUT_S,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"
        return done.stdout

    installed = FRONTEND / "node_modules" / ".package-lock.json"
    lock = FRONTEND / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        try:
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        except (AssertionError, subprocess.TimeoutExpired) as error:
            if _is_about_the_network(str(error)):
                pytest.skip(f"npm's registry cannot be reached: {error}")
            raise
    return run


def _is_about_the_network(error: str) -> bool:
    return any(code in error for code in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"))


def test_types(node: Run) -> None:
    node("node", "node_modules/typescript/bin/tsc", "--noEmit")


def test_own_tests_of_the_frontend(node: Run) -> None:
    assert "# fail 0" in node("node", "--test", "--test-reporter=tap")


def test_committed_bundle_is_what_the_sources_make(node: Run, tmp_path: Path) -> None:
    node("node", "build.mjs", str(tmp_path))
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in STATIC.iterdir()}
    assert sorted(built) == sorted(committed)
    changed = [name for name, content in built.items() if committed[name] != content]
    assert not changed, "Built from other sources: run `make static` and commit ipytango/static"


def test_bundle_asks_nobody_for_anything() -> None:
    """Control rooms have no internet."""
    source = (STATIC / "ipytango.js").read_text("utf-8")
    assert "import(" not in source
    assert "https://" not in source.replace("https://github.com/leeoniya/uPlot", "")
