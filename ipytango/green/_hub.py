"""A gevent hub on the running asyncio loop.

    asyncio loop ── callback ──enter──> hub: one turn ──switch──> gevent greenlets
         ^                               │    └─ resume ─> task steps of green tasks
         └────────────── leave ──────────┘

Who may wait: gevent's greenlets, as ever, and green tasks, which park. The greenlet that runs the
event loop may not: whatever it waits for, it would have to bring about itself.
"""

from __future__ import annotations

import asyncio
import gc
import types
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, TypeVar

from gevent import _hub_local
from gevent.hub import Hub, Waiter
from greenlet import GreenletExit, getcurrent, greenlet

from ..errors import BlocksTheLoop, NotInGreenTask
from ._green_task import GreenTask
from ._hub_loop import AsyncioLoop
from ._hub_steps import Stepper, Wake

__all__ = ["AsyncioHub", "greenlets_below"]

T = TypeVar("T")

_KILL_ROUNDS = 10  # greenlets that wait again while they are killed get this many chances to end


class AsyncioHub(Hub):  # type: ignore[misc]  # gevent ships no types
    """A gevent hub for the thread of the running asyncio loop `aio`.

    `on_system_error` is called with a KeyboardInterrupt or SystemExit that a background greenlet
    raised, and with errors of the hub itself. It reports to asyncio's exception handler unless
    set to something else.
    """

    loop: Any  # an AsyncioLoop; None after the end
    periodic_monitoring_thread: Any
    _resolver: Any
    _threadpool: Any

    native: Any = None
    """In a forked child: the hub that took over."""

    replaced: Any = None
    """The hub that the thread had before."""

    def __init__(self, aio: asyncio.AbstractEventLoop) -> None:
        self.aio = aio
        self._entries: list[greenlet] = []
        self._idle_steppers: list[Stepper] = []
        self._parked: set[GreenTask[Any]] = set()
        self.on_system_error: Callable[[BaseException], None] = self._report_to_asyncio
        super().__init__(loop=AsyncioLoop(aio, self.enter))
        self.loop.error_handler = self
        # Not whoever installs it: a cell's greenlet can come to stand below the hub itself.
        self.parent = _root_of(getcurrent())

    # Waiting.

    def switch(self) -> Any:
        """Wait, in the current greenlet, until it is switched to.

        Raises `BlocksTheLoop` on the greenlet that runs the event loop.
        """
        current = getcurrent()
        if self.native is not None:
            return self.native.switch()
        if isinstance(current, GreenTask):
            return self._park(current)
        if current is self and asyncio.current_task(self.aio) is None:
            return super().switch()  # which says that a callback of the hub must not wait
        if not self.stands_below(current):
            raise BlocksTheLoop(self._explain_block())
        return super().switch()

    def wait_for_awaitable(self, awaitable: Awaitable[T]) -> T:
        """Wait for `awaitable` in a gevent greenlet, and return its result.

        It is cancelled when the wait ends early: the greenlet is killed, or a time-out fires.
        """
        if not self.stands_below(getcurrent()):
            if asyncio.iscoroutine(awaitable):
                awaitable.close()
            raise NotInGreenTask(self._explain_block())
        future = asyncio.ensure_future(awaitable, loop=self.aio)
        if not future.done():
            self._wait_for_future(future)
        return future.result()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do: no active watcher, timer, server or callback.

        Says whether that came before `timeout` seconds were over. Greenlets that wait for
        nothing but each other don't count.
        """
        waiter = Waiter(self)
        cancel = self.loop.when_inactive(lambda: waiter.switch(True))
        timer = None if timeout is None else self.loop.timer(timeout, ref=False)
        try:
            if timer is not None:
                timer.start(waiter.switch, False)
            return bool(waiter.get())
        finally:
            cancel()
            if timer is not None:
                timer.close()

    def waiting(self) -> list[greenlet]:
        """List who waits on this hub, or is about to start: its greenlets and green tasks."""
        current = getcurrent()
        greenlets = [found for found in greenlets_below(self) if found is not current]
        return [*greenlets, *(parked for parked in self._parked if parked is not current)]

    def _wait_for_future(self, future: asyncio.Future[Any]) -> None:
        waiter = Waiter(self)

        def wake(_done: asyncio.Future[Any]) -> None:
            self.loop.run_callback(waiter.switch, None)

        future.add_done_callback(wake)
        self.loop.ref()
        try:
            waiter.get()
        except BaseException:
            future.remove_done_callback(wake)
            future.cancel()
            raise
        finally:
            self.loop.unref()

    def _park(self, green: GreenTask[Any]) -> Any:
        self._parked.add(green)
        try:
            return green.wait_for_switch(Wake(self))
        finally:
            self._parked.discard(green)

    def stands_below(self, current: greenlet) -> bool:
        above = current.parent
        while above is not None and not isinstance(above, GreenTask):
            if above is self:
                return True
            above = above.parent
        return False

    def _explain_block(self) -> str:
        task = asyncio.current_task(self.aio)
        if task is None:
            where = "in a callback of the event loop"
            remedy = "Start the callback's code with ipytango.spawn(function, ...)"
        else:
            where = f"inside the asyncio task {task.get_name()!r}"
            remedy = "Use `await ipytango.spawn(function, ...)` for sync code that waits"
        return (
            f"A gevent wait was asked for {where}, on the greenlet that runs the event loop: "
            f"nothing could ever end it. {remedy}, or await asyncio's equivalent of the wait."
        )

    # Coming and going.

    def enter(self) -> None:
        """Give control to the hub for one turn. Called by callbacks of the event loop.

        A nested event loop may call it while the hub still stands in a turn, below the task that
        runs the nested loop: that turn is then ended here.
        """
        current = getcurrent()
        if self.dead or self.loop is None or current is self:
            return
        self._entries.append(current)
        greenlet.switch(self)

    def run(self) -> None:
        """Take turns until the hub is destroyed."""
        self.start_periodic_monitoring_thread()
        while self.loop is not None:
            try:
                self.loop.turn()
            except BaseException as error:  # noqa: BLE001 - a Ctrl-C between two callbacks
                self.loop.break_turn()
                self.on_system_error(error)
            self._leave()

    def _leave(self) -> None:
        error = _switch_to(self._entries.pop(), None)
        while not self._entries and self.loop is not None:
            error = _switch_to(self._stranded(), error)

    def _stranded(self) -> greenlet:
        """Find who switched to a greenlet of the hub directly, which has now come back here.

        gevent says that only the hub may do that (`Greenlet.throw`). The switch then simply
        returns to whom it came from.
        """
        task = asyncio.current_task(self.aio)
        for found in gc.get_objects():
            if not isinstance(found, GreenTask) or not found or found.parked:
                continue
            if found._task is task:
                return found
        return self.parent

    def resume_task(self, step: Callable[[Any], object], wake: Wake, context: Context) -> None:
        """Run the task step that asyncio would run in its next iteration, here and now.

        gevent's primitives count on it that whom they wake runs before anything else does: a
        semaphore would otherwise be given to two.
        """
        stepper = self._idle_steppers.pop() if self._idle_steppers else Stepper(self)
        stepper.busy = True
        entered = len(self._entries)
        loop, loop.turning = self.loop, False
        error = _switch_to(stepper, None, step, wake, context)
        while stepper.busy and len(self._entries) == entered:
            # It switched to a greenlet of ours directly: see _stranded.
            error = _switch_to(wake.green, error)
        loop.turning = True

    def may_resume_task(self) -> bool:
        """Say whether a task step may run here: in the hub, and outside any other task."""
        return getcurrent() is self and asyncio.current_task(self.aio) is None

    def steps_ended(self, stepper: Stepper) -> None:
        """Take back a stepper."""
        self._idle_steppers.append(stepper)

    # Errors.

    def handle_system_error(
        self,
        type: Any,  # noqa: A002 - gevent's name
        value: Any,
        tb: types.TracebackType | None = None,
    ) -> None:
        """Hand a KeyboardInterrupt, SystemExit or error of the hub itself to `on_system_error`.

        gevent raises it in the main greenlet: here that runs the event loop, which must go on.
        """
        _, error, _ = self._normalize_exception(type, value, tb)
        self.on_system_error(error if isinstance(error, BaseException) else type())

    def _report_to_asyncio(self, error: BaseException) -> None:
        self.loop.report_to_asyncio(f"{type(error).__name__} in a gevent greenlet", error)

    # The end.

    def destroy(self, destroy_loop: bool | None = None) -> None:  # noqa: FBT001 - gevent's signature
        """Give the hub back, whoever waits on it: `uninstall_hub(hub, force=True)`."""
        if self.native is not None:
            self.native.destroy(destroy_loop)
            return
        from ._hub_install import uninstall_hub

        uninstall_hub(self, force=True)

    def continue_in_child(self) -> None:
        """Let a native hub take over in a forked child; greenlets of the parent stay there.

        The event loop cannot: parent and child would poll the same descriptors and read from
        the same pipe. Code that forked in a cell goes on, and waits as in a plain program.
        """
        if self.native is not None or self.loop is None:
            return
        fork_watchers = self.loop.abandon()
        _hub_local.set_hub(None)
        self.native = _hub_local.get_hub()
        self.loop = self.native.loop
        current = getcurrent()
        if current.parent is self:
            current.parent = self.native
        for watcher in fork_watchers:
            watcher.feed_turn()
            self.loop.run_callback(watcher.invoke)

    def kill_waiting(self) -> list[greenlet]:
        """Raise GreenletExit in everything that waits; returns what goes on all the same."""
        for _ in range(_KILL_ROUNDS):
            waiting = [found for found in self.waiting() if not isinstance(found, GreenTask)]
            if not waiting:
                break
            for found in waiting:
                self.loop.run_callback(found.throw, GreenletExit)
            self.enter()
        for green in list(self._parked):
            if green is not getcurrent():
                green.throw(GreenletExit)
        return [found for found in self.waiting() if not isinstance(found, GreenTask)]

    def shut_down(self) -> None:
        """Stop the resolver and the thread pool, take everything back from asyncio, and end."""
        if self.periodic_monitoring_thread is not None:
            self.periodic_monitoring_thread.kill()
            self.periodic_monitoring_thread = None
        if self._resolver is not None:
            self._resolver.close()
            self._resolver = None
        if self._threadpool is not None:
            # In the hub it does not wait for its threads; a wait could not be had here.
            self.loop.run_callback(self._threadpool.kill)
            self.enter()
            self._threadpool = None
        self.loop.close()
        self.loop = None
        self._idle_steppers.clear()
        if not self.dead and self.gr_frame is not None and not self._entries:
            self.parent = getcurrent()
            self.throw(GreenletExit)


def _switch_to(target: greenlet, error: BaseException | None, *values: Any) -> BaseException | None:
    """Switch to `target`, or raise `error` in it; returns an error that comes back instead."""
    try:
        if error is None:
            greenlet.switch(target, *values)
        else:
            greenlet.throw(target, error)
    except BaseException as raised:  # noqa: BLE001 - handed on to whom it belongs
        return raised
    return None


def greenlets_below(hub: Any) -> list[greenlet]:
    """List the living greenlets of `hub`: those that run or wait, and those about to start."""
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, greenlet)
        and found.parent is hub
        and not found.dead
        and (found or getattr(found, "started", True))
    ]


def _root_of(current: greenlet) -> greenlet:
    while current.parent is not None:
        current = current.parent
    return current
