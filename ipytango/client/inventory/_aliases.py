"""Aliases: which are hidden, and what one stands for that may have gone."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import NotInDatabase

__all__ = ["shown", "unless_unknown"]


def shown(alias: str) -> str:
    """Return the alias, unless it begins with ``_``: that is to be hidden."""
    return "" if alias.startswith("_") else alias


def unless_unknown(ask: Callable[..., str], alias: str, wait_s: float) -> str:
    """Ask the catalogue about an alias; empty where it does not know it (any more)."""
    try:
        return ask(alias, wait_s=wait_s)
    except NotInDatabase:
        return ""
