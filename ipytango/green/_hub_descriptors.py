"""File descriptors that gevent watches, registered with the event loop once each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

__all__ = ["READ", "WRITE", "Descriptors", "Watching"]

READ, WRITE = 1, 2


class Watching(Protocol):
    """A watcher of one descriptor."""

    fd: int
    events: int

    def feed_events(self, events: int) -> None:
        """Note that `events` (READ, WRITE) happened."""


class _Descriptor:
    """One watched descriptor, and the duplicate of it that the event loop polls.

    The duplicate is ours alone. The loop keeps one reader per descriptor and refuses those of
    its transports, and when a descriptor that it polls is closed behind its back, its selector
    holds the number for ever and fails when the number comes again. A duplicate avoids all of it.
    """

    def __init__(self, fd: int) -> None:
        self.duplicate = os.dup(fd)
        self.watchers: list[Watching] = []
        self.polled = 0

    def wanted(self) -> int:
        events = 0
        for watcher in self.watchers:
            events |= watcher.events
        return events


class Descriptors:
    """The descriptors that active io watchers wait for.

    `on_ready` is called on the event loop after the watchers of a descriptor were fed; it should
    wait for the other descriptors that are ready, so that one turn serves them all.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]) -> None:
        self._loop = loop
        self._on_ready = on_ready
        self._watched: dict[int, _Descriptor] = {}
        self.always_ready: set[Watching] = set()
        """Watchers of regular files, which no poll can wait for and which never block."""

    def watch(self, watcher: Watching) -> None:
        """Feed `watcher` whenever its descriptor is ready. Raises OSError for a closed one."""
        descriptor = self._watched.get(watcher.fd)
        if descriptor is None:
            descriptor = self._watched[watcher.fd] = _Descriptor(watcher.fd)
        descriptor.watchers.append(watcher)
        try:
            self._poll(descriptor)
        except PermissionError:
            self.unwatch(watcher)
            self.always_ready.add(watcher)
        except BaseException:
            self.unwatch(watcher)
            raise

    def unwatch(self, watcher: Watching) -> None:
        """Stop feeding `watcher`."""
        self.always_ready.discard(watcher)
        descriptor = self._watched.get(watcher.fd)
        if descriptor is None or watcher not in descriptor.watchers:
            return
        descriptor.watchers.remove(watcher)
        if descriptor.watchers:
            self._poll(descriptor)
        else:
            del self._watched[watcher.fd]
            self._release(descriptor)

    def watchers_of(self, fd: int) -> list[Watching]:
        """List the active watchers of `fd`."""
        descriptor = self._watched.get(fd)
        return [] if descriptor is None else list(descriptor.watchers)

    def close(self) -> None:
        """Take everything back from the event loop."""
        for descriptor in self._watched.values():
            self._release(descriptor)
        self._watched.clear()
        self.always_ready.clear()

    def abandon(self) -> None:
        """Forget everything without a word to the event loop (in a forked child)."""
        for descriptor in self._watched.values():
            os.close(descriptor.duplicate)
        self._watched.clear()
        self.always_ready.clear()

    def _release(self, descriptor: _Descriptor) -> None:
        descriptor.watchers.clear()
        self._poll(descriptor)
        os.close(descriptor.duplicate)

    def _poll(self, descriptor: _Descriptor) -> None:
        """Register with the event loop what the watchers of `descriptor` want, and no more."""
        wanted, polled = descriptor.wanted(), descriptor.polled
        fd = descriptor.duplicate
        if wanted & READ and not polled & READ:
            self._loop.add_reader(fd, self._ready, descriptor, READ)
        elif polled & READ and not wanted & READ:
            self._loop.remove_reader(fd)
        descriptor.polled = wanted & READ | polled & WRITE
        if wanted & WRITE and not polled & WRITE:
            self._loop.add_writer(fd, self._ready, descriptor, WRITE)
        elif polled & WRITE and not wanted & WRITE:
            self._loop.remove_writer(fd)
        descriptor.polled = wanted

    def _ready(self, descriptor: _Descriptor, event: int) -> None:
        for watcher in descriptor.watchers:
            if watcher.events & event:
                watcher.feed_events(event)
        self._on_ready()
