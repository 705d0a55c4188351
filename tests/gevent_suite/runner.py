"""Run one module of gevent's own tests, with gevent's hub or with ours, and write what came of it.

    python runner.py {native|asyncio} MODULE OUTCOME_FILE

OUTCOME_FILE gets JSON: the outcome of each test case, and how the module ended. With `asyncio` the
module runs in a green task on a running event loop, and `gevent.get_hub()` is ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
import traceback
import unittest
from pathlib import Path
from typing import Any

CASES: dict[str, str] = {}


class RecordingResult(unittest.TextTestResult):
    """What unittest prints, and the outcome of each case besides."""

    def _record(self, test: unittest.TestCase, outcome: str) -> None:
        name = test.id().removeprefix("__main__.")
        if CASES.get(name) not in {"error", "failure"}:
            CASES[name] = outcome

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        super().addSuccess(test)
        self._record(test, "success")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._record(test, "failure")

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self._record(test, "error")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        self._record(test, "skip")

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addExpectedFailure(test, err)
        self._record(test, "expected failure")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().addUnexpectedSuccess(test)
        self._record(test, "unexpected success")

    def addSubTest(  # noqa: N802
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any
    ) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._record(test, "failure")


def run_module(module: str) -> str:
    """Run `module` as a program; says how it ended."""
    unittest.TextTestRunner.resultclass = RecordingResult  # type: ignore[assignment]  # a class
    sys.argv = [module]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        if os.getpid() != PID:
            os._exit(stop.code if isinstance(stop.code, int) else bool(stop.code))
        # unittest says so when a case failed; the cases tell which.
        return "ended" if CASES or not stop.code else f"exit {stop.code}"
    except BaseException as error:  # noqa: BLE001 - this is what is recorded
        traceback.print_exc()
        return type(error).__name__
    return "ended"


async def run_on_asyncio(module: str) -> str:
    """Run `module` in a green task, with our hub."""
    # The native run must not see these.
    from gevent.exceptions import LoopExit
    from gevent.testing.hub import QuietHub
    from greenlet import getcurrent

    from ipytango.green import AsyncioHub, in_green_task, install_hub

    class QuietAsyncioHub(AsyncioHub, QuietHub):  # type: ignore[misc]  # gevent ships no types
        """Reads what gevent's test cases set on their hub class."""

        joining = False

        def join(self, timeout: float | None = None) -> bool:
            self.joining = True
            try:
                return super().join(timeout)
            finally:
                self.joining = False

    hub: Any = install_hub(asyncio.get_running_loop())
    hub.__class__ = QuietAsyncioHub

    def main() -> str:
        green: Any = getcurrent()
        # gevent raises these in its main greenlet, which the module's code stands in.
        hub.on_system_error = green.throw

        def exit_loop() -> None:
            # Our hub would wait on: asyncio may bring something. Here nothing does.
            if green.parked and not hub.joining:
                green.throw(LoopExit("This operation would block forever", hub))
            if not green.dead:
                hub.loop.when_inactive(exit_loop)

        hub.loop.when_inactive(exit_loop)
        return run_module(module)

    return await in_green_task(main)


def main() -> None:
    hub, module, outcome_file = sys.argv[1:]
    ended = asyncio.run(run_on_asyncio(module)) if hub == "asyncio" else run_module(module)
    Path(outcome_file).write_text(json.dumps({"ended": ended, "cases": CASES}))
    sys.stdout.flush()
    sys.stderr.flush()
    # Modules leave threads and patched locks behind; nothing of that is under test.
    os._exit(0)


PID = os.getpid()

if __name__ == "__main__":
    main()
