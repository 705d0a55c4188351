"""A kernel's messages as green tasks: widget callbacks and completion wait without stopping it."""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
import types
from collections.abc import Callable
from typing import Any

from ..green import GreenTask, Interrupts, Patches, run_coroutine

__all__ = ["handle_messages_green", "reply_without_sleep"]

_MESSAGES = ("comm_open", "comm_msg", "comm_close", "complete_request", "inspect_request")


def handle_messages_green(
    patches: Patches, kernel: Any, interrupts: Interrupts, loop: asyncio.AbstractEventLoop
) -> None:
    """Run what these messages call on the kernel's own loop as green tasks.

    Without it a button's callback that comes to the main thread could neither park nor wait.
    """
    handlers = kernel.shell_handlers
    for name in _MESSAGES:
        original = handlers.get(name)
        if original is not None:
            handlers[name] = _green(original, loop, interrupts)
            patches.on_undo(functools.partial(handlers.__setitem__, name, original))


def _green(handler: Callable[..., Any], loop: Any, interrupts: Interrupts) -> Callable[..., Any]:
    @functools.wraps(handler)
    def handle(*args: Any) -> Any:
        if asyncio._get_running_loop() is not loop:  # a subshell's thread: it may block
            return handler(*args)
        if inspect.iscoroutinefunction(handler):
            return run_coroutine(handler(*args), scope=interrupts.delivered_to)
        return _run(handler, args, interrupts)

    return handle


async def _run(handler: Callable[..., Any], args: tuple[Any, ...], interrupts: Interrupts) -> None:
    green = GreenTask(handler, *args)
    with interrupts.delivered_to(green):
        outcome = await green
    if inspect.isawaitable(outcome):
        await outcome


def reply_without_sleep(patches: Patches, shell: Any) -> None:
    """Keep the kernel's moment of sleep after each cell from gevent, which may have patched it.

    It is a `time.sleep` on the loop's own greenlet, where no greenlet could take over.
    """
    kernel = shell.kernel
    patches.on_undo(functools.partial(setattr, kernel, "_execute_sleep", kernel._execute_sleep))

    def look() -> None:
        if not isinstance(time.sleep, types.BuiltinFunctionType):
            kernel._execute_sleep = 0.0

    shell.events.register("post_execute", look)
    patches.on_undo(functools.partial(shell.events.unregister, "post_execute", look))
