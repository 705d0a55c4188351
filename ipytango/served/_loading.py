"""The user's code in the server's process: run it, and find the device classes to serve."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import linecache
import os
import pickle
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

import tango.server

from ._failures import Refused
from ._messages import Job, Source

__all__ = ["Loaded", "load"]


@dataclasses.dataclass
class _Runs:
    """What the code has asked PyTango to run."""

    classes: list[type] = dataclasses.field(default_factory=list)
    green_mode: Any = None


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What is to be served."""

    classes: tuple[type, ...]

    green_mode: Any
    """What the code or the caller chose for those classes that choose none; None: nobody did."""


def load(job: Job) -> Loaded:
    """Run the code as ``__main__``. Raises `Refused` where it has no device class to serve."""
    os.chdir(job.directory)
    sys.argv = [job.source.label]
    # Pickles and PyTango look for the classes of a program in `__main__`.
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    names = vars(main)
    with _recorded() as runs:
        names.update({name: importlib.import_module(path) for name, path in job.modules.items()})
        if job.carried:
            names.update(pickle.loads(job.carried))  # noqa: S301 - from the kernel that started us
        for source in job.before:
            _run(source, names)
        known = set(map(id, names.values()))
        _run(job.source, names)
    if job.classes:
        classes = [names[name] for name in job.classes]
    else:
        own = [value for value in names.values() if id(value) not in known]
        classes = runs.classes or _outermost(filter(_is_device_class, own))
    if not classes:
        raise Refused(
            "The code has no device class to serve: define one, as in "
            "`class Lamp(tango.server.Device): ...`."
        )
    mode = getattr(tango.GreenMode, job.green_mode.capitalize()) if job.green_mode else None
    return Loaded(tuple(dict.fromkeys(classes)), runs.green_mode if mode is None else mode)


def _run(source: Source, names: dict[str, Any]) -> None:
    lines = source.text.splitlines(keepends=True)
    # So that tracebacks have the lines; without a time, they are never looked for in a file.
    linecache.cache[source.label] = (len(source.text), None, lines, source.label)
    exec(compile(source.text, source.label, "exec", dont_inherit=True), names)  # noqa: S102


@contextlib.contextmanager
def _recorded() -> Iterator[_Runs]:
    """Note what ``run((Lamp,))`` and ``Lamp.run_server()`` are asked for, instead of doing it."""
    runs = _Runs()

    def note(classes: Any, *_: Any, green_mode: Any = None, **__: Any) -> None:
        for item in classes.values() if isinstance(classes, dict) else classes:
            if not isinstance(item, type):
                raise Refused(
                    f"run() was given {item!r}: only device classes can be served from a cell, "
                    "those that are derived from tango.server.Device."
                )
            runs.classes.append(item)
        runs.green_mode = green_mode

    originals = {name: getattr(tango.server, name) for name in ("run", "server_run")}
    for name in originals:
        setattr(tango.server, name, note)
    try:
        yield runs
    finally:
        for name, original in originals.items():
            setattr(tango.server, name, original)


def _is_device_class(value: Any) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, tango.server.BaseDevice)
        and value.__module__ == "__main__"
    )


def _outermost(classes: Iterable[type]) -> list[type]:
    """Leave out those that others of them are built on."""
    found = list(classes)
    return [one for one in found if not any(one in other.__mro__[1:] for other in found)]
