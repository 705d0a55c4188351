"""Every cell as a green task: the one place where ipytango gets between the shell and the code."""

from __future__ import annotations

import ast
import asyncio
import functools
import sys
import threading
from types import FrameType
from typing import Any

from greenlet import getcurrent
from IPython.core.async_helpers import _asyncio_runner, _pseudo_sync_runner

from ..green import (
    AwaitMarker,
    Boundaries,
    GreenSeat,
    GreenTask,
    Interrupts,
    Patches,
    run_coroutine,
)
from ._variables import KeptVariables

__all__ = ["on_sync_path", "run_cells_green"]


def run_cells_green(
    patches: Patches, shell: Any, boundaries: Boundaries, interrupts: Interrupts
) -> None:
    """Run the shell's cells as green tasks on the loop that awaits them.

    The cell that loads ipytango was compiled before, and may run on IPython's synchronous path:
    there the rest of it gets values too, but blocks for them.
    """
    original_run_code = shell.run_code
    boundaries.add(original_run_code.__func__.__code__)
    boundaries.unmarked = True
    loading_blocks = on_sync_path()
    seat, kept = GreenSeat(), KeptVariables()
    main_thread = threading.main_thread()

    def awaited_here() -> bool:
        # Another runner (trio) awaits the cell on a loop of its own, even below the kernel's.
        return shell.loop_runner is _asyncio_runner and asyncio._get_running_loop() is not None

    @functools.wraps(original_run_code)
    async def run_code(code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        if not awaited_here() or (boundaries.unmarked and loading_blocks):
            return bool(await original_run_code(code_obj, result, async_=async_))
        interrupts.raise_undelivered()
        code = original_run_code(code_obj, result, async_=async_)
        if threading.current_thread() is not main_thread:
            return bool(await run_coroutine(code))  # a subshell's cell
        with kept.across_cells():
            return bool(await run_coroutine(code, seat, interrupts.delivered_to))

    patches.set(shell, "run_code", run_code)

    original_run_cell_async = shell.run_cell_async

    @functools.wraps(original_run_cell_async)
    async def run_cell_async(*args: Any, **kwargs: Any) -> Any:
        if not awaited_here():
            return await original_run_cell_async(*args, **kwargs)
        with interrupts.held():
            return await original_run_cell_async(*args, **kwargs)

    patches.set(shell, "run_cell_async", run_cell_async)

    original_should_run_async = shell.should_run_async

    @functools.wraps(original_should_run_async)
    def should_run_async(raw_cell: str, **kwargs: Any) -> bool:
        """Whether the shell awaits the cell on its loop: all do, so that all can park."""
        if isinstance(getcurrent(), GreenTask):
            return bool(original_should_run_async(raw_cell, **kwargs))
        boundaries.unmarked = False
        if kwargs.get("preprocessing_exc_tuple"):
            return bool(original_should_run_async(raw_cell, **kwargs))
        return True

    patches.set(shell, "should_run_async", should_run_async)
    marker = CellAwaits()
    shell.ast_transformers.append(marker)
    patches.on_undo(lambda: shell.ast_transformers.remove(marker))


def on_sync_path() -> bool:
    """Say whether the current code is below IPython's runner for cells that await nothing."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code is _pseudo_sync_runner.__code__:
            return True
        frame = frame.f_back
    return False


class CellAwaits(AwaitMarker):
    """Marks a cell's awaits; where a magic compiles code that cannot await, it waits instead."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        super().visit_Await(node)
        if not isinstance(getcurrent(), GreenTask):
            return node
        wait = ast.parse("__import__('ipytango').await_", mode="eval").body
        call = ast.Call(func=wait, args=[node.value], keywords=[])
        return ast.fix_missing_locations(ast.copy_location(call, node))
