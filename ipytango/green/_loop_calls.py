"""``asyncio.run(main())`` and ``loop.run_until_complete(main())`` in sync code under a running loop.

Plain asyncio refuses both there. Under a cell they are a park: the coroutine runs as a task of
the running loop and the caller waits for it. asyncio itself stays as it is; only these calls
are exchanged, and only where the caller can park do they behave differently.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Coroutine
from typing import Any

from ._bridge import await_, can_park
from ._patches import Patches

__all__ = ["exchange_loop_calls"]


def exchange_loop_calls(patches: Patches, loop: asyncio.AbstractEventLoop) -> None:
    """Let code that can park call `asyncio.run` and its kin, and `loop.run_until_complete`."""
    original_run = asyncio.run

    @functools.wraps(original_run)
    def run(main: Coroutine[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        if not can_park():
            return original_run(main, *args, **kwargs)
        return await_(asyncio.get_running_loop().create_task(_checked(main)))

    patches.set(asyncio, "run", run)
    patches.set(asyncio.runners, "run", run)

    @functools.wraps(loop.run_until_complete)
    def run_until_complete(future: Awaitable[Any]) -> Any:
        if not can_park() or asyncio._get_running_loop() is not loop:
            return type(loop).run_until_complete(loop, future)  # nest-asyncio may have changed it
        return await_(asyncio.ensure_future(future, loop=loop))

    patches.set(loop, "run_until_complete", run_until_complete)

    if hasattr(asyncio, "Runner"):
        original_runner_run = asyncio.Runner.run

        @functools.wraps(original_runner_run)
        def runner_run(
            self: asyncio.Runner, coro: Coroutine[Any, Any, Any], **kwargs: Any
        ) -> Any:
            if not can_park():
                return original_runner_run(self, coro, **kwargs)
            return await_(asyncio.get_running_loop().create_task(_checked(coro), **kwargs))

        patches.set(asyncio.Runner, "run", runner_run)


def _checked(main: Any) -> Coroutine[Any, Any, Any]:
    if not asyncio.iscoroutine(main):
        raise ValueError(f"a coroutine was expected, got {main!r}")
    return main
