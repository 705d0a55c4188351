"""Calls on worker threads: as many at once as devices and servers stand, the rest in order.

PyTango has 20 threads for all its asyncio and futures calls, so 20 calls to a device that
hangs stop every other device. Here each device has a *lane* of its own. Threads are cheap and
are made when needed; what must be bounded are the calls in flight at one device and at one
server process, since a call that waits there runs into its time-out (`Limits`).
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from ...green import allocate_lock, get_ident, start_new_thread
from ._calls import DONE, RUNNING, WAITING, Call
from ._exit import let_threads_stand_still, patience_s
from ._limits import Limits

_LOG = logging.getLogger("ipytango.client")

__all__ = ["CallPool", "LaneCount", "PoolSnapshot"]

IDLE_THREAD_S = 30.0
"""A worker thread that had nothing to do for this long ends."""


@dataclasses.dataclass(frozen=True)
class LaneCount:
    """The calls of one device or server at one moment."""

    name: str
    running: int
    queued: int


@dataclasses.dataclass(frozen=True)
class PoolSnapshot:
    """The calls of a pool at one moment."""

    limits: Limits
    threads: int
    devices: tuple[LaneCount, ...]
    """Devices with calls, the busiest first."""

    @property
    def running(self) -> int:
        return sum(lane.running for lane in self.devices)

    @property
    def queued(self) -> int:
        return sum(lane.queued for lane in self.devices)


class _Server:
    """A server process: the count of calls in flight at all its devices."""

    def __init__(self) -> None:
        self.running = 0


class _Lane:
    """The calls of one device."""

    def __init__(self, device: str, server: _Server) -> None:
        self.device = device
        self.server = server
        self.running = 0
        self.queue: collections.deque[Call] = collections.deque()
        self.being_placed = False
        """Whether its server is being asked for: further calls wait for the answer, since they
        count there."""


class _Worker:
    """A thread that waits for its next call."""

    def __init__(self) -> None:
        self.gate = allocate_lock()
        self.gate.acquire()
        self.next: tuple[_Lane, Call] | None = None


class CallPool:
    """Runs calls on worker threads within `Limits`.

    `server_of` names the server process of the device that a call goes to, or gives None where
    there is none to name; it is asked in a worker's thread after a device's first call that
    succeeded (until then all such devices share one server's cap).
    `thread_scope` gives the context that each worker thread lives in.
    `shield` gives the context in which the books are changed for a caller: one that keeps
    `KeyboardInterrupt` off until its end, where the caller's thread may be interrupted.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        server_of: Callable[[Call], str | None] = lambda _call: None,
        thread_scope: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext,
        shield: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext,
    ) -> None:
        self._limits = limits
        self._server_of = server_of
        self._thread_scope = thread_scope
        self._shield = shield
        self._lock = allocate_lock()
        self._lanes: dict[str, _Lane] = {}
        self._unplaced = _Server()
        self._servers: dict[str, _Server] = {}
        self._blocked: dict[_Lane, None] = {}
        self._idle: list[_Worker] = []
        self._threads: set[int] = set()
        self._living = 0
        self._running = 0
        self._closed = False
        self._ended = False
        self._over = allocate_lock()
        self._over.acquire()
        atexit.register(self._end_at_exit)

    @property
    def limits(self) -> Limits:
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        with self._shield():
            with self._lock:
                self._limits = limits
                startable = list(self._startable())
            for lane, call in startable:
                self._start(lane, call)

    @property
    def quiet(self) -> bool:
        """Whether no more than one call is in flight."""
        return self._running <= 1

    def owns_this_thread(self) -> bool:
        """Say whether this code runs on a worker thread of the pool."""
        return get_ident() in self._threads

    def submit(
        self,
        device: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Call:
        """Start the call on a worker thread, or queue it behind its device's others."""
        call = Call(device, function, args, kwargs)
        try:
            with self._shield():
                self._start_or_queue(call)
        except KeyboardInterrupt:
            self.cancel(call)  # nobody will ever ask for it
            raise
        return call

    def cancel(self, call: Call) -> bool:
        """Take a call that is still queued out; a call in flight ends when the device answers."""
        with self._shield():
            with self._lock:
                lane = self._lanes.get(call.device)
                if lane is None or call.state != WAITING or call not in lane.queue:
                    return False
                lane.queue.remove(call)
                if not lane.queue:
                    self._blocked.pop(lane, None)
            call.withdraw()
            return True

    def snapshot(self) -> PoolSnapshot:
        """Count the calls in flight and queued, device by device."""
        with self._lock:
            counts = [
                LaneCount(lane.device, lane.running, len(lane.queue))
                for lane in self._lanes.values()
                if lane.running or lane.queue
            ]
            counts.sort(key=lambda count: (-count.running - count.queued, count.name))
            return PoolSnapshot(self._limits, len(self._threads), tuple(counts))

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self._closed

    def close(self) -> None:
        """Cancel what is queued and end the threads, each when its call has ended."""
        with self._lock:
            self._closed = True
            queued = [call for lane in self._lanes.values() for call in lane.queue]
            for lane in self._lanes.values():
                lane.queue.clear()
            self._blocked.clear()
            idle, self._idle = self._idle, []
        for call in queued:
            call.withdraw()
        for worker in idle:
            worker.gate.release()
        self._end_if_over()

    def wait_until_over(self, timeout_s: float) -> bool:
        """Wait, after `close`, until the last thread has ended; says whether it has."""
        if self._over.acquire(True, timeout_s):
            self._over.release()
            return True
        return False

    def _end_at_exit(self) -> None:
        self.close()
        if not self.wait_until_over(patience_s()):
            let_threads_stand_still()

    def _end_if_over(self) -> None:
        with self._lock:
            busy = self._living or self._running
            if busy or not self._closed or self._ended:
                return
            self._ended = True
        atexit.unregister(self._end_at_exit)
        self._over.release()

    # -- under the lock ---------------------------------------------------------------------

    def _has_room(self, lane: _Lane) -> bool:
        limits = self._limits
        if self._running >= limits.workers or lane.running >= limits.per_device:
            return False
        return lane.server.running < limits.per_server and not lane.being_placed

    def _count(self, lane: _Lane, step: int) -> None:
        self._running += step
        lane.running += step
        lane.server.running += step

    def _startable(self) -> Iterator[tuple[_Lane, Call]]:
        """Take the queued calls that have room now: lanes in turn, one call of each."""
        lanes = collections.deque(self._blocked)
        while lanes and self._running < self._limits.workers:
            lane = lanes.popleft()
            if not self._has_room(lane):
                continue  # nor will it have any later in this round: the counts only grow
            self._count(lane, 1)
            yield lane, lane.queue.popleft()
            del self._blocked[lane]
            if lane.queue:
                self._blocked[lane] = None  # behind those that wait for their turn
                lanes.append(lane)

    # -- workers ----------------------------------------------------------------------------

    def _start_or_queue(self, call: Call) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError(f"the call to {call.device} came after ipytango was unloaded")
            lane = self._lanes.get(call.device)
            if lane is None:
                lane = self._lanes[call.device] = _Lane(call.device, self._unplaced)
            if lane.queue or not self._has_room(lane):
                lane.queue.append(call)
                self._blocked[lane] = None
                return
            self._count(lane, 1)
        self._start(lane, call)

    def _start(self, lane: _Lane, call: Call) -> None:
        call.state = RUNNING
        with self._lock:
            worker = self._idle.pop() if self._idle else None
            self._living += worker is None
        if worker is not None:
            worker.next = lane, call
            worker.gate.release()
        else:
            worker = _Worker()
            worker.next = lane, call
            start_new_thread(self._work, (worker,))

    def _work(self, worker: _Worker) -> None:
        ident = get_ident()
        with self._thread_scope():
            self._threads.add(ident)
            while worker.next is not None:
                (lane, call), worker.next = worker.next, None
                call.run()
                if call.error is None and self._begin_placing(lane):
                    call.finish(DONE)  # the caller need not wait for what comes next
                    self._place(lane, call)  # while this call still counts: it asks the device
                    resting = self._leave(worker, lane)
                else:
                    resting = self._leave(worker, lane)
                    call.finish(DONE)
                del lane, call
                if resting:
                    self._rest(worker)
            self._threads.discard(ident)
        with self._lock:
            self._living -= 1
        self._end_if_over()

    def _leave(self, worker: _Worker, lane: _Lane) -> bool:
        """Start what has room after a call, the first on this very thread; else put it to rest."""
        with self._lock:
            self._count(lane, -1)
            startable = list(self._startable()) if self._blocked else []
            resting = not startable and not self._closed
            if startable:
                worker.next = startable[0]
                startable[0][1].state = RUNNING
            elif resting:
                self._idle.append(worker)
            if lane.server is self._unplaced and not lane.running and not lane.queue:
                self._lanes.pop(lane.device, None)
        for following in startable[1:]:
            self._start(*following)
        return resting

    def _begin_placing(self, lane: _Lane) -> bool:
        """Say whether this worker is to find the server of a device that has answered."""
        with self._lock:
            if lane.server is not self._unplaced or lane.being_placed:
                return False
            lane.being_placed = True
            return True

    def _place(self, lane: _Lane, call: Call) -> None:
        """Put a device below the server process that it lives in, if that can be named."""
        name = None
        try:
            name = self._server_of(call)
        except Exception:
            _LOG.exception("the server process of %s could not be found", lane.device)
        with self._lock:
            lane.being_placed = False
            if name is not None:
                server = self._servers.setdefault(name, _Server())
                self._unplaced.running -= lane.running
                server.running += lane.running
                lane.server = server

    def _rest(self, worker: _Worker) -> None:
        """Wait for the next call; with None in `worker.next` afterwards the thread ends."""
        if worker.gate.acquire(True, IDLE_THREAD_S):
            return
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
                return
        worker.gate.acquire()  # somebody took this worker in the last moment
