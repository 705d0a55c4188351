"""The catalogues of a shell: that of the current database, and of any other by its address."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from typing import Any

import tango

from ...errors import CatalogueError
from ...green import Patches, allocate_lock
from ..calls import Dispatch
from ._catalogue import Catalogue
from ._places import DevicePlace, completed_hosts, hosts_in, tango_host
from ._questions import Question

__all__ = ["Catalogues"]


class Catalogues:
    """The catalogues of one shell, each made when it is first asked for."""

    def __init__(self, dispatch: Dispatch, patches: Patches) -> None:
        self._dispatch = dispatch
        self._patches = patches
        self._lock = allocate_lock()
        self._made: dict[str, Catalogue] = {}
        self._switched = False

    @property
    def current(self) -> Catalogue:
        """The catalogue of ``TANGO_HOST``. Raises `CatalogueError` where that is not set."""
        return self.of(tango_host())

    @property
    def current_host(self) -> str:
        """``TANGO_HOST``; empty where it is not set."""
        with contextlib.suppress(CatalogueError):
            return tango_host()
        return ""

    @property
    def known(self) -> tuple[Catalogue, ...]:
        """The catalogues of databases that have answered until now."""
        with self._lock:
            return tuple(one for one in self._made.values() if one.has_answered)

    def of(self, host: str) -> Catalogue:
        """Return the catalogue of the database at ``host:port``, or of a list ``a:1,b:2``.

        Asks nobody. Raises `CatalogueError` for what is no such address.
        """
        address = ",".join(hosts_in(host))
        with self._lock:
            catalogue = self._made.get(address)
            if catalogue is None:
                catalogue = self._made[address] = Catalogue(self._dispatch, address)
            return catalogue

    def of_device(self, name: str) -> Catalogue | None:
        """Return the catalogue that a device's (or attribute's) full name belongs to.

        None for a device without a database (``#dbase=no``). Raises `CatalogueError`.
        """
        place = DevicePlace.of(name)
        if not place.has_database:
            return None
        return self.of(place.host) if place.host else self.current

    def change_to(self, host: str) -> Catalogue:
        """Make a database the current one, if it answers; see `switch`.

        The port may be left out, or the host: ``tango-db`` is ``tango-db:10000``, and ``10001`` is
        that port of the current database's host. Raises `CatalogueError`, and changes nothing, when
        it does not answer.
        """
        catalogue = self.of(completed_hosts(host, self.current_host))
        catalogue.ask(Question.report(), fresh_s=0.0)
        return self.switch(catalogue.host)

    def refresh(self) -> None:
        """Forget all answers of all databases: what is wanted next is asked for anew."""
        with self._lock:
            catalogues = tuple(self._made.values())
        for catalogue in catalogues:
            catalogue.refresh()

    def switch(self, host: str) -> Catalogue:
        """Make a database the current one: that of all proxies that are made from now on.

        It sets ``TANGO_HOST``, for processes that are started, too. What exists already stays
        with its database. Asks nobody. Raises `CatalogueError` for what is no address.
        """
        catalogue = self.of(host)
        if not self._switched:
            self._switched = True
            self._patches.set_item(os.environ, "TANGO_HOST", catalogue.host)
            self._name_database()
        os.environ["TANGO_HOST"] = catalogue.host
        return catalogue

    def _name_database(self) -> None:
        """Have proxies made with their database's name.

        Tango's library keeps to the database of the first proxy in the process, whatever
        ``TANGO_HOST`` becomes later.
        """
        for owner in (tango.DeviceProxy, tango.AttributeProxy):
            self._patches.set(owner, "__init__", self._naming(owner.__init__))
        self._patches.set(tango.Group, "add", self._naming(tango.Group.add))

    def _naming(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def call(this: Any, *args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], str):
                args = (self._full(args[0]), *args[1:])
            elif args and isinstance(args[0], list | tuple):  # patterns of a group
                args = ([self._full(name) for name in args[0]], *args[1:])
            return original(this, *args, **kwargs)

        return call

    def _full(self, name: Any) -> Any:
        if not isinstance(name, str):
            return name
        place = DevicePlace.of(name)
        if place.host or not place.has_database:
            return name
        with contextlib.suppress(CatalogueError):  # TANGO_HOST has been unset: Tango will say so
            return str(place.within(self.current.address))
        return name
