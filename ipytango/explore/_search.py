"""The search: by a part of the name of a device, an alias, a class, a server or a host.

A database has no question for "the first 500 with this in their names": of 100,000 devices it takes
more than a second to name all that have an "a" in them, and does nothing else meanwhile. So the
names are asked for once, whole, and looked through here, in some 10 ms.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..client import Answer, Failure, Question, failure_of
from ._nodes import Branch, Node

if TYPE_CHECKING:
    from ..client import Catalogue

__all__ = ["Search"]

Names = tuple[str, ...]

MOST_FOUND = 500
"""Entries of a kind that are shown: more are no answer, and a page would get them at each key."""

MOST_BESIDE = 10
"""Classes, servers... that are shown in a tree of others."""

MOST_ALIASES = 50
"""Aliases whose devices are asked for, one by one."""

AGAIN_AFTER = 20.0
"""What took the database a second is asked again after 20: searching takes 5 % of it at most."""

RETRY_S = 3.0

_FOLDERS: dict[str, Callable[[], Question[Names]]] = {
    "server": Question.servers,
    "class": Question.classes,
    "host": Question.hosts,
}
"""What is found besides devices, by the way that it is the first level of; quick ones first."""


class Search:
    """Looks through the names of a database. Nothing is asked before `ask`.

    `changed` is called in any thread when more is known. All methods may be called in any thread.
    """

    def __init__(self, catalogue: Catalogue, changed: Callable[[], object]) -> None:
        self._catalogue = catalogue
        self._changed = changed
        self._aliases = _Names(Question.aliases())
        self._behind = _Behind()
        self._folders = {way: _Names(question()) for way, question in _FOLDERS.items()}
        self._devices = _Names(Question.devices())

    def ask(self, by: str) -> None:
        """Have the names asked for that are not known, or old; `by` is the way of the tree."""
        for names in self._lists(by):
            names.ask(self._catalogue, self._changed)

    def resolve(self, sought: str) -> None:
        """Have the devices asked for that are behind the aliases that are found."""
        aliases = self._aliases.fitting(_matcher(sought))[:MOST_ALIASES]
        self._behind.ask(aliases, self._catalogue, self._changed)

    def forget(self) -> None:
        """Take all that is known for old."""
        for names in (self._aliases, *self._folders.values(), self._devices):
            names.forget()
        self._behind.forget()

    def found(self, by: str, sought: str) -> Node:
        """Return what is known to have the text in its name, or to fit a pattern with ``*``."""
        fits = _matcher(sought)
        branches: list[Branch] = []
        more = 0
        for way in self._ways(by):
            names = self._folders[way].fitting(fits)
            most = MOST_FOUND if way == by else MOST_BESIDE
            branches += (_folder(way, name) for name in names[:most])
            more += max(0, len(names) - most)
        aliases = self._aliases.fitting(fits)
        by_alias = list(self._behind.of(aliases[:MOST_ALIASES]))
        branches += by_alias
        more += max(0, len(aliases) - MOST_ALIASES)
        there = {branch.device.lower() for branch in by_alias}
        devices = [name for name in self._devices.fitting(fits) if name.lower() not in there]
        branches += (Branch(name, name) for name in devices[:MOST_FOUND])
        more += max(0, len(devices) - MOST_FOUND)
        lists = self._lists(by)
        failures = [*(one.failure for one in lists), self._behind.failure]
        failure = next((one for one in failures if one is not None), None)
        pending = self._behind.pending or any(one.pending for one in lists)
        return Node(tuple(branches), more, failure, pending)

    def _lists(self, by: str) -> tuple[_Names, ...]:
        folders = [names for way, names in self._folders.items() if way in self._ways(by)]
        return (self._aliases, *folders, self._devices)

    @staticmethod
    def _ways(by: str) -> list[str]:
        """Return what folders are looked for: those of the tree's own way first."""
        return sorted((way for way in _FOLDERS if way in {"class", "server", by}), key=by.__ne__)


class _Names:
    """The names of one kind: asked for whole, and kept."""

    def __init__(self, question: Question[Names]) -> None:
        self._question = question
        self._known: tuple[Names, Names] | None = None
        self._asked = False
        self._due_s = 0.0
        self.failure: Failure | None = None

    @property
    def pending(self) -> bool:
        """Whether nothing is known, nor why."""
        return self._known is None and self.failure is None

    def forget(self) -> None:
        """Take what is known for old."""
        self._due_s = 0.0

    def ask(self, catalogue: Catalogue, changed: Callable[[], object]) -> None:
        """Have them asked for, if that is due, and is not done already."""
        begun_s = time.monotonic()
        if self._asked or begun_s < self._due_s:
            return
        self._asked = True

        def take(answer: Answer[Names]) -> None:
            self._take(answer, begun_s)
            changed()

        catalogue.when(self._question, take, fresh_s=0.0)

    def _take(self, answer: Answer[Names], begun_s: float) -> None:
        now_s = time.monotonic()
        if answer.value is not None:
            lowered = tuple(map(str.lower, answer.value))
            # Mostly they are the same: 100,000 names need no second copy.
            self._known = (answer.value, answer.value if lowered == answer.value else lowered)
        self.failure = None if answer.error is None else failure_of(answer.error)
        wait_s = RETRY_S if answer.error is not None else AGAIN_AFTER * (now_s - begun_s)
        self._due_s, self._asked = now_s + wait_s, False

    def fitting(self, fits: Callable[[Iterable[str]], Iterator[bool]]) -> list[str]:
        """Return those that fit."""
        names, lowered = self._known or ((), ())
        return [name for name, fit in zip(names, fits(lowered), strict=True) if fit]


class _Behind:
    """The devices behind aliases, as far as they were asked for."""

    def __init__(self) -> None:
        self._devices: dict[str, str] = {}
        self._asked: Names = ()
        self._asked_s = 0.0
        self.pending = False
        self.failure: Failure | None = None

    def forget(self) -> None:
        """Take what is known for old."""
        self._asked = ()

    def ask(
        self, aliases: Iterable[str], catalogue: Catalogue, changed: Callable[[], object]
    ) -> None:
        """Have the devices of those asked for that are not known."""
        wanted = tuple(aliases)
        if wanted == self._asked:
            return
        self._asked, self.pending, self.failure = wanted, bool(wanted), None
        if not wanted:
            return

        def take(answer: Answer[Names]) -> None:
            if answer.value is not None:
                self._devices.update(zip(wanted, answer.value, strict=True))
            if self._asked == wanted:
                self.failure = None if answer.error is None else failure_of(answer.error)
                self.pending = False
                changed()

        catalogue.when(Question.devices_of(wanted), take, fresh_s=0.0)

    def of(self, aliases: Iterable[str]) -> Iterator[Branch]:
        """Return the devices that are known, each with its alias."""
        for alias in aliases:
            device = self._devices.get(alias)
            if device:
                yield Branch(device, device, f"alias {alias}")
            elif device is not None:
                yield Branch(alias, alias, "alias of no device")


def _folder(way: str, name: str) -> Branch:
    path = tuple(name.split("/", maxsplit=1)) if way == "server" else (name,)
    return Branch(name, note=way, leads=(way, path))


def _matcher(sought: str) -> Callable[[Iterable[str]], Iterator[bool]]:
    """Return what says of each of many names, in small letters, whether it fits."""
    text = sought.lower()
    if "*" not in text:
        return lambda names: (text in name for name in names)
    parts = text.split("*")
    fits, longest = re.compile(".*".join(map(re.escape, parts))).fullmatch, max(parts, key=len)
    return lambda names: (longest in name and fits(name) is not None for name in names)
