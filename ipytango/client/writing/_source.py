"""Values and calls as the Python that makes them."""

from __future__ import annotations

import math
from typing import Any

import tango

__all__ = ["call_text", "value_text"]


def value_text(value: Any) -> str:
    """Write a value that `parse_value` has made as Python."""
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(value_text, value))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {value_text(of)}' for key, of in value.items())}}}"
    if isinstance(value, tango.DevState):
        return f"tango.DevState.{value.name}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def call_text(device: str, method: str, *args: Any) -> str:
    """Write a call of a proxy's method as a line that can be run anywhere."""
    return f"tango.DeviceProxy({device!r}).{method}({', '.join(map(value_text, args))})"
