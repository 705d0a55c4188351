"""The base of the hub's watchers, and the callbacks that it owes.

A watcher is *active* between start and stop, and *pending* from the event to its callback. What
happened is fed to it on the event loop; its callback runs in the hub, in the order of priority,
and in a copy of the context of the code that started it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from gevent._interfaces import ICallback
from greenlet import greenlet
from zope.interface import implementer  # type: ignore[import-untyped]  # it ships no types

if TYPE_CHECKING:
    import types

    from ._hub_loop import AsyncioLoop

__all__ = ["Callback", "Watcher", "lend_context"]


def lend_context(callback: Callable[..., Any], context: Context) -> None:
    """Let a greenlet that `callback` is about to start run in a copy of its spawner's context.

    gevent starts greenlets in an empty context; what a greenlet prints then belongs to no cell.
    """
    started = getattr(callback, "__self__", None)
    if not isinstance(started, greenlet) or greenlet.__bool__(started):
        return  # the base class's answer: gevent calls a greenlet true that is only scheduled
    if started.gr_context is None:
        started.gr_context = context.copy()


@implementer(ICallback)
class Callback:
    """A call that the hub owes (`gevent._interfaces.ICallback`); true until it was made."""

    __slots__ = ("args", "callback", "context")

    def __init__(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.callback: Callable[..., Any] | None = callback
        self.args: tuple[Any, ...] | None = args
        self.context = copy_context()

    def stop(self) -> None:
        """Drop the call."""
        self.callback = None
        self.args = None

    close = stop

    def __bool__(self) -> bool:
        return self.args is not None

    @property
    def pending(self) -> bool:
        """Whether the call has still to begin."""
        return self.callback is not None

    def _format(self) -> str:
        return ""

    def __repr__(self) -> str:
        state = "stopped" if self.args is None else f"callback={self.callback!r} args={self.args!r}"
        return f"<{type(self).__name__} at {id(self):#x} {state}>"


class Watcher:
    """What all watchers have; the kinds say how they arm, disarm and re-arm."""

    def __init__(
        self,
        loop: AsyncioLoop,
        ref: bool = True,  # noqa: FBT001, FBT002 - gevent's signature
        priority: int | None = None,
    ) -> None:
        self.loop = loop
        self._ref = bool(ref)
        self._priority = priority or 0
        self._callback: Callable[..., Any] | None = None
        self._args: tuple[Any, ...] | None = None
        self._context: Context | None = None
        self._active = False
        self._pending = False

    @property
    def callback(self) -> Callable[..., Any] | None:
        """What is called on an event; None when stopped."""
        return self._callback

    @callback.setter
    def callback(self, callback: Callable[..., Any] | None) -> None:
        if callback is not None and not callable(callback):
            raise TypeError(f"Expected callable, not {callback!r}")
        self._callback = callback

    @property
    def args(self) -> tuple[Any, ...] | None:
        """The callback's arguments."""
        return self._args

    @args.setter
    def args(self, args: tuple[Any, ...] | None) -> None:
        if args is not None and not isinstance(args, tuple):
            raise TypeError(f"args must be a tuple or None, not {args!r}")
        self._args = args

    @property
    def active(self) -> bool:
        """Whether an event would be noticed."""
        return self._active

    @property
    def pending(self) -> bool:
        """Whether an event happened and the callback has still to begin."""
        return self._pending

    @property
    def ref(self) -> bool:
        """Whether the active watcher counts as something that the hub has to do."""
        return self._ref

    @ref.setter
    def ref(self, ref: bool) -> None:
        if self._active and bool(ref) != self._ref:
            if ref:
                self.loop.ref()
            else:
                self.loop.unref()
        self._ref = bool(ref)

    @property
    def priority(self) -> int:
        """Of what is pending at the same time, the highest priority is called first."""
        return self._priority

    @priority.setter
    def priority(self, priority: int) -> None:
        self._refuse_while_active("priority")
        self._priority = priority

    def start(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call `callback(*args)` in the hub on each event from now on."""
        self._prepare_call(callback, args)
        if not self._active:
            self._activate()

    def stop(self) -> None:
        """Forget the callback and notice no more events."""
        self._callback = self._args = self._context = None
        self._pending = False
        self._deactivate()

    def close(self) -> None:
        """Stop for good."""
        self.stop()

    def feed(self, _revents: int, callback: Callable[..., Any], *args: Any) -> None:
        """Call `callback(*args)` in the hub soon, as if an event had happened."""
        self._prepare_call(callback, args)
        self._feed()
        self.loop.wake_soon()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._callback is None:
            state = " stopped"
        else:
            owner = getattr(self._callback, "__self__", None)
            callback = "a method of its own" if owner is self else repr(self._callback)
            state = f" callback={callback} args=({len(self._args or ())})"
        pending = " pending" if self.pending else ""
        return f"<{type(self).__name__} at {id(self):#x}{self._format()}{pending}{state}>"

    def invoke(self) -> None:
        """Make the call that is pending. Only in the hub."""
        if not self._pending:
            return
        self._pending = False
        callback, args, context = self._callback, self._call_args(), self._context
        if callback is None or context is None:
            return
        try:
            context.run(callback, *args)
        except BaseException:  # noqa: BLE001 - handed to the hub, which knows what each kind means
            self.loop.report(context, self, *sys.exc_info())
            self._after_error()
        if not self._active and not self._pending:
            self.stop()

    def _call_args(self) -> tuple[Any, ...]:
        return self._args or ()

    def _after_error(self) -> None:
        pass

    def _format(self) -> str:
        return ""

    def _prepare_call(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if callback is None:
            raise TypeError("callback must be callable, not None")
        self.callback = callback
        self._args = args
        self._context = copy_context()
        lend_context(callback, self._context)

    def _refuse_while_active(self, what: str) -> None:
        if self._active:
            raise AttributeError(
                f"{what} of {self!r} was set while it is active; call its stop() first."
            )

    def _activate(self) -> None:
        self.loop.refuse_when_closed()
        self._arm()
        self._active = True
        if self._ref:
            self.loop.ref()

    def _deactivate(self) -> None:
        if not self._active:
            return
        self._active = False
        self._disarm()
        if self._ref:
            self.loop.unref()

    def _feed(self) -> None:
        """Note an event of an active watcher."""
        if not self._pending:
            self._pending = True
            self.loop.pend(self)

    def _arm(self) -> None:
        raise NotImplementedError

    def _disarm(self) -> None:
        raise NotImplementedError
