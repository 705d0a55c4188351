"""Scripts that bring their own loop calls, in sync code under a loop that runs already.

Plain asyncio refuses ``asyncio.run(main())``, ``loop.run_until_complete(main())``,
``loop.run_forever()`` and ``loop.close()`` there. Under a cell the first three are a park, and
the last does nothing, as the loop is the shell's. A loop that the script made runs in a thread,
and the cell parks meanwhile. asyncio itself stays as it is: these calls are exchanged, and
behave differently only where the caller can park. Tasks that ``asyncio.run(main())`` leaves
behind go on, as the loop does.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ._bridge import await_, can_park
from ._patches import Patches

__all__ = ["exchange_loop_calls"]


def exchange_loop_calls(patches: Patches, loop: asyncio.AbstractEventLoop) -> None:
    """Let code that can park use `asyncio.run` and `loop` as a script does."""
    run = _parking_run(asyncio.run)
    patches.set(asyncio, "run", run)
    patches.set(asyncio.runners, "run", run)
    if hasattr(asyncio, "Runner"):
        patches.set(asyncio.Runner, "run", _parking_run(asyncio.Runner.run, has_self=True))
    patches.set(
        asyncio.BaseEventLoop,
        "run_until_complete",
        _in_a_thread(asyncio.BaseEventLoop.run_until_complete),
    )
    calls = _LoopCalls(loop)
    for name in ("run_until_complete", "run_forever", "stop", "close"):
        patches.set(loop, name, getattr(calls, name))


def _parking_run(original: Callable[..., Any], *, has_self: bool = False) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not can_park():
            return original(*args, **kwargs)
        main = args[has_self] if len(args) > has_self else kwargs.get("main", kwargs.get("coro"))
        if not asyncio.iscoroutine(main):
            raise ValueError(f"a coroutine was expected, got {main!r}")
        return _run_as_task(main)

    return run


def _run_as_task(main: Coroutine[Any, Any, Any]) -> Any:
    """Wait for a coroutine, as a task of the running loop.

    asyncio raises SystemExit and KeyboardInterrupt of a task out of the loop itself, which would
    end the kernel; here they belong to the code that called.
    """
    fatal: list[BaseException] = []

    async def contained() -> Any:
        try:
            return await main
        except (SystemExit, KeyboardInterrupt) as error:
            fatal.append(error)
            return None

    result = await_(asyncio.get_running_loop().create_task(contained()))
    if fatal:
        raise fatal.pop()
    return result


def _in_a_thread(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``run_until_complete`` of loops that are not the shell's: they run in a thread."""

    @functools.wraps(original)
    def run_until_complete(loop: asyncio.AbstractEventLoop, future: Any) -> Any:
        if not can_park() or loop.is_running():
            return original(loop, future)
        context = contextvars.copy_context()
        running = asyncio.get_running_loop().run_in_executor(
            None, context.run, original, loop, future
        )
        try:
            return await_(running)
        except (KeyboardInterrupt, asyncio.CancelledError):
            loop.call_soon_threadsafe(loop.stop)
            raise

    return run_until_complete


class _LoopCalls:
    """What stands in for methods of the shell's loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running_for_ever: list[asyncio.Future[None]] = []

    def _parks(self) -> bool:
        return can_park() and asyncio._get_running_loop() is self._loop

    def _plain(self, name: str, *args: Any) -> Any:
        # By the class, as nest-asyncio may have changed it since.
        return getattr(type(self._loop), name)(self._loop, *args)

    def run_until_complete(self, future: Awaitable[Any] | Coroutine[Any, Any, Any]) -> Any:
        if not self._parks():
            return self._plain("run_until_complete", future)
        if asyncio.iscoroutine(future):
            return _run_as_task(future)
        return await_(asyncio.ensure_future(future, loop=self._loop))

    def run_forever(self) -> None:
        """In a cell: wait until `stop` is called or an interrupt comes."""
        if not self._parks():
            return self._plain("run_forever")  # type: ignore[no-any-return]
        stopped = self._loop.create_future()
        self._running_for_ever.append(stopped)
        try:
            await_(stopped)
        finally:
            self._running_for_ever.remove(stopped)
        return None

    def stop(self) -> None:
        """End the innermost `run_forever` of a cell; without one, and for the kernel, the loop."""
        waiting = [stopped for stopped in self._running_for_ever if not stopped.done()]
        if not waiting or sys._getframe(1).f_globals.get("__name__", "").startswith("tornado."):
            return self._plain("stop")  # type: ignore[no-any-return]
        waiting[-1].set_result(None)
        return None

    def close(self) -> None:
        """Do nothing in a cell: the loop is the shell's."""
        if not self._parks():
            self._plain("close")
