"""The hub's own thread, so that what is live goes on while a cell blocks the kernel's main one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from ...green import allocate_lock, get_ident, start_new_thread

__all__ = ["Bell", "HubThread"]


class Bell:
    """Wakes one thread that waits; rung any number of times before, it wakes once."""

    def __init__(self) -> None:
        self._gate = allocate_lock()
        self._gate.acquire()

    def ring(self) -> None:
        """Wake the thread, or have its next wait end at once. Any thread."""
        try:
            self._gate.release()
        except RuntimeError:
            return  # it has been rung, and nobody has waited since

    def wait(self, timeout_s: float | None) -> None:
        """Wait to be woken."""
        self._gate.acquire(True, -1 if timeout_s is None else max(0.0, timeout_s))


class HubThread:
    """A real thread, also where gevent has exchanged `threading`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._ended = allocate_lock()
        self._ended.acquire()
        self._ident = 0
        monkey = sys.modules.get("gevent.monkey")
        if monkey is not None and monkey.is_module_patched("threading"):
            start_new_thread(self._run, ())
        else:
            threading.Thread(target=self._run, name="ipytango-hub", daemon=True).start()

    def join(self, timeout_s: float) -> bool:
        """Wait until it has ended; returns whether it has. Called by itself it does not wait."""
        if get_ident() == self._ident:
            return False
        if not self._ended.acquire(True, timeout_s):
            return False
        self._ended.release()
        return True

    def _run(self) -> None:
        self._ident = get_ident()
        try:
            self._work()
        finally:
            self._ended.release()
