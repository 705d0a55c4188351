"""The green mode of a shell: PyTango's executors and proxies exchanged, and the global switch."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import tango

# PyTango's documentation uses these as attributes of `tango`, which imports none of them.
import tango.asyncio
import tango.futures
import tango.gevent
from tango import GreenMode, asyncio_executor, futures_executor, gevent_executor

from ...errors import ModeError
from ...green import Boundaries, Patches
from ..calls import Call, Dispatch, Limits, PoolSnapshot, Report
from ..catalogue import (
    Catalogues,
    Completions,
    Interfaces,
    Members,
    keep_completion_off_devices,
)
from ..feeds import Feeds
from ..inventory import Inventory
from ..snapshots import Lookups, remember_origins
from ._executors import Asyncio, Futures, Gevent
from ._proxies import exchange_members

__all__ = ["MODES", "Client", "ClientStatus", "mode_from_environment", "mode_named"]

MODES: dict[str, GreenMode] = {
    mode.name.lower(): mode
    for mode in (GreenMode.Synchronous, GreenMode.Futures, GreenMode.Gevent, GreenMode.Asyncio)
}
"""The green modes by their names in lower case."""


def mode_named(name: str) -> GreenMode:
    """Return the mode of that name, in any case. Raises `ModeError`."""
    mode = MODES.get(name.strip().lower())
    if mode is None:
        raise ModeError(f"{name!r} is no green mode; the four are {', '.join(MODES)}.")
    return mode


def mode_from_environment() -> GreenMode | None:
    """Return the mode that ``PYTANGO_GREEN_MODE`` names. Raises `ModeError` for an unknown one.

    PyTango reads the variable when it is imported, and passes over an unknown name in silence.
    """
    name = os.environ.get("PYTANGO_GREEN_MODE")
    if not name:
        return None
    try:
        return mode_named(name)
    except ModeError as error:
        raise ModeError(f"PYTANGO_GREEN_MODE: {error}") from None


@dataclasses.dataclass(frozen=True)
class ClientStatus:
    """What a shell's Tango calls are doing at one moment."""

    mode: str
    """The global green mode, in lower case."""

    autoawait: bool
    """Whether a call in a cell gives its value in asyncio mode."""

    calls: PoolSnapshot


class Client:
    """PyTango in one shell: installs executors and proxies that park, switches the mode."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        boundaries: Boundaries,
        report: Report,
        limits: Limits | None = None,
        *,
        shield: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext,
    ) -> None:
        self._dispatch = Dispatch(loop, boundaries, report, limits or Limits(), shield=shield)
        self.feeds = Feeds()
        """Everything live in this shell follows its attributes here."""
        self._patches = Patches()
        self._mode_before = tango.get_green_mode()
        for module, executor in (
            (asyncio_executor, Asyncio(self._dispatch)),
            (futures_executor, Futures(self._dispatch)),
            (gevent_executor, Gevent(self._dispatch)),
        ):
            self._patches.set(module, "_MAIN_EXECUTOR", executor)
        remember_origins(self._patches)
        exchange_members(self._patches, self._dispatch)
        self.lookups = Lookups(self._dispatch)
        self.catalogues = Catalogues(self._dispatch, self._patches)
        """What Tango databases know: that of the current one, and of any other."""
        interfaces = Interfaces(self._dispatch)
        self.members = Members(interfaces)
        self.completions = Completions(self.catalogues, interfaces)
        keep_completion_off_devices(self._patches, self._dispatch, interfaces)
        self.inventory = Inventory(self._dispatch, self.catalogues)
        """All that Tango knows of one thing."""

    def close(self) -> None:
        """End the feeds; give PyTango back its executors, its classes and the mode it had."""
        self.feeds.close()
        tango.set_green_mode(self._mode_before)
        self._patches.undo()
        self._dispatch.pool.close()

    @property
    def mode(self) -> GreenMode:
        """The global green mode."""
        return tango.get_green_mode()

    @mode.setter
    def mode(self, mode: GreenMode) -> None:
        tango.set_green_mode(mode)

    @property
    def autoawait(self) -> bool:
        """Whether a call in a cell gives its value in asyncio mode (else PyTango's awaitable)."""
        return self._dispatch.autoawait

    @autoawait.setter
    def autoawait(self, on: bool) -> None:
        self._dispatch.autoawait = on

    @property
    def limits(self) -> Limits:
        """How many calls may be in flight."""
        return self._dispatch.pool.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._dispatch.pool.limits = limits

    def submit(self, function: Callable[..., Any], *args: Any) -> Call:
        """Start ``function(*args)`` on a worker thread; its first argument names the device."""
        return self._dispatch.submit(function, args, {})

    def status(self) -> ClientStatus:
        """Say what is set and what is in flight now."""
        return ClientStatus(self.mode.name.lower(), self.autoawait, self._dispatch.pool.snapshot())
