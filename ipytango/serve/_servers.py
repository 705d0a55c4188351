"""The device servers of one shell: by name, with the process that ends them all."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ServerError
from ..processes import Keeper
from ._code import Code, LabelOf, is_device_class, job_for
from ._launch import Launch, Launcher, refuse_used
from ._server import Server, in_worker
from ._service import Plan, Service

if TYPE_CHECKING:
    from ..widgets import Hub

__all__ = ["Servers"]


class Servers:
    """Starts device servers, and ends them with the shell."""

    def __init__(self, hub: Hub, label_of: LabelOf) -> None:
        self._hub = hub
        self._label_of = label_of
        self._numbers = itertools.count(1)
        self._keeper: Keeper | None = None
        self._directory = Path()
        self._running: dict[str, tuple[Server, Service]] = {}

    def serve_code(self, code: Code, names: Mapping[str, Any], plan: Plan) -> Server:
        """Serve the device classes in some code, which may use `names`.

        A server of the same name ends, and this one takes its address.

        Raises:
            ServerError: it does not start.
            SyntaxError: the code cannot be compiled.
        """
        return self._serve(code, names, plan)

    def serve_classes(
        self, classes: tuple[type, ...], names: Mapping[str, Any], plan: Plan, green_mode: str = ""
    ) -> Server:
        """Serve device classes of the notebook, or of modules. Raises `ServerError`."""
        if not classes:
            raise ServerError("There is nothing to serve: give a device class.")
        for cls in classes:
            if not is_device_class(cls):
                raise ServerError(
                    f"{cls!r} is no device class: give one that is derived from "
                    "tango.server.Device."
                )
        # Code that only uses them: they come along as any name does, with the lines of their cells.
        code = Code("".join(f"{cls.__name__}\n" for cls in classes), "ipytango.serve")
        own = {cls.__name__: cls for cls in classes}
        return self._serve(code, {**names, **own}, plan, tuple(own), green_mode)

    def close(self) -> None:
        """End all servers."""
        keeper, self._keeper = self._keeper, None
        for _, service in self._running.values():
            service.forget()
        if keeper is not None:
            keeper.close()
        for server, service in self._running.values():
            service.wait_until_out()
            service.keep_log()
            server.close()
        self._running.clear()
        if keeper is not None:
            shutil.rmtree(self._directory)

    def _serve(
        self,
        code: Code,
        names: Mapping[str, Any],
        plan: Plan,
        classes: tuple[str, ...] = (),
        green_mode: str = "",
    ) -> Server:
        job = job_for(code, names, self._label_of, classes=classes, green_mode=green_mode)
        launcher = Launcher(self._the_keeper, self._new_directory(), job)
        launched: list[Launch] = []

        def start() -> Service:
            launch = launcher.launch()
            launched.append(launch)
            service = Service(launcher, launch, launch.load(), plan)
            try:
                self._make_room(service, plan)
            except BaseException:
                launch.give_up()
                raise
            service.start()
            return service

        def give_up() -> None:
            for launch in launched:
                launch.give_up()

        service: Service = in_worker(start, give_up)
        server = Server(self._hub, service)
        self._running[service.name.lower()] = server, service
        return server

    def _make_room(self, service: Service, plan: Plan) -> None:
        """End an earlier server of the name, and give its address to the new one."""
        earlier = self._running.get(service.name.lower())
        if earlier is None:
            return
        old_server, old = earlier
        if plan.port and plan.port != old.order.port:
            refuse_used(plan.port)
        same_entry = old.order.kept and (old.order.database, old.order.devices) == (
            service.order.database,
            service.order.devices,
        )
        old.stop(comes_back=same_entry)
        old.keep_log()
        old_server.replace()
        service.take_over(plan.port or old.order.port, kept=same_entry)

    @property
    def _the_keeper(self) -> Keeper:
        if self._keeper is None:
            if os.name != "posix":
                raise ServerError(f"Device servers run on Linux and macOS; this is {sys.platform}.")
            self._directory = Path(tempfile.mkdtemp(prefix="ipytango-serve-"))
            self._keeper = Keeper(self._directory, of="device servers", error=ServerError)
        return self._keeper

    def _new_directory(self) -> Path:
        directory = self._directory / f"server-{next(self._numbers)}"
        directory.mkdir()
        return directory
