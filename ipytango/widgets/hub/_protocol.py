"""The messages between the hub and a page: see ``docs/decisions/0006-one-hub-per-kernel.md``.

Kernel to page, each with its kind ``k`` and the kernel's time ``t`` in seconds:

* ``o`` opens panels: ``p`` lists ``{p: panel, w: view, c: config}``; again when a config changes
* ``b`` is a batch: ``s`` its number; ``p`` lists ``{p, d: data, b: [{t, s}], f}`` or
  ``{p, e: error}``
* ``h`` the heartbeat; ``r`` answers command ``n`` of page ``c``: ``v`` or ``e``
* ``x`` closes the panels ``p`` (without ``p``: all); ``w`` asks every page to say hello

Page to kernel, each with the page's name ``c``:

* ``hello``: ``v`` the version; ``bye``: the page goes, its panels are still wanted
* ``vis``: ``m`` the panels mounted, ``p`` ``{panel: pixels}`` those in view, ``n`` those
  of them that need everything
* ``ask``: ``u`` panels in the document that the page knows nothing of
* ``ack``: ``s`` the batch drawn last; ``cmd``: ``n``, ``p``, ``op``, ``a``

No message has a top-level ``id``: ipykernel 7.4 would remember it to route replies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._panel import Frame

__all__ = ["VERSION", "json_safe", "pack"]

VERSION = 1

_SENT_AS = {"b1": "u1", "f2": "f4", "i8": "f8", "u8": "f8", "f16": "f8"}
"""Types that a browser has no array for, or none that is a number, and what they are sent as."""

_TYPES = frozenset({"u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"})


def pack(frame: Frame) -> tuple[dict[str, Any], list[bytes]]:
    """Copy a frame into the entry of a batch and its buffers. Raises `TypeError`."""
    kinds, buffers = [], []
    for buffer in frame.buffers:
        kind, copied = _pack_buffer(buffer)
        kinds.append(kind)
        buffers.append(copied)
    return {"d": json_safe(frame.data), "b": kinds}, buffers


def _pack_buffer(buffer: npt.NDArray[np.generic] | bytes) -> tuple[dict[str, Any], bytes]:
    if isinstance(buffer, bytes | bytearray | memoryview):
        copied = bytes(buffer)
        return {"t": "u1", "s": [len(copied)]}, copied
    name = buffer.dtype.str[1:]
    name = _SENT_AS.get(name, name)
    if name not in _TYPES:
        raise TypeError(f"an array of {buffer.dtype} cannot be sent to a browser: convert it")
    array = buffer.astype("<" + name, copy=False)
    # The copy: what is sent is read by another thread, long after this returns.
    return {"t": name, "s": list(array.shape)}, array.tobytes()


def json_safe(value: Any) -> Any:
    """Give `value` as what JSON can say: see `Frame.data`."""
    return _EXACT.get(type(value), _json_other)(value)


def _json_dict(value: dict[Any, Any]) -> dict[str, Any]:
    return {_json_text(str(key)): json_safe(element) for key, element in value.items()}


def _json_list(value: Sequence[Any]) -> list[Any]:
    return list(value) if _are_ascii(value) else [json_safe(element) for element in value]


def _are_ascii(values: Sequence[Any]) -> bool:
    """Say whether all are texts that go as they are: a large table has thousands a second."""
    return set(map(type, values)) == {str} and all(map(str.isascii, values))


def _json_other(value: Any) -> Any:
    """Take numpy's values, and what is derived from a type that JSON has."""
    if isinstance(value, np.generic | np.ndarray):
        plain = value.tolist()
        if type(plain) in _EXACT:
            return json_safe(plain)
    if isinstance(value, Mapping):
        return _json_dict(dict(value))
    if isinstance(value, list | tuple):
        return _json_list(value)
    if isinstance(value, str):
        return _json_text(value)
    if isinstance(value, int):
        return int(value)  # an enumeration
    if isinstance(value, float):
        return _json_float(value)
    raise TypeError(f"{type(value).__name__} cannot go as JSON to a browser: {value!r:.60}")


def _json_text(text: str) -> str:
    """Give the text without what UTF-8 cannot say, which that of a device may hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _json_float(value: float) -> float | str | None:
    if math.isfinite(value):
        return float(value)
    if math.isnan(value):
        return None
    return "Infinity" if value > 0 else "-Infinity"


def _as_it_is(value: Any) -> Any:
    return value


_EXACT: dict[type, Callable[[Any], Any]] = {
    str: _json_text,
    float: _json_float,
    int: _as_it_is,
    bool: _as_it_is,
    type(None): _as_it_is,
    dict: _json_dict,
    list: _json_list,
    tuple: _json_list,
}
"""How a value of exactly this type goes: nearly all are, in thousands of frames a second."""
