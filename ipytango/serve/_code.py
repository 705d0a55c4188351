"""What code of a notebook needs to run in a process of its own: itself, and the names it uses."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import linecache
import symtable
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import ServerError
from ..served import Job, Source

__all__ = ["Code", "LabelOf", "is_device_class", "job_for"]

_ADDED_BY_IPYTHON = {"display", "get_ipython"}
_ALWAYS_THERE = (set(dir(builtins)) - _ADDED_BY_IPYTHON) | {*vars(types.ModuleType("")), "__file__"}


@dataclasses.dataclass(frozen=True)
class Code:
    """Some code of a notebook."""

    text: str
    """With as many lines before it as there are in its cell, so that line numbers agree."""

    label: str
    """How its cell is called, such as ``Cell In[3]``."""

    @property
    def source(self) -> Source:
        """As the server's process is told it."""
        return Source(self.text, self.label)


LabelOf = Callable[[str], str]
"""Gives the label of a cell by the name of its file."""


def job_for(
    code: Code,
    names: Mapping[str, Any],
    label_of: LabelOf,
    *,
    classes: tuple[str, ...] = (),
    green_mode: str = "",
) -> Job:
    """Gather `code` and what it uses of `names`, the notebook's.

    Raises:
        ServerError: names are missing, or cannot be taken into another process.
        SyntaxError: the code cannot be compiled.
    """
    gathered = _Gathered(names, label_of)
    gathered.gather(code)
    return Job(
        code.source,
        tuple(gathered.before),
        gathered.modules,
        _pickled(gathered.values),
        str(Path.cwd()),
        classes,
        green_mode,
    )


def _code_of_class(cls: type, label_of: LabelOf) -> Code:
    """Return the code that defines a device class in its cell. Raises `ServerError`."""
    for filename in _cells_of(cls):
        text = "".join(linecache.getlines(filename))
        for node in _parsed(text):
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                return Code(_alone(text, node), label_of(filename))
    raise ServerError(
        f"The code of {cls.__name__} is not known: it was not defined at the top level of a cell "
        "here. Write it in the cell that serves it (%%tango_server), or in a module."
    )


def _cells_of(cls: type) -> Iterator[str]:
    """Give the files in which a class of the notebook may be defined, the likeliest first."""
    for member in vars(cls).values():
        function = getattr(member, "fget", None) or member
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = getattr(function, "__code__", None)
        if code is not None and getattr(function, "__module__", "") == "__main__":
            yield code.co_filename
    # One without methods: the newest cell that defines it.
    yield from reversed(list(linecache.cache))


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except SyntaxError:  # something else than Python that was cached
        return []


def _alone(text: str, node: ast.ClassDef) -> str:
    """Return one statement of a text, in its lines."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = text.splitlines(keepends=True)[first - 1 : node.end_lineno]
    return "\n" * (first - 1) + "".join(lines)


class _Gathered:
    """What was found so far."""

    def __init__(self, names: Mapping[str, Any], label_of: LabelOf) -> None:
        self._names = names
        self._label_of = label_of
        self._done: set[str] = set()
        self.before: list[Source] = []
        self.modules: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def gather(self, code: Code) -> None:
        """Gather what `code` uses and does not define itself."""
        free = _FreeNames(code)
        if "get_ipython" in free.needed:
            raise ServerError(
                f"{code.label}, line {free.needed['get_ipython']}: magics (%) and shell commands "
                "(!) work in the notebook only. Put them into a cell of their own."
            )
        missing = {
            name: line for name, line in free.needed.items() if self._value_of(name) is _NOTHING
        }
        if missing and not free.imports_all:
            raise ServerError(
                "The code uses names that are neither defined in it nor in the notebook: "
                + ", ".join(f"{name} (line {line})" for name, line in missing.items())
                + f" of {code.label}. Define them there, or run the cell that does."
            )
        for name in (*free.needed, *free.annotations):
            if name not in self._done:
                self._done.add(name)
                self._take(name, self._value_of(name))

    def _value_of(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        return vars(builtins).get(name, _NOTHING) if name in _ADDED_BY_IPYTHON else _NOTHING

    def _take(self, name: str, value: Any) -> None:
        if value is _NOTHING:
            return
        if isinstance(value, types.ModuleType):
            self.modules[name] = value.__name__
        elif is_device_class(value) and value.__module__ == "__main__":
            # PyTango makes something of a class while it is defined, which no pickle keeps.
            code = _code_of_class(value, self._label_of)
            self.gather(code)
            self.before.append(code.source)
            if name != value.__name__:
                self.before.append(Source(f"{name} = {value.__name__}\n", code.label))
        else:
            self.values[name] = value


_NOTHING = object()


def is_device_class(value: Any) -> bool:
    """Say whether a value is a device class of PyTango's high-level kind."""
    return isinstance(value, type) and any(
        cls.__module__ == "tango.server" for cls in value.__mro__
    )


class _FreeNames:
    """The names that code uses and does not define."""

    def __init__(self, code: Code) -> None:
        tree = ast.parse(code.text, code.label)
        top = symtable.symtable(code.text, code.label, "exec")
        defined, used = set(_defined(top)), set(_used(top))
        lines: dict[str, int] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.lineno < lines.get(node.id, node.lineno + 1):
                lines[node.id] = node.lineno
        free = used - defined - _ALWAYS_THERE
        self.needed = {name: lines.get(name, 1) for name in sorted(free, key=lines.__getitem__)}
        """With the first line of each."""
        self.annotations = set(_annotated(tree)) - defined - _ALWAYS_THERE - free
        """Names that may be wanted: annotations can be text."""
        self.imports_all = any(
            isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body
        )


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _defined(top: symtable.SymbolTable) -> Iterator[str]:
    for table in _tables(top):
        for symbol in table.get_symbols():
            is_global = table is top or symbol.is_declared_global()
            if is_global and (symbol.is_assigned() or symbol.is_imported()):
                yield symbol.get_name()


def _used(top: symtable.SymbolTable) -> Iterator[str]:
    for table in _tables(top):
        for symbol in table.get_symbols():
            if symbol.is_referenced() and symbol.is_global():
                yield symbol.get_name()


def _annotated(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            annotation = getattr(node, field, None)
            if annotation is None:
                continue
            for part in ast.walk(annotation):
                if isinstance(part, ast.Name):
                    yield part.id
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from _names_in_text(part.value)


def _names_in_text(text: str) -> Iterator[str]:
    for statement in _parsed(text):
        yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def _pickled(values: Mapping[str, Any]) -> bytes:
    if not values:
        return b""
    import cloudpickle  # only where something is carried along

    try:
        return bytes(cloudpickle.dumps(dict(values)))
    except Exception as error:
        culprits = [
            f"{name} ({type(value).__name__})"
            for name, value in values.items()
            if not _can_be_pickled(value)
        ]
        raise ServerError(
            f"{', '.join(culprits) or 'What the code uses'} cannot be taken along into the "
            f"server's process: {type(error).__name__}: {error}. Make it in the code that is "
            "served."
        ) from error


def _can_be_pickled(value: Any) -> bool:
    import cloudpickle

    try:
        cloudpickle.dumps(value)
    except Exception:  # of the same kinds; the caller raises
        return False
    return True
