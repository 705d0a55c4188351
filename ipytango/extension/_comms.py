"""Widgets that stay in sync while a cell waits: their messages go past the cell, each in full.

A front end sends what a person does to a widget as a comm message, and holds the widget's next
one back until the kernel is idle again after it. ipykernel 6, and 7 for what comes to its main
shell, handle the message after the running cell. 7.4 handles it meanwhile, but says neither busy
nor idle for it: the widget never sends again. So the messages that come while the main shell is
occupied are handled here. The loop sees them when what occupies it waits.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
import types
import weakref
from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, TypeAlias

from ..green import Patches

__all__ = ["handle_comms_beside_cells"]

_COMM_MESSAGES = frozenset({"comm_open", "comm_msg", "comm_close"})

# A request that what is printed, shown and sent belongs to: its sender, and its message.
_Parent: TypeAlias = tuple[Any, dict[str, Any]]


def handle_comms_beside_cells(patches: Patches, kernel: Any) -> str | None:
    """Handle comm messages while a cell waits; gives a note where the kernel has no way to."""
    stream = _stream_of_main_shell(kernel)
    if stream is None:
        return "widgets wait for the end of a cell: this kind of kernel lets nothing past it"
    patches.on_undo(_Entrance(kernel, stream).close)
    return None


def _stream_of_main_shell(kernel: Any) -> Any:
    """Return the ZMQ stream by which messages come to the main thread, or None."""
    shell_channel_thread = getattr(kernel, "shell_channel_thread", None)
    if shell_channel_thread is None:  # ipykernel 6, or 7 without subshells
        stream = getattr(kernel, "shell_stream", None)
    else:
        pair = getattr(shell_channel_thread.manager, "_shell_channel_to_main", None)
        stream = getattr(pair, "to_stream", None)
    return stream if callable(getattr(stream, "_recv_callback", None)) else None


class _Entrance:
    """Stands where messages come to the main shell, and knows whether it is occupied."""

    def __init__(self, kernel: Any, stream: Any) -> None:
        self._kernel = kernel
        self._stream = stream
        self._found = stream._recv_callback
        self._on_their_way = 0
        # ipykernel 6 has one task for all cells: there the cell that loads ipytango is not seen.
        has_queue = hasattr(kernel, "schedule_dispatch")
        self._loading = None if has_queue else _current_task()
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        stream.on_recv(self._receive, copy=False)

    def close(self) -> None:
        """Let the messages come to the kernel itself, as before."""
        self._stream.on_recv(self._found, copy=False)

    @property
    def _occupied(self) -> bool:
        return self._on_their_way > 0 or (self._loading is not None and not self._loading.done())

    def _receive(self, frames: list[Any]) -> Awaitable[None] | None:
        if self._occupied and self._kind_of(frames) in _COMM_MESSAGES:
            # Callbacks see the context variables that cells have set, as they do between cells.
            context = getattr(self._kernel, "_shell_context", None) or contextvars.copy_context()
            return context.run(asyncio.ensure_future, self._handle_beside(frames))
        self._on_their_way += 1
        if hasattr(self._kernel, "schedule_dispatch"):  # ipykernel 6: one after the other
            self._kernel.schedule_dispatch(self._count, self._kernel.dispatch_shell, frames)
            return None
        return self._count(self._found, frames)

    async def _count(self, dispatch: Any, frames: list[Any]) -> None:
        try:
            await dispatch(frames)
        finally:
            self._on_their_way -= 1

    def _kind_of(self, frames: list[Any]) -> str:
        """Look at a message without taking it; gives nothing for what the kernel will refuse."""
        session = self._kernel.session
        try:
            _, parts = session.feed_identities(frames, copy=False)
            return str(session.deserialize(parts, content=False, copy=False)["msg_type"])
        except (IndexError, KeyError, TypeError, ValueError):
            return ""

    async def _handle_beside(self, frames: list[Any]) -> None:
        kernel = self._kernel
        sender, parts = kernel.session.feed_identities(frames, copy=False)
        message = kernel.session.deserialize(parts, content=True, copy=False)
        comm_id = message["content"].get("comm_id", "")
        # One after the other for each widget, whatever its callbacks wait for.
        turn = self._turns.setdefault(comm_id, asyncio.Lock())
        async with turn:
            kernel._publish_status("busy", "shell", parent=message)
            try:
                await _under(kernel, (sender, message), self._call_handler(sender, message))
            finally:
                kernel._publish_status("idle", "shell", parent=message)
            if self._occupied:  # what front ends show is the status that came last
                _, occupant = _parent_of(kernel)
                kernel._publish_status("busy", "shell", parent=occupant)

    async def _call_handler(self, sender: Any, message: dict[str, Any]) -> None:
        kernel = self._kernel
        try:
            outcome = kernel.shell_handlers[message["msg_type"]](
                kernel.shell_stream, sender, message
            )
            if outcome is not None:
                await outcome
        except (Exception, KeyboardInterrupt):
            kernel.log.exception("A message to a widget could not be handled:")
        sys.stdout.flush()
        sys.stderr.flush()


@types.coroutine
def _under(
    kernel: Any, parent: _Parent, coroutine: Coroutine[Any, Any, None]
) -> Generator[Any, Any, None]:
    """Await the coroutine under a parent of its own, which is the kernel's only while it runs.

    ipykernel 6 has one parent for all, and 7 one for all threads that know none.
    """
    steps = coroutine.__await__()
    step, value = steps.send, None
    while True:
        found = _parent_of(kernel)
        kernel.set_parent(*parent)
        try:
            pending = step(value)
        except StopIteration:
            return
        finally:
            kernel.set_parent(*found)
        try:
            step, value = steps.send, (yield pending)
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, not ours
            step, value = steps.throw, error


def _parent_of(kernel: Any) -> _Parent:
    """Return the parent that was set last: that of what occupies the main shell."""
    context = getattr(kernel, "_shell_context", None) or contextvars.copy_context()
    return context.run(lambda: (kernel._parent_ident["shell"], kernel.get_parent("shell")))


def _current_task() -> asyncio.Task[Any] | None:
    return asyncio.current_task() if asyncio._get_running_loop() else None
