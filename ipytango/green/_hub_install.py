"""Giving a thread its hub on the asyncio loop, and taking it away again."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from gevent import _hub_local
from greenlet import getcurrent

from ..errors import HubError
from ._hub import AsyncioHub, greenlets_below
from ._native import get_ident

__all__ = ["install_hub", "uninstall_hub"]


def install_hub(loop: asyncio.AbstractEventLoop) -> AsyncioHub:
    """Give the current thread a gevent hub on `loop`, the event loop that runs in it.

    The thread's former hub is kept for `uninstall_hub`; gevent objects that were made with it
    go on working, on the new one. Raises `HubError` when it is still in use.
    """
    _check_loop(loop)
    former = _hub_local.get_hub_if_exists()
    if isinstance(former, AsyncioHub):
        raise HubError(
            f"install_hub() was called in a thread that already has {former!r}. "
            "Call uninstall_hub() with it first."
        )
    if former is not None:
        _refuse_in_use(former)
    hub = AsyncioHub(loop)
    hub.replaced = former
    if former is not None:
        _divert(former, hub)
    _hub_local.set_hub(hub)
    hub.enter()  # so that it runs: an error thrown through a greenlet that never ran would end it
    return hub


def uninstall_hub(hub: AsyncioHub, *, force: bool = False) -> None:
    """Take `hub` off the event loop and give the thread its former hub back.

    Raises `HubError` while greenlets wait on it, unless `force`: they are then killed.
    """
    if _hub_local.get_hub_if_exists() is not hub:
        raise HubError(
            f"uninstall_hub() was called with {hub!r}, which is not the hub of this thread. "
            "Call it once, in the thread that called install_hub()."
        )
    if hub is getcurrent() or hub.stands_below(getcurrent()):
        raise HubError(
            "uninstall_hub() was called by a greenlet of the hub itself, which would end with it. "
            "Call it from a cell or from a callback of the event loop."
        )
    waiting = hub.waiting()
    if waiting and not force:
        raise HubError(
            f"uninstall_hub() was called while {len(waiting)} greenlets wait on the hub "
            f"(the first is {waiting[0]!r}). End them first, or kill them with force=True."
        )
    if waiting:
        stubborn = hub.kill_waiting()
        if stubborn:
            raise HubError(
                f"uninstall_hub(force=True): {len(stubborn)} greenlets caught GreenletExit and "
                f"go on waiting (the first is {stubborn[0]!r}). Let them end, then try again."
            )
    hub.shut_down()
    if hub.replaced is not None:
        _undivert(hub.replaced)
    _hub_local.set_hub(hub.replaced)


def _check_loop(loop: asyncio.AbstractEventLoop) -> None:
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is not loop:
        raise HubError(
            f"install_hub({loop!r}) was called in a thread (ident {get_ident()}) where "
            f"{'no event loop' if running is None else repr(running)} runs. "
            "Call it from code that the loop runs."
        )


def _refuse_in_use(former: Any) -> None:
    greenlets = greenlets_below(former)
    loop = former.loop
    active = 0 if loop is None else loop.activecnt
    if not greenlets and active <= 0:
        return
    first = f" (the first is {greenlets[0]!r})" if greenlets else ""
    raise HubError(
        f"install_hub() found that this thread's gevent hub is in use: {len(greenlets)} "
        f"greenlets{first} and {max(active, 0)} active watchers or callbacks. "
        "Let them end, for example with gevent.wait(), then try again."
    )


def _divert(former: Any, hub: AsyncioHub) -> None:
    """Let locks, events and queues that keep `former` for life wait on `hub` meanwhile."""
    former.native_loop, former.loop = former.loop, hub.loop
    former.switch = hub.switch


def _undivert(former: Any) -> None:
    former.loop = former.native_loop
    del former.native_loop, former.switch


def _continue_in_child() -> None:
    hub = _hub_local.get_hub_if_exists()
    if isinstance(hub, AsyncioHub):
        hub.continue_in_child()


os.register_at_fork(after_in_child=_continue_in_child)
