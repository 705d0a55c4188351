"""The entries of a tree, and what is known of those below one."""

from __future__ import annotations

import dataclasses

from ..client import Failure

__all__ = ["Branch", "Node", "Path"]

Path = tuple[str, ...]
"""The names from the root to an entry, such as ``("sys", "tg_test")``."""


@dataclasses.dataclass(frozen=True)
class Branch:
    """One entry of a level."""

    name: str
    """As it is shown: the last step of its path."""

    device: str = ""
    """The device it stands for; empty where there is another level below."""

    note: str = ""
    """What is said beside it, such as a device's class, or by what it was found."""

    leads: tuple[str, Path] | None = None
    """Of what was found: the way and the path there of which it shows what stands below."""


@dataclasses.dataclass(frozen=True)
class Node:
    """What is known of what stands below a path."""

    branches: tuple[Branch, ...] = ()
    more: int = 0
    """Entries that are not among them, as they are too many."""

    failure: Failure | None = None
    """Why the entries are not known, or may be old."""

    pending: bool = True
    """Whether the database has not answered yet."""
