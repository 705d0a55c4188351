"""Where a call stands: in sync code, or in code that expects an awaitable.

Two kinds of code expect an awaitable: the body of an ``async def``, told by walking the frames
from the call outwards, and the operand of an ``await`` in a cell. `AwaitMarker` brackets such
operands with two constants, so that the frame's position tells whether it stands inside one.
Nothing runs for the marks and nothing has to be reset when an exception passes.
"""

from __future__ import annotations

import ast
import dis
import enum
import inspect
import types
from collections.abc import Iterator

__all__ = ["AwaitMarker", "Boundaries", "Place", "place_of"]

_BEGIN = "ipytango: the operand of an await begins"
_END = "ipytango: the operand of an await ends"

_ASYNC_FLAGS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE


class AwaitMarker(ast.NodeTransformer):
    """Bracket the operand of each ``await`` of a cell; ``async def`` bodies stay as they are."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        marked = ast.Subscript(
            value=ast.Tuple(
                elts=[ast.Constant(_BEGIN), node.value, ast.Constant(_END)], ctx=ast.Load()
            ),
            slice=ast.Constant(1),
            ctx=ast.Load(),
        )
        node.value = ast.fix_missing_locations(ast.copy_location(marked, node.value))
        return node

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_AsyncFunctionDef = visit_FunctionDef = visit_Lambda = _leave


_ranges: dict[int, tuple[types.CodeType, tuple[tuple[int, int], ...]]] = {}
_MAX_RANGES = 256


def _awaited_ranges(code: types.CodeType) -> tuple[tuple[int, int], ...]:
    """Return the bytecode ranges of `code` that compute the operand of an await."""
    # By identity: to hash a code object costs more than the whole walk.
    known = _ranges.get(id(code))
    if known is None or known[0] is not code:
        if len(_ranges) >= _MAX_RANGES:
            _ranges.clear()
        known = _ranges[id(code)] = code, tuple(_find_ranges(code))
    return known[1]


def _find_ranges(code: types.CodeType) -> Iterator[tuple[int, int]]:
    if _BEGIN not in code.co_consts:
        return
    begins: list[int] = []
    for instruction in dis.get_instructions(code):
        if instruction.argval == _BEGIN:
            begins.append(instruction.offset)
        elif instruction.argval == _END and begins:
            yield begins.pop(), instruction.offset


class Boundaries:
    """Code objects at which the walk ends, as nothing beyond is the user's: a shell's runner."""

    def __init__(self) -> None:
        self.unmarked = False
        """The cell that runs was compiled without `AwaitMarker`: a statement of it that awaits
        anything is taken to expect awaitables throughout."""
        self._codes: tuple[types.CodeType, ...] = ()

    def add(self, code: types.CodeType) -> None:
        self._codes += (code,)

    def __contains__(self, code: types.CodeType) -> bool:
        return any(code is known for known in self._codes)


class Place(enum.Enum):
    """Where a call stands."""

    CELL = "sync code below a cell"
    AWAIT = "code that expects an awaitable"
    ELSEWHERE = "sync code that no cell called: a callback, a thread's function"


def place_of(
    frame: types.FrameType | None,
    boundaries: Boundaries,
    *,
    foreign: tuple[str, ...] = ("ipykernel.", "asyncio.", "tornado.", "traitlets."),
) -> Place:
    """Find where a call made in `frame` stands, walking outwards.

    Comprehensions and generator expressions belong to the code around them. Frames of the
    packages in `foreign` end the walk: what called the kernel's machinery is not the user's.
    """
    while frame is not None:
        code = frame.f_code
        if code in boundaries:
            return Place.CELL
        if code.co_name[0] == "<":
            if any(begin < frame.f_lasti < end for begin, end in _awaited_ranges(code)):
                return Place.AWAIT
            if boundaries.unmarked and code.co_flags & _ASYNC_FLAGS:
                return Place.AWAIT
        elif frame.f_globals.get("__name__", "").startswith(foreign):
            return Place.ELSEWHERE
        elif code.co_flags & _ASYNC_FLAGS:
            return Place.AWAIT
        frame = frame.f_back
    return Place.ELSEWHERE
