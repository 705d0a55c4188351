"""An error in one line."""

from __future__ import annotations

__all__ = ["error_line"]


def error_line(error: BaseException) -> str:
    """Return ``kind: text``; for a `DevFailed` its first reason and description."""
    first = error.args[0] if error.args else None
    reason, desc = getattr(first, "reason", None), getattr(first, "desc", None)
    text = f"{reason}: {desc}" if reason is not None else str(error)
    return f"{type(error).__name__}: {text}".rstrip().rstrip(":")
