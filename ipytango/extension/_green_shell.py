"""All that ipytango does to one shell: put together on load, taken apart in reverse on unload."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import dataclasses
import functools
import sys
import threading
from typing import Any

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.magic import Magics

from ..client import Client, Recorder, mode_from_environment, mode_named
from ..display import GreenStatus, error_line
from ..errors import BridgeError, HubError, OptionError
from ..green import (
    AsyncioHub,
    Boundaries,
    Interrupts,
    Patches,
    exchange_loop_calls,
    install_hub,
    uninstall_hub,
)
from ..magics import (
    DbMagics,
    DemoMagics,
    ExploreMagics,
    GreenMagics,
    ItangoMagics,
    ListingMagics,
    PanelMagics,
    PlotMagics,
    ServerMagics,
    WatchMagics,
    label_of_cell,
)
from ..serve import Servers
from ..widgets import Hub
from ._cells import run_cells_green
from ._comms import handle_comms_beside_cells
from ._completion import complete_tango_names
from ._displays import show_tango_values
from ._errors import ErrorBook, note_errors
from ._kernel import handle_messages_green, reply_without_sleep
from ._names import NamesOnDemand, define_names_on_demand
from ._panels import open_hub, show_status_live
from ._pending import show_pending_results
from ._terminal import share_prompt_loop
from ._tracebacks import show_clean_tracebacks

__all__ = ["GreenShell"]


class GreenShell:
    """One shell with green Tango in it."""

    def __init__(self, shell: Any) -> None:
        mode = mode_from_environment()
        self._shell = shell
        self._loop = loop_of(shell)
        self._patches = Patches()
        self._nest = False
        self._notes: list[str] = []
        self._hub: AsyncioHub | None = None
        self._panels: Hub | None = None
        self._recorder: Recorder | None = None
        self._servers: Servers | None = None
        self.errors = ErrorBook()
        """The last errors that this shell has shown."""
        try:
            self._put_together()
            if mode is not None:
                self._client.mode = mode
        except BaseException:
            self._patches.undo()
            raise

    def _put_together(self) -> None:
        shell, patches = self._shell, self._patches
        boundaries = Boundaries()
        interrupts = Interrupts(self._loop)
        patches.on_undo(interrupts.close)
        run_cells_green(patches, shell, boundaries, interrupts)
        if hasattr(shell, "kernel"):
            handle_messages_green(patches, shell.kernel, interrupts, self._loop)
            self._note(handle_comms_beside_cells(patches, shell.kernel))
            reply_without_sleep(patches, shell)
        show_clean_tracebacks(patches, shell)
        note_errors(patches, shell, self.errors)
        exchange_loop_calls(patches, self._loop)
        self._note(share_prompt_loop(patches, shell))
        if asyncio._get_running_loop() is self._loop:
            self._install_hub()
        else:  # a terminal between two cells, or a kernel that is still starting up
            patches.on_undo(self._loop.call_soon(self._install_hub).cancel)
        self._client = Client(
            self._loop, boundaries, self._report_in_background, shield=interrupts.shielded
        )
        patches.on_undo(self._client.close)
        show_tango_values(patches, shell, self._client, lambda: self.hub)
        show_pending_results(patches, shell, self._client, lambda: self.hub)
        show_status_live(patches, shell, lambda: self.hub, self.status)
        self._names = define_names_on_demand(patches, shell, self._client)
        self._register_magics()
        atexit.register(self._take_apart)  # gevent's hub wants to be gone before its loop

    def close(self) -> None:
        """Leave the shell as it was. Raises `HubError`, changing nothing, while greenlets run."""
        waiting = [] if self._hub is None else self._hub.waiting()
        if waiting:
            raise HubError(
                f"%unload_ext ipytango: {len(waiting)} greenlets wait on the hub that would go, "
                f"first {waiting[0]!r}. Kill them or let them end, then unload again."
            )
        self._take_apart()

    def _take_apart(self) -> None:
        atexit.unregister(self._take_apart)
        left = self._patches.undo()
        if self._nest:
            self._say("asyncio stays re-entrant (--nest) until the kernel restarts")
        if left:
            self._say(f"left as others have changed them since: {', '.join(left)}")

    @property
    def client(self) -> Client:
        """PyTango in this shell."""
        return self._client

    @property
    def hub(self) -> Hub:
        """The hub of the shell's live panels, made when it is first asked for."""
        if self._panels is None:
            self._panels = open_hub(self._patches, self._shell, self._client)
        return self._panels

    @property
    def recorder(self) -> Recorder:
        """What `%mon` records with, made when it is first asked for."""
        if self._recorder is None:
            self._recorder = Recorder(self._client.feeds)
        return self._recorder

    @property
    def servers(self) -> Servers:
        """The device servers of the shell, made when they are first asked for."""
        if self._servers is None:
            label_of = functools.partial(label_of_cell, self._shell)
            # The hub first: on unload what the servers show has to say yet that they have ended.
            self._servers = Servers(self.hub, label_of)
            self._patches.on_undo(self._servers.close)
        return self._servers

    @property
    def current_database(self) -> str:
        """``host:port`` of the current database. Raises `CatalogueError` where there is none."""
        return self._client.catalogues.current.host

    @property
    def variables(self) -> dict[str, Any]:
        """The names of the user."""
        return self._shell.user_ns  # type: ignore[no-any-return]

    @property
    def names(self) -> NamesOnDemand:
        """ITango's names."""
        return self._names

    def configure(
        self,
        *,
        mode: str | None = None,
        autoawait: bool | None = None,
        nest: bool | None = None,
        limits: dict[str, int] | None = None,
    ) -> None:
        """Change what is given; on an error nothing is changed."""
        green_mode = None if mode is None else mode_named(mode)
        new_limits = dataclasses.replace(self._client.limits, **(limits or {}))
        if nest is not None and nest != self._nest:
            self._make_reentrant(on=nest)
        if green_mode is not None:
            self._client.mode = green_mode
        if autoawait is not None:
            self._client.autoawait = autoawait
        self._client.limits = new_limits

    def status(self) -> GreenStatus:
        """Take a snapshot of what is set and what is going on."""
        return GreenStatus(
            self._client.status(),
            "gevent's own" if self._hub is None else "on the event loop of the cells",
            self._nest,
            tuple(self._notes),
        )

    def _make_reentrant(self, *, on: bool) -> None:
        if not on:
            raise OptionError(
                "--no-nest: nest-asyncio has changed asyncio and cannot take that back; "
                "restart the kernel."
            )
        import nest_asyncio2

        nest_asyncio2.apply(self._loop)
        self._nest = True

    def _report_in_background(
        self, what: str, error: BaseException, context: contextvars.Context
    ) -> None:
        self.errors.note(error)
        report_in_background(what, error, context)

    @staticmethod
    def _say(what: str) -> None:
        print(f"ipytango: {what}")

    def _note(self, note: str | None) -> None:
        if note is not None:
            self._notes.append(note)

    def _install_hub(self) -> None:
        try:
            self._hub = install_hub(self._loop)
        except HubError as error:
            self._note(str(error))
        else:
            # By force, as at exit nobody asks any more; `close` has looked before.
            self._patches.on_undo(functools.partial(uninstall_hub, self._hub, force=True))

    def _register_magics(self) -> None:
        self._register(GreenMagics(self._shell, self))
        self._register(WatchMagics(self._shell, self))
        self._register(PlotMagics(self._shell, self))
        self._register(PanelMagics(self._shell, self))
        self._register(ItangoMagics(self._shell, self))
        self._register(ListingMagics(self._shell, self))
        self._register(DbMagics(self._shell, self))
        self._register(ExploreMagics(self._shell, self))
        self._register(ServerMagics(self._shell, self))
        demo = DemoMagics(self._shell, self)
        self._register(demo)
        self._patches.on_undo(demo.stop)
        complete_tango_names(self._patches, self._shell, self._client)

    def _register(self, magics: Magics) -> None:
        manager = self._shell.magics_manager
        self._shell.register_magics(magics)
        self._patches.on_undo(lambda: self._shell.configurables.remove(magics))
        self._patches.on_undo(lambda: manager.registry.pop(type(magics).__name__))
        for kind, names in magics.magics.items():
            for name in names:
                self._patches.on_undo(functools.partial(manager.magics[kind].pop, name, None))


def loop_of(shell: Any) -> asyncio.AbstractEventLoop:
    """Return the loop that awaits the shell's cells; it need not run yet."""
    if threading.current_thread() is not threading.main_thread():
        raise BridgeError(
            "ipytango was loaded in a thread beside the shell's own (a kernel subshell?); "
            "load it in the main one."
        )
    with contextlib.suppress(RuntimeError):
        return asyncio.get_running_loop()
    if not hasattr(shell, "kernel"):
        return get_asyncio_loop()  # type: ignore[no-any-return]
    from tornado.ioloop import IOLoop  # a kernel that is still starting up: see its start()

    return IOLoop.current().asyncio_loop  # type: ignore[attr-defined, no-any-return]


def report_in_background(what: str, error: BaseException, context: contextvars.Context) -> None:
    """Tell of an error that nobody waits for, under the cell that `context` belongs to."""
    line = f"ipytango: {what} failed in the background: {error_line(error)}"
    context.run(print, line, file=sys.stderr, flush=True)
