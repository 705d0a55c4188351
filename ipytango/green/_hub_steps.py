"""Steps of asyncio tasks that the hub runs itself, so that whom it wakes goes on at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, cast

from greenlet import getcurrent, greenlet

from ._green_task import GreenTask

if TYPE_CHECKING:
    from ._hub import AsyncioHub

__all__ = ["Stepper", "Wake"]


class Wake(asyncio.Future[Any]):
    """What a green task awaits while it waits on the hub.

    When the hub sets or cancels it, the task goes on at once, as a greenlet would. (A Future
    would ask the event loop to let it go on in the next iteration.)
    """

    def __init__(self, hub: AsyncioHub) -> None:
        super().__init__(loop=hub.aio)
        self.green = cast(GreenTask[Any], getcurrent())
        self._hub = hub
        self._step: Callable[[Any], object] | None = None
        self._step_context: Context | None = None

    def add_done_callback(
        self, step: Callable[[Any], object], *, context: Context | None = None
    ) -> None:
        """Keep the one callback that there is: the step of the task that awaits this."""
        self._step, self._step_context = step, context or Context()

    def remove_done_callback(self, _step: Callable[[Any], object]) -> int:
        """Forget it."""
        removed = self._step is not None
        self._step = None
        return int(removed)

    def set_result(self, result: Any) -> None:
        """Wake the green task."""
        super().set_result(result)
        self._go_on()

    def cancel(self, msg: Any | None = None) -> bool:
        """Wake the green task with a CancelledError."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._go_on()
        return cancelled

    def _go_on(self) -> None:
        step, context, self._step = self._step, self._step_context, None
        if step is None or context is None:
            return
        if self._hub.may_resume_task():
            self._hub.resume_task(step, self, context)
        else:
            self.get_loop().call_soon(step, self, context=context)


class Stepper(greenlet):
    """A greenlet that runs steps of asyncio tasks for the hub.

    Not the hub itself, so that a nested event loop in such a step can enter the hub again; and
    not a child of the hub, because the task's own code in it cannot wait.
    """

    def __init__(self, hub: AsyncioHub) -> None:
        super().__init__(parent=hub.parent)
        self.busy = False
        self._hub = hub

    def run(self, *job: Any) -> None:
        hub = self._hub
        while job:
            step, wake, context = job
            try:
                context.run(step, wake)
            except (KeyboardInterrupt, SystemExit) as error:
                # asyncio raises these out of the loop; so they get there.
                hub.aio.call_soon(_raise, error)
            self.busy = False
            hub.steps_ended(self)
            job = greenlet.switch(hub)


def _raise(error: BaseException) -> None:
    raise error
