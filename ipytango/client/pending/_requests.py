"""What a pending result was asked for, in words: found when somebody looks, never before."""

from __future__ import annotations

import dataclasses
import enum
import reprlib
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import tango

from ...green import GreenTask
from ..calls import Call

__all__ = ["Request", "place_of_coroutine", "place_of_frame", "request_of_call", "request_of_code"]

SHOWN_ARGUMENT = 60
"""Characters of an argument that are shown."""

_MACHINERY = ("ipytango.", "gevent.", "tango.", "asyncio.", "concurrent.", "threading", "greenlet")


@dataclasses.dataclass(frozen=True)
class Request:
    """What was asked, and of whom."""

    device: str
    """The device (group, database) of a Tango call; empty for anything else."""

    operation: str
    """``read_attribute('ampli')``, ``DevLong(7)``, or the function that runs."""

    def __str__(self) -> str:
        return f"{self.device} {self.operation}".strip()


class _Words(reprlib.Repr):
    """Arguments in a few words; only of plain values the `repr` is asked.

    That of others may be slow, or may ask a device.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = SHOWN_ARGUMENT
        self.maxlevel = 2

    def repr_instance(self, x: Any, level: int) -> str:
        if x is None or isinstance(x, int | float | complex | bytes | enum.Enum | np.generic):
            return super().repr_instance(x, level)
        if isinstance(x, np.ndarray):
            return f"array{x.shape}"
        if isinstance(x, tango.DeviceProxy):
            return str(x.dev_name())
        return f"<{type(x).__name__}>"


_WORDS = _Words()


def _call_text(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    named = [f"{key}={_WORDS.repr(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join([*map(_WORDS.repr, args), *named])})"


def request_of_call(call: Call) -> Request:
    """Say what a Tango call asks for."""
    name = getattr(call.function, "__name__", type(call.function).__name__)
    name = name.removeprefix("__DeviceProxy__").removeprefix("__Connection__")
    args, kwargs = call.args[1:], call.kwargs
    if name == "command_inout" and args and isinstance(args[0], str):
        name, args = args[0], args[1:]
    kwargs = {key: value for key, value in kwargs.items() if not key.startswith("trace_")}
    return Request(call.device, _call_text(name, args, kwargs))


def request_of_code(
    function: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
) -> Request:
    """Say what a coroutine runs, or a greenlet that was given a function and its arguments."""
    if not isinstance(function, types.CoroutineType):
        name = _short(getattr(function, "__qualname__", type(function).__name__))
        return Request("", _call_text(name, args, kwargs or {}))
    frame, code = function.cr_frame, function.cr_code
    held = {} if frame is None else frame.f_locals
    if code.co_name == "__async_get_attribute_value" and isinstance(
        held.get("self"), tango.DeviceProxy
    ):  # what `dev.ampli` gives in asyncio mode
        return Request(str(held["self"].dev_name()), str(held.get("name")))
    names = code.co_varnames[: code.co_argcount]
    if frame is None:  # it has ended, and its arguments are gone
        return Request("", f"{_short(function.__qualname__)}({'...' if names else ''})")
    return Request("", _call_text(_short(function.__qualname__), tuple(_values(held, names)), {}))


def _short(qualified_name: str) -> str:
    return qualified_name.rpartition("<locals>.")[2]


def _values(held: Any, names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        if name in held and name not in ("self", "cls"):
            yield held[name]


def place_of_frame(frame: types.FrameType | None) -> str:
    """Say in which function and line code stands, passing over the machinery that it waits in."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_MACHINERY):
        frame = frame.f_back
    return "" if frame is None else f"in {frame.f_code.co_name}, line {frame.f_lineno}"


def place_of_coroutine(coroutine: Any) -> str:
    """Say where a suspended coroutine stands: the innermost one that it awaits."""
    place = ""
    while isinstance(coroutine, types.CoroutineType):
        place = _place_of_one(coroutine.cr_frame) or place
        coroutine = coroutine.cr_await
    if isinstance(coroutine, types.GeneratorType) and coroutine.gi_frame is not None:
        green = coroutine.gi_frame.f_locals.get("self")  # what drives a green task's code
        if isinstance(green, GreenTask):
            place = place_of_frame(green.gr_frame) or place
    return place


def _place_of_one(frame: types.FrameType | None) -> str:
    """As `place_of_frame`, for a frame whose callers say nothing of it."""
    if frame is None or frame.f_globals.get("__name__", "").startswith(_MACHINERY):
        return ""
    return f"in {frame.f_code.co_name}, line {frame.f_lineno}"
