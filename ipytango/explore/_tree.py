"""The part of a database's tree that has been looked into, and what is new in it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..client import Answer, failure_of
from ..display import TreeLine
from ..errors import OptionError
from ..green import allocate_lock
from ..widgets import Settling
from ._nodes import Node, Path
from ._search import Search
from ._ways import WAYS, Level, Way

if TYPE_CHECKING:
    from ..client import Catalogue

__all__ = ["FOUND", "Tree"]

FOUND: Path = ("", "found")
"""Where the result of the search hangs: no name in Tango is empty."""

MOST_BRANCHES = 2000
"""Entries of one level that are shown; the search finds the others."""

UNFOLDED = 3
"""When a search finds no device by its name, but classes or servers, up to so many are opened."""

SERVERS_OWN = "dserver/"
"""What the devices of the servers themselves begin with: they have the servers' names."""


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
        self._search = Search(catalogue, self._look)
        self._look_lock = allocate_lock()
        self._sought = ""
        self._unfolded = False
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
        if self._level(path) is not None:
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

    def prepare_search(self) -> None:
        """Have asked for what a search looks through: somebody is about to type."""
        self._search.ask(self.by)

    def search(self, text: str) -> None:
        """Find what has the text in its name, or fits a pattern with ``*``; empty for the tree.

        That is devices, also by their aliases, classes, servers and, in a tree by host, hosts.
        """
        self._sought, self._unfolded = text.strip(), False
        self._forget_found()
        if self._sought:
            self.settling.expect([FOUND])
            self._search.ask(self.by)
            self._look()
        else:
            self.settling.settle(FOUND)
            self._changed()

    def refresh(self) -> None:
        """Ask for everything that is shown anew."""
        self.catalogue.refresh()
        self._search.forget()
        for path in self.opened:
            self._ask(path)
        if self._sought:
            self._search.ask(self.by)
            self._look()

    def _forget_found(self) -> None:
        for path in [known for known in self._nodes if known[:2] == FOUND]:
            self._nodes.pop(path, None)
            self._opened.pop(path, None)

    def _look(self) -> None:
        """Show what is found by now; in any thread, whenever there is news.

        When everything is known, a few folders that are all there is are opened, once.
        """
        sought = self._sought
        if not sought:
            return
        self._search.resolve(sought)
        with self._look_lock:  # or what was known before would be shown after what is known now
            node = self._search.found(self.by, sought)
            if sought != self._sought:
                return
            self._nodes[FOUND] = node
            self._dirty[FOUND] = None
            unfold = not (node.pending or self._unfolded)
            self._unfolded = self._unfolded or unfold
        if unfold:
            self.settling.settle(FOUND)
            for path in _to_unfold(node):
                self.open(path)
        self._changed()

    def _level(self, path: Path) -> Level | None:
        """Return what stands below a path; None where nothing can."""
        if path[:2] != FOUND:
            return self._way.level(path)
        for branch in self.node(FOUND).branches:
            if path[2:3] == (branch.name,) and branch.leads is not None:
                way, above = branch.leads
                return WAYS[way].level((*above, *path[3:]))
        return None

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
        if by != self.by or (path[:2] == FOUND and sought != self._sought):
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
                kind = "open" if opened else "folder"
                yield TreeLine(depth, branch.name, kind, note=branch.note)
            if opened:
                yield from self._lines(below, depth + 1, state_of)
        if node.more:
            how = "more: search more exactly" if path == FOUND else "more; search to find them"
            yield TreeLine(depth, f"{node.more} {how}", kind="note")


def _to_unfold(node: Node) -> list[Path]:
    """Return the folders of what was found, if they are few and all that there is."""
    folders = [(*FOUND, one.name) for one in node.branches if not one.device]
    devices = (one.device.lower() for one in node.branches if one.device)
    alone = all(device.startswith(SERVERS_OWN) for device in devices)
    return folders if alone and len(folders) <= UNFOLDED else []


def _way_named(name: str) -> Way:
    way = WAYS.get(name)
    if way is None:
        raise OptionError(f"A tree is by {', '.join(WAYS)}; not by {name!r}.")
    return way
