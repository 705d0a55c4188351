"""gevent's own tests end with our hub as with gevent's: `suite.toml` says which, and why not all.

Each module runs in a process of its own, in a green task on an asyncio loop with our hub. Where not
all of its cases succeed it runs with the native hub, too, and the two are compared case by case.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
import pytest

# Python brings a reader of TOML since 3.11; pytest brings one before that.
tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

HERE = Path(__file__).parent
SUITE: dict[str, Any] = tomllib.loads((HERE / "suite.toml").read_text())
MODULE_TIMEOUT_S = 100
MODULES: list[str] = SUITE["run"]
NOT_COMPARED: dict[str, dict[str, str]] = SUITE["not_compared"]


@dataclass(frozen=True)
class Outcome:
    """What came of a module's tests."""

    ended: str
    """How its process ended: "ended" for a module that came to its end."""
    cases: dict[str, str]
    """success, failure, error or skip by test case."""
    output: str
    """What it printed."""


def run(hub: str, module: str, directory: Path) -> Outcome:
    """Run `module` with the hub `native` or `asyncio`."""
    outcome_file = directory / f"{module}.{hub}.json"
    outcome_file.unlink(missing_ok=True)
    environment = {
        **os.environ,
        # No test may leave this machine; the standard library's own tests are not ours to run.
        "GEVENTTEST_USE_RESOURCES": "all,-network,-gevent_monkey",
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, str(HERE / "runner.py"), hub, f"gevent.tests.{module}"]
    try:
        ran = subprocess.run(
            [*command, str(outcome_file)],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=MODULE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        output = late.output or b""
        text = output.decode(errors="replace") if isinstance(output, bytes) else output
        return Outcome(f"still running after {MODULE_TIMEOUT_S} s", {}, text)
    if not outcome_file.exists():
        return Outcome(f"died with {ran.returncode}", {}, ran.stdout)
    found = json.loads(outcome_file.read_text())
    return Outcome(found["ended"], found["cases"], ran.stdout)


def differences(module: str, native: Outcome, ours: Outcome) -> list[str]:
    """List what ended otherwise with our hub; a case that only gevent's hub fails is none."""
    found = []
    if ours.ended != native.ended:
        found.append(f"{module}: {native.ended} with gevent's hub, {ours.ended} with ours")
    ignored = NOT_COMPARED.get(module, {})
    for case, expected in native.cases.items():
        outcome = ours.cases.get(case, "did not run")
        if case not in ignored and outcome not in {expected, "success"}:
            found.append(f"{case}: {expected} with gevent's hub, {outcome} with ours")
    return found


def all_succeeded(outcome: Outcome) -> bool:
    """Whether there is nothing that the native hub could do better."""
    return outcome.ended == "ended" and set(outcome.cases.values()) == {"success"}


@pytest.mark.timeout(5 * MODULE_TIMEOUT_S)
@pytest.mark.parametrize("module", MODULES)
def test_module_ends_as_with_the_native_hub(module: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(f"gevent.tests.{module}") is None:
        pytest.skip("this version of gevent has no such module")
    ours = run("asyncio", module, tmp_path)
    if all_succeeded(ours):
        return
    native = run("native", module, tmp_path)
    if differences(module, native, ours):
        # Many of gevent's tests measure times; what differs for the load of this machine does
        # not differ twice.
        native, ours = run("native", module, tmp_path), run("asyncio", module, tmp_path)
    found = differences(module, native, ours)
    assert not found, "\n".join([*found, "", "The output with our hub:", ours.output])


def test_list_names_each_module_once() -> None:
    listed = [*MODULES, *SUITE["not_run"]]
    assert len(listed) == len(set(listed))
    assert set(NOT_COMPARED) <= set(MODULES)


def test_list_knows_every_module_of_this_gevent() -> None:
    if gevent.__version__ != SUITE["gevent"]:
        pytest.skip(f"the list was made for gevent {SUITE['gevent']}")
    tests = importlib.util.find_spec("gevent.tests")
    assert tests is not None
    assert tests.origin is not None
    modules = {path.stem for path in Path(tests.origin).parent.glob("test_*.py")}
    assert modules - {*MODULES, *SUITE["not_run"]} == set()
