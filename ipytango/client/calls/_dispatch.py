"""How a Tango call is put to work and waited for: the ground of executors and proxies."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import tango
from tango._instrumentation import _get_non_tango_source_location
from tango._telemetry import _telemetry_runtime

from ...green import Boundaries, LoopGate, Place, can_wait, get_ident, place_of
from ._calls import Call
from ._limits import Limits
from ._pool import CallPool

__all__ = ["CallTimedOut", "Dispatch", "Report"]

Report = Callable[[str, BaseException, contextvars.Context], None]
"""Tells the user of an error in the background: what was done, the error, and where to show it."""

BRIEF_WAIT_S = 300e-6
"""How long a lone call is waited for before the cell parks. Most replies come in that time, and
to wait for the worker costs less than a turn of the loop; nobody sees the loop stand for it."""

LOOP_TURN_S = 10e-3
"""How long a cell that makes one brief call after the other may keep the loop from its turn."""


class CallTimedOut(Exception):
    """A call was waited for as long as was asked; each mode has its own error for it."""

    def __init__(self, device: str, timeout_s: float | None) -> None:
        super().__init__(f"no answer from {device} within {timeout_s} s; the call goes on there.")
        self.timeout_s = timeout_s


class Dispatch:
    """The calls of one shell: its loop, its pool and its setting of auto-await."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        boundaries: Boundaries,
        report: Report,
        limits: Limits,
        *,
        shield: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.loop = loop
        self.thread = get_ident()
        self.autoawait = True
        self._loop_turned_at = 0.0
        self._direct: list[int] = []
        self.pool = CallPool(
            limits, server_of=_server_of, thread_scope=tango.EnsureOmniThread, shield=shield
        )
        self._boundaries = boundaries
        self._report = report

    @property
    def is_direct(self) -> bool:
        """Whether all Tango calls of this thread are synchronous now: in a worker, in `direct`."""
        return self.pool.owns_this_thread() or get_ident() in self._direct

    @contextlib.contextmanager
    def direct(self) -> Iterator[None]:
        """Make the Tango calls of this thread synchronous, whatever the mode."""
        self._direct.append(get_ident())
        try:
            yield
        finally:
            self._direct.remove(get_ident())

    def place(self) -> Place:
        """Find where the call that runs now was made."""
        # From here outwards: neither our own frames nor PyTango's on the way are coroutines.
        return place_of(sys._getframe(), self._boundaries)

    def wants_value(self) -> bool:
        """Say whether a call made here in asyncio mode, without ``wait=``, gives its value.

        Else it gives an awaitable.
        """
        loop = asyncio._get_running_loop()
        if loop is None:
            return True  # a thread without a loop has nothing that could await
        place = self.place()
        if place is Place.AWAIT:
            return False
        if place is Place.ELSEWHERE and loop is self.loop and not can_wait():
            return False  # in a callback on the loop itself: PyTango's own
        return self.autoawait

    def submit(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call:
        """Start or queue ``function(*args, **kwargs)``; the first argument tells the device."""
        if hasattr(function, "__trace_kwargs__") and tango.utils.is_telemetry_enabled():
            kwargs["trace_location"] = _get_non_tango_source_location()
            kwargs["trace_context"] = _telemetry_runtime.get_current_otel_context()
        return self.pool.submit(_lane_of(args[0] if args else None), function, args, kwargs)

    def value_of(self, call: Call, timeout: float | None = None) -> Any:
        """Wait for `call` and return its result or raise its error; parks where that is possible.

        Raises `CallTimedOut` after `timeout` seconds. A wait that ends early takes the call out
        of the queue; a call in flight goes on at the device. Raises
        `concurrent.futures.CancelledError` when somebody else has taken it out.
        """
        answered = False
        try:
            answered = self._wait(call, timeout)
            if not answered:
                raise CallTimedOut(call.device, timeout)
            return call.outcome()
        finally:
            if not answered:
                self.pool.cancel(call)
            del call  # it holds its error, whose traceback holds this frame

    def _wait(self, call: Call, timeout: float | None) -> bool:
        if not can_wait():
            return call.wait(-1 if timeout is None else timeout)
        if self._may_hold_the_loop() and call.wait(min(BRIEF_WAIT_S, timeout or BRIEF_WAIT_S)):
            return True
        gate = LoopGate()
        call.when_done(gate.open)
        try:
            return gate.wait(timeout) or call.done
        finally:
            self._loop_turned_at = time.monotonic()

    def _may_hold_the_loop(self) -> bool:
        """Say whether to stand still for a moment keeps nothing waiting that could be noticed."""
        return self.pool.quiet and time.monotonic() - self._loop_turned_at < LOOP_TURN_S

    def report_failure(
        self, outcome: asyncio.Future[Any] | concurrent.futures.Future[Any], of: str
    ) -> None:
        """Report it when `outcome` becomes an error, under the cell that this code belongs to.

        For what nobody can await.
        """
        context = contextvars.copy_context()

        def look(done: asyncio.Future[Any] | concurrent.futures.Future[Any]) -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None:
                self._report(of, error, context)

        outcome.add_done_callback(look)


def _lane_of(target: Any) -> str:
    """Name the device, group or database that a call with this first argument goes to."""
    if isinstance(target, tango.DeviceProxy):
        return str(target.dev_name()).lower()
    if isinstance(target, tango.Group):
        return f"group {target.get_name()}"
    if isinstance(target, tango.Database):
        host = target.get_db_host()
        return f"{host}:{target.get_db_port()}" if host else str(target.get_file_name())
    if isinstance(target, str):
        return target.lower()
    if target is None:
        return "the Tango database"  # one that is being made for $TANGO_HOST
    return type(target).__name__


def _server_of(call: Call) -> str | None:
    """Ask a device for the name of its server process."""
    target = call.args[0] if call.args else None
    if not isinstance(target, tango.DeviceProxy):
        return None
    try:
        return str(target.adm_name())
    except tango.DevFailed:
        return None  # asked again after the next call that the device answers
