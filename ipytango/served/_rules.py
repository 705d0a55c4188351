"""The rules of PyTango's green modes, checked before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import tango

from ._failures import Refused
from ._loading import Loaded
from ._messages import Source

__all__ = ["green_mode_of"]

_STANDARD = {
    "always_executed_hook",
    "delete_device",
    "dev_state",
    "dev_status",
    "init_device",
    "read_attr_hardware",
    "write_attr_hardware",
}
_MAKERS = {"attribute", "command"}
_ACCESSORS = {"getter", "is_allowed", "read", "setter", "write"}


def green_mode_of(loaded: Loaded, sources: Sequence[Source]) -> Any:
    """Return the green mode of the server.

    Raises:
        Refused: the classes are of several modes, or an asyncio one has methods that are no
            coroutines.
    """
    given = loaded.green_mode
    default = tango.get_green_mode() if given is None else given
    modes = {cls: _mode_of(cls, default) for cls in loaded.classes}
    definitions = {name: place for source in sources for name, place in _classes_in(source)}
    if len(set(modes.values())) > 1:
        lines = [
            f"  {_place_of(cls, definitions)}: {cls.__name__} is {mode.name.lower()}"
            for cls, mode in modes.items()
        ]
        raise Refused(
            "The classes are of different green modes, and PyTango runs one mode in a server:\n"
            + "\n".join(lines)
            + "\nGive them the same `green_mode`, or serve each mode from a cell of its own."
        )
    mode = next(iter(modes.values()))
    if mode == tango.GreenMode.Asyncio:
        own = {cls.__name__ for served in loaded.classes for cls in served.__mro__}
        lines = [
            f"  {source.label}, line {method.lineno}: def {method.name} in {name}"
            for name, (source, definition) in definitions.items()
            if name in own
            for method in _sync_methods(definition)
        ]
        if lines:
            raise Refused(
                "In asyncio mode Tango calls coroutines, and these methods are none:\n"
                + "\n".join(lines)
                + "\nWrite `async def`, with `await super().init_device()` and the like in them: "
                "without the `await` PyTango would silently leave out what those do."
            )
    return mode


def _mode_of(cls: type, default: Any) -> Any:
    mode = getattr(cls, "green_mode", None)
    return default if mode is None else mode


_Definition = tuple[Source, ast.ClassDef]


def _classes_in(source: Source) -> Iterator[tuple[str, _Definition]]:
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.ClassDef):
            yield node.name, (source, node)


def _place_of(cls: type, definitions: dict[str, _Definition]) -> str:
    if cls.__name__ not in definitions:
        return cls.__module__
    source, node = definitions[cls.__name__]
    return f"{source.label}, line {node.lineno}"


def _sync_methods(cls: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Give the methods that Tango calls and that are no coroutines."""
    members = _members(cls)
    called = _STANDARD | {
        name
        for member in members
        for name in (f"read_{member}", f"write_{member}", f"is_{member}_allowed")
    }
    for node in cls.body:
        if isinstance(node, ast.FunctionDef) and (
            node.name in called or any(_is_tangos(one, members) for one in node.decorator_list)
        ):
            yield node


def _members(cls: ast.ClassDef) -> set[str]:
    """Return the names of the attributes and commands that a class defines itself."""
    found = set()
    for node in cls.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(_is_tangos(one, set()) for one in node.decorator_list):
                found.add(node.name)
        elif isinstance(node, ast.Assign) and _is_tangos(node.value, set()):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and node.value and _is_tangos(node.value, set()):
            found |= {node.target.id} if isinstance(node.target, ast.Name) else set()
    return found


def _is_tangos(node: ast.expr, members: set[str]) -> bool:
    """Say whether this makes an attribute or a command, or is an accessor of one of `members`.

    Those that name a green mode of their own have chosen to be different.
    """
    if isinstance(node, ast.Call):
        if any(keyword.arg and "green_mode" in keyword.arg for keyword in node.keywords):
            return False
        node = node.func
    if isinstance(node, ast.Name):
        return node.id in _MAKERS
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    return node.attr in _MAKERS or (node.attr in _ACCESSORS and owner in members)
