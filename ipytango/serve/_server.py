"""A device server of this kernel, shown live: what it serves, what it says, stop and restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..client import device_proxy
from ..display import ServerStatus, server_html, server_text, state_colour
from ..errors import ServerError
from ..green import await_, can_wait
from ..widgets import Frame, Look, Panel, weakly
from ._service import Service

if TYPE_CHECKING:
    from ..widgets import Hub

__all__ = ["Server", "in_worker"]

SHOWN_LOG_BYTES = 16_384


class Server(Panel):
    """A device server that runs in a process of its own, and ends with this kernel.

    Made by `ipytango.serve` and `%%tango_server`.
    """

    view = "server"
    looks_every_s = 1.0

    def __init__(self, hub: Hub, service: Service) -> None:
        self._service = service
        self._shown: dict[str, Any] | None = None
        self._replaced = False
        super().__init__(hub)
        service.when_changed(weakly(self._state_changed))

    # --- for the user -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """``CLASS/INSTANCE``, as Tango calls it."""
        return self._service.name

    @property
    def devices(self) -> tuple[str, ...]:
        """The full names of its devices, the first class's first."""
        return self._service.devices

    @property
    def proxies(self) -> tuple[Any, ...]:
        """A `DeviceProxy` of each device; they connect again after a restart."""
        return tuple(device_proxy(name) for name in self.devices)

    @property
    def proxy(self) -> Any:
        """A `DeviceProxy` of the first device."""
        return device_proxy(self.devices[0])

    def attribute(self, name: str) -> str:
        """Return the full name of an attribute of the first device, for a watch or a plot."""
        path, mark, option = self.devices[0].partition("#")
        return f"{path}/{name}{mark}{option}"

    @property
    def state(self) -> str:
        """``starting``, ``running``, ``stopping``, ``stopped``, ``failed``, ``ended``.

        Or ``replaced``: a newer run of its cell has taken its place.
        """
        return "replaced" if self._replaced else self._service.state

    @property
    def error(self) -> str:
        """Why it is not running, if that was not asked for."""
        return self._service.error

    @property
    def mode(self) -> str:
        """The green mode of its devices, in lower case."""
        return self._service.mode

    @property
    def pid(self) -> int:
        """Number of its process, or of the last one it had."""
        return self._service.pid

    @property
    def host(self) -> str:
        """Where it listens: on this machine alone."""
        return self._service.order.host

    @property
    def port(self) -> int:
        """Where it listens; the same over all its starts."""
        return self._service.order.port

    @property
    def log(self) -> str:
        """All that it has written, over all its starts."""
        return self._service.log()

    def stop(self) -> None:
        """End it. What it does just then has two seconds to come to its end."""
        in_worker(self._service.stop)

    def restart(self) -> None:
        """End it if it runs, and start its code again at the same address.

        Proxies connect again, and subscriptions come back, some seconds later.

        Raises:
            ServerError: it does not start, or a newer run of its cell has taken its place.
        """
        self._refuse_replaced()
        in_worker(self._service.restart, self._service.give_up)

    def replace(self) -> None:
        """Leave the place to a newer server; this one is shown as it was."""
        self._replaced = True
        self.looks_every_s = 0.0
        self._state_changed()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what stays."""
        return {"name": self.name}

    def frame(self, look: Look) -> Frame | None:
        """Say the state and the end of the log, where they have changed."""
        status = self._status()
        told = {
            "state": status.state,
            "colour": state_colour(status.tango_state),
            "since": status.since_s,
            "error": status.error,
            "devices": list(status.devices),
            "facts": [list(fact) for fact in status.facts()],
            "note": status.note,
            "log": status.log,
        }
        if told == self._shown and not look.first:
            return None
        self._shown = told
        return Frame(told, whole=True)

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks, in a thread beside the hub's."""
        commands: dict[str, Callable[[], None]] = {
            "stop": self._service.stop,
            "restart": self._service.restart,
        }
        if op not in commands:
            return super().command(op, argument)
        self._refuse_replaced()
        threading.Thread(
            target=_without_error, args=(commands[op],), name=f"ipytango-server-{op}", daemon=True
        ).start()
        return None

    def static_html(self) -> str:
        """Give it as it is now."""
        return server_html(self._status())

    def text(self) -> str:
        """Give the same as text."""
        return server_text(self._status())

    def __repr__(self) -> str:
        return f"<Server {self.name}: {self.state}, pid {self.pid}, {', '.join(self.devices)}>"

    def _refuse_replaced(self) -> None:
        if self._replaced:
            raise ServerError(
                f"A newer run of the cell has taken the place of this {self.name}: restart that "
                "one, or run the cell again."
            )

    def _state_changed(self) -> None:
        self.changed()
        self.refresh_saved()

    def _status(self) -> ServerStatus:
        service = self._service
        return ServerStatus(
            name=service.name,
            state=self.state,
            since_s=service.since_s,
            error=service.error,
            devices=service.devices,
            mode=service.mode,
            address=f"{service.order.host}:{service.order.port}",
            database=service.order.database,
            pid=service.pid,
            log=service.log(SHOWN_LOG_BYTES),
        )


def in_worker(function: Callable[[], Any], give_up: Callable[[], object] = lambda: None) -> Any:
    """Return what `function` returns; where code can wait, everything else goes on meanwhile.

    `give_up` is called on the way out when it fails, or the wait for it is interrupted.
    """
    try:
        return await_(asyncio.to_thread(function)) if can_wait() else function()
    except BaseException:
        give_up()
        raise


def _without_error(act: Callable[[], None]) -> None:
    try:
        act()
    except ServerError:
        return  # the panel shows it as the server's state
