"""Every cell as a green task: the one place where ipytango gets between the shell and the code."""

from __future__ import annotations

import ast
import asyncio
import functools
from typing import Any

from greenlet import getcurrent
from IPython.core.interactiveshell import InteractiveShell

from ..green import AwaitMarker, Boundaries, GreenTask, Interrupts, Patches, run_coroutine

__all__ = ["run_cells_green"]


def run_cells_green(
    patches: Patches, shell: InteractiveShell, boundaries: Boundaries, interrupts: Interrupts
) -> None:
    """Run the shell's cells as green tasks on the loop that awaits them."""
    original_run_code = shell.run_code
    boundaries.add(original_run_code.__func__.__code__)

    @functools.wraps(original_run_code)
    async def run_code(code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        code = original_run_code(code_obj, result, async_=async_)
        if asyncio._get_running_loop() is None:  # another loop_runner: nothing to park on
            return bool(await code)
        return bool(await run_coroutine(code, interrupts.delivered_to))

    patches.set(shell, "run_code", run_code)

    original_should_run_async = shell.should_run_async

    @functools.wraps(original_should_run_async)
    def should_run_async(raw_cell: str, **kwargs: Any) -> bool:
        """Whether the shell awaits the cell on its loop: all do, so that all can park."""
        if isinstance(getcurrent(), GreenTask) or kwargs.get("preprocessing_exc_tuple"):
            return bool(original_should_run_async(raw_cell, **kwargs))
        return True

    patches.set(shell, "should_run_async", should_run_async)
    marker = CellAwaits()
    shell.ast_transformers.append(marker)
    patches.on_undo(lambda: shell.ast_transformers.remove(marker))


class CellAwaits(AwaitMarker):
    """Marks a cell's awaits; where a magic compiles code that cannot await, it waits instead."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        super().visit_Await(node)
        if not isinstance(getcurrent(), GreenTask):
            return node
        wait = ast.parse("__import__('ipytango').await_", mode="eval").body
        call = ast.Call(func=wait, args=[node.value], keywords=[])
        return ast.fix_missing_locations(ast.copy_location(call, node))
