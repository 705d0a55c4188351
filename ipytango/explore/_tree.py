"""The part of a database's tree that has been looked into, and what is new in it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..client import Answer, Failure, failure_of
from ..display import TreeLine
from ..errors import OptionError
from ..widgets import Settling
from ._ways import WAYS, Branch, Level, Path, Way, found_devices

if TYPE_CHECKING:
    from ..client import Catalogue

__all__ = ["FOUND", "Node", "Tree"]

FOUND: Path = ("", "found")
"""Where the result of the search hangs: no name in Tango is empty."""

MOST_BRANCHES = 2000
"""Entries of one level that are shown; the search finds the others."""


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


class Tree:
    """Asks a catalogue for the levels that are open, and for those that are searched for.

    It knows nothing of who looks at it: `changed` is called in any thread when there is news.
    The methods may be called in any thread, but for `news`, which belongs to one. Nothing is asked
    before `open`. Raises `OptionError` for a way that there is not.
    """

    def __init__(self, catalogue: Catalogue, by: str, changed: Callable[[], object]) -> None:
        self.catalogue = catalogue
        self.settling = Settling()
        self._changed = changed
        self._way = _way_named(by)
        self._sought = ""
        self._nodes: dict[Path, Node] = {}
        # Dictionaries as sets in order: single steps on them need no lock.
        self._opened: dict[Path, None] = {}
        self._dirty: dict[Path, None] = {}
        self._renewed = True

    @property
    def by(self) -> str:
        """Which way it goes: one of `WAYS`."""
        return self._way.name

    @property
    def sought(self) -> str:
        """What is searched for; empty while the tree is shown."""
        return self._sought

    @property
    def opened(self) -> tuple[Path, ...]:
        """The paths that are open."""
        return tuple(self._opened)

    def node(self, path: Path) -> Node:
        """Return what is known of what stands below a path."""
        return self._nodes.get(path, Node())

    # --- what is looked into ----------------------------------------------------------------------

    def choose(self, by: str) -> None:
        """Go another way. Raises `OptionError` for one that there is not."""
        self._way = _way_named(by)
        self._sought = ""
        self._nodes.clear()
        self._opened.clear()
        self._renewed = True
        self.open(())

    def open(self, path: Path) -> None:
        """Have what stands below a path asked for, and shown."""
        if self._way.level(path) is not None:
            self._opened[path] = None
            self._ask(path)

    def reach(self, text: str) -> str:
        """Open the tree down to a path as it is written, in any case; waits for the database.

        Returns the device that it ends at, or nothing for a level. Raises `OptionError` where
        there is no such path, `CatalogueError` where the database does not answer.
        """
        path: Path = ()
        rest = text.strip("/").lower()
        while rest:
            level = self._way.level(path)
            branches = tuple(level.branches(self.catalogue.ask(level.question))) if level else ()
            # The longest first: a server's name has a slash in it.
            fitting = [one for one in branches if f"{rest}/".startswith(f"{one.name.lower()}/")]
            if not fitting:
                above = "/".join(path) or f"the {self._way.title.lower()}"
                raise OptionError(f"{text!r} is not in this tree: {above} has no {rest!r}.")
            branch = max(fitting, key=lambda one: len(one.name))
            path, rest = (*path, branch.name), rest[len(branch.name) + 1 :]
            if branch.device:
                return branch.device
            self.open(path)
        return ""

    def close(self, path: Path) -> None:
        """Show what stands below a path no more."""
        self._opened.pop(path, None)
        self._changed()

    def search(self, text: str) -> None:
        """Find devices by a part of their name, or a pattern with ``*``; empty for the tree."""
        self._sought = text.strip()
        self._nodes.pop(FOUND, None)
        if self._sought:
            self._ask(FOUND)
        self._changed()

    def refresh(self) -> None:
        """Ask for everything that is shown anew."""
        self.catalogue.refresh()
        for path in self.opened:
            self._ask(path)
        if self._sought:
            self._ask(FOUND)

    def _level(self, path: Path) -> Level | None:
        return found_devices(self._sought) if path == FOUND else self._way.level(path)

    def _ask(self, path: Path) -> None:
        level = self._level(path)
        if level is None:
            return
        self._nodes.setdefault(path, Node())
        self.settling.expect([(self.by, path)])
        self.catalogue.when(
            level.question, functools.partial(self._take, self.by, self._sought, path, level)
        )

    def _take(self, by: str, sought: str, path: Path, level: Level, answer: Answer[Any]) -> None:
        """Take an answer, in any thread; it may come when something else is looked for."""
        self.settling.settle((by, path))
        if by != self.by or (path == FOUND and sought != self._sought):
            return
        known = self.node(path)
        failure = None if answer.error is None else failure_of(answer.error)
        if answer.value is not None:
            branches = tuple(level.branches(answer.value))
            more = max(0, len(branches) - MOST_BRANCHES)
            known = Node(branches[:MOST_BRANCHES], more, failure, pending=False)
        else:
            known = dataclasses.replace(known, failure=failure, pending=False)
        self._nodes[path] = known
        self._dirty[path] = None
        self._changed()

    # --- what is shown ----------------------------------------------------------------------------

    def news(self, *, whole: bool) -> tuple[bool, dict[Path, Node]]:
        """Return whether these are all nodes, and those that have changed since the last time."""
        whole, self._renewed = whole or self._renewed, False
        dirty = []
        while self._dirty:
            dirty.append(self._dirty.popitem()[0])
        if whole:
            return True, self._nodes.copy()
        return False, {path: self._nodes[path] for path in dirty if path in self._nodes}

    def lines(self, state_of: Callable[[str], str]) -> list[TreeLine]:
        """Return what is open, a line each; ``state_of(device)`` gives a state, or nothing."""
        return list(self._lines(FOUND if self._sought else (), 0, state_of))

    def _lines(self, path: Path, depth: int, state_of: Callable[[str], str]) -> Iterator[TreeLine]:
        node = self.node(path)
        if node.failure is not None:
            yield TreeLine(depth, str(node.failure), kind="failure")
        elif node.pending:
            yield TreeLine(depth, "not answered yet", kind="note")
        elif not node.branches:
            yield TreeLine(depth, "nothing", kind="note")
        for branch in node.branches:
            below = (*path, branch.name)
            opened = below in self._opened
            if branch.device:
                yield TreeLine(depth, branch.name, "device", state_of(branch.device), branch.note)
            else:
                yield TreeLine(depth, branch.name, "open" if opened else "folder")
            if opened:
                yield from self._lines(below, depth + 1, state_of)
        if node.more:
            yield TreeLine(depth, f"{node.more} more; search to find them", kind="note")


def _way_named(name: str) -> Way:
    way = WAYS.get(name)
    if way is None:
        raise OptionError(f"A tree is by {', '.join(WAYS)}; not by {name!r}.")
    return way
