"""A device server of this kernel through its starts and ends; no display, and no waiting loop."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Mapping
from typing import Literal

from ..client import device_answers
from ..errors import ServerError
from ..green import allocate_lock
from ..processes import Process
from ..served import REGISTERED, STAYS, Order
from ._launch import LOOPBACK, Launch, Launcher, Loaded, free_port, refuse_used

__all__ = ["Plan", "Service", "ServiceState"]

ServiceState = Literal["starting", "running", "stopping", "stopped", "failed", "ended"]
"""``failed``: it did not start; ``ended``: it went by itself, as in a crash."""

GRACE_S = 2.0
ANSWER_TIMEOUT_S = 10.0
"""It has said that it serves: usually the first question is answered."""
LEAVE_TIMEOUT_S = 10.0
"""For a database that is slow to let a server go."""
_POLL_S = 0.01
_INSTANCE = re.compile(r"[\w.-]+")
_DEVICE = re.compile(r"[^/\s\"#]+(/[^/\s\"#]+){2}")
_KEPT_BYTES = 1_000_000


@dataclasses.dataclass(frozen=True)
class Plan:
    """How to serve, as it was asked for."""

    instance: str = "notebook"
    devices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """The names of devices for each class; under ``""`` those of the only one."""

    database: str = ""
    """``host:port`` of the database to register in; empty: none."""

    port: int = 0

    def __post_init__(self) -> None:
        """Raise `ServerError` for names that Tango would not take."""
        if not _INSTANCE.fullmatch(self.instance):
            raise ServerError(
                f"{self.instance!r} is no instance name: give letters, digits, '_', '-' and '.'."
            )
        for name in (name for names in self.devices.values() for name in names):
            if not _DEVICE.fullmatch(name):
                raise ServerError(
                    f"{name!r} is no device's name: it is written domain/family/member."
                )

    def devices_of(self, classes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return the names of the devices of each class. Raises `ServerError`."""
        given = dict(self.devices)
        nameless = given.pop("", ())
        if nameless and len(classes) > 1:
            raise ServerError(
                f"{nameless[0]!r} names no class, and there are several: {', '.join(classes)}. "
                f"Write {classes[0]}={nameless[0]}."
            )
        unknown = [name for name in given if name not in classes]
        if unknown:
            raise ServerError(
                f"There is no class {unknown[0]} to have devices: what is served is "
                f"{', '.join(classes)}."
            )
        return {
            name: given.get(name) or nameless or (f"ipytango/{name.lower()}/1",) for name in classes
        }


class Service:
    """One device server. Its methods block; they may be called in any thread."""

    def __init__(self, launcher: Launcher, launch: Launch, loaded: Loaded, plan: Plan) -> None:
        """Take a process that has loaded its code. Raises `ServerError`."""
        self._launcher = launcher
        self._launch: Launch | None = launch
        self._lock = allocate_lock()
        self._last_log: str | None = None
        self._process: Process = launch.process
        self._changed: Callable[[], object] = lambda: None
        self.mode = loaded.mode
        """Its green mode, in lower case."""
        self.state: ServiceState = "starting"
        self.since_s = time.time()
        """When it came into its state."""
        self.error = ""
        """Why it is not running, if that was not asked for."""
        self.order = Order(
            server=f"{loaded.classes[0]}/{plan.instance}",
            devices=plan.devices_of(loaded.classes),
            host=LOOPBACK,
            port=plan.port,
            database=plan.database,
        )

    @property
    def name(self) -> str:
        """``CLASS/INSTANCE``."""
        return self.order.server

    @property
    def pid(self) -> int:
        """Number of its process, or of the last one."""
        return self._process.pid

    @property
    def devices(self) -> tuple[str, ...]:
        """The full names of its devices."""
        return _full_names(self.order)

    def log(self, most: int | None = None) -> str:
        """Return what it has written over all its starts, or the lines at its end.

        Of at most so many bytes.
        """
        if self._last_log is not None:
            return self._last_log if most is None else self._last_log[-most:]
        with self._process.log.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(0 if most is None else max(0, size - most))
            text = log.read().decode(errors="replace")
        return text if most is None or size <= most else text.partition("\n")[2]

    def when_changed(self, changed: Callable[[], object]) -> None:
        """Have `changed` called at each change of state, in whatever thread makes it."""
        self._changed = changed

    def start(self) -> None:
        """Have what was loaded serve. Raises `ServerError`."""
        with self._lock:
            self._serve()

    def stop(self, *, comes_back: bool = False) -> None:
        """End it, also while it starts. With `comes_back` it stays in its database."""
        self.give_up()
        with self._lock:
            self._stop(comes_back=comes_back)

    def restart(self) -> None:
        """Load the code anew, end what runs, and serve where it was.

        Raises `ServerError`; where the code fails, what runs is left alone.
        """
        with self._lock:
            launch = self._launcher.launch()
            self._launch = launch
            try:
                launch.load()
                self._stop(comes_back=True)
            except BaseException as error:
                launch.give_up()
                self._launch = None
                self.error = str(error)
                self._changed()
                raise
            self._process = launch.process
            self._serve()

    def give_up(self) -> None:
        """Have a start that goes on in another thread fail."""
        launch = self._launch
        if launch is not None:
            launch.give_up()

    def forget(self) -> None:
        """Expect its end: its keeper closes."""
        self._process.watch(lambda _: None)

    def keep_log(self) -> None:
        """Read its log for the last time: it has ended, and its files go."""
        self._last_log = self.log(_KEPT_BYTES)
        self._become("stopped")

    def take_over(self, port: int, *, kept: bool) -> None:
        """Listen where another one did, and be what the database knows if that was `kept`."""
        self.order = dataclasses.replace(self.order, port=port, kept=kept)

    def _serve(self) -> None:
        self._become("starting")
        launch = self._launch
        assert launch is not None  # noqa: S101 - something was loaded
        try:
            port = self.order.port or free_port()
            refuse_used(port)
            self._process.name = self.name
            (self._launcher.directory / STAYS).unlink(missing_ok=True)
            order = dataclasses.replace(self.order, port=port)
            launch.serve(order)
            _wait_until_answering(_full_names(order)[0])
        except BaseException as error:
            launch.give_up()
            # Its process has cleared away what there was.
            self.order = dataclasses.replace(self.order, kept=False)
            self._become("failed", str(error))
            raise
        finally:
            self._launch = None
        # What is set up once, an address and an entry in a database, stays for the next start.
        self.order = dataclasses.replace(order, kept=True)
        self._process.watch(self._ended)
        self._become("running")
        if not self._process.running:
            self._ended(self._process)

    def _stop(self, *, comes_back: bool) -> None:
        if self.state == "stopped":
            return
        if comes_back:
            (self._launcher.directory / STAYS).touch()
        self._become("stopping")
        self._process.stop(grace_s=GRACE_S)
        if not comes_back:
            self.order = dataclasses.replace(self.order, kept=False)
        self.wait_until_out()
        self._become("stopped")

    def wait_until_out(self) -> None:
        """Wait until it has been taken out of its database, if that does not take too long."""
        deadline = time.monotonic() + LEAVE_TIMEOUT_S
        registered = self._launcher.directory / REGISTERED
        while registered.exists() and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def _ended(self, process: Process) -> None:
        if process is self._process and self.state == "running":
            # Nothing of it is in a database any more: see `ipytango.served`.
            self.order = dataclasses.replace(self.order, kept=False)
            self._become("ended", f"It {process.fate()}; the log has its last words.")

    def _become(self, state: ServiceState, error: str = "") -> None:
        self.state, self.error, self.since_s = state, error, time.time()
        self._changed()


def _full_names(order: Order) -> tuple[str, ...]:
    plain = [name for names in order.devices.values() for name in names]
    if order.database:
        return tuple(f"tango://{order.database.partition(',')[0]}/{name}" for name in plain)
    return tuple(f"tango://{order.host}:{order.port}/{name}#dbase=no" for name in plain)


def _wait_until_answering(device: str) -> None:
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while not device_answers(device):
        if time.monotonic() > deadline:
            raise ServerError(
                f"{device} does not answer within {ANSWER_TIMEOUT_S:.0f} s, though its server "
                "says that it is ready; it was ended."
            )
        time.sleep(_POLL_S)
