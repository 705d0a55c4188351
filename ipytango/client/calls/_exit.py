"""The end of the interpreter while threads are in Tango.

A thread that comes back from Tango, or a callback that Tango makes, when the interpreter has begun
to end is thrown out by Python (up to 3.13); that goes through Tango's C++ frames, which takes the
whole process down: "terminate called without an active exception". So what has threads in Tango
has them leave first, and waits: `patience_s`. For those that will not come in time, as their
device hangs, there is `let_threads_stand_still`.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import time

__all__ = ["let_threads_stand_still", "patience_s"]

EXIT_S = 3.5
"""How long the end of the interpreter waits in all: a little more than Tango's usual time-out."""


def patience_s() -> float:
    """Say for how many seconds the end of the interpreter can still be kept waiting."""
    return max(0.0, _deadline_s() - time.monotonic())


@functools.cache
def _deadline_s() -> float:
    # Of the whole process, from when it is first asked for: there may be many who wait in turn.
    return time.monotonic() + EXIT_S


@functools.cache
def let_threads_stand_still() -> None:
    """Have threads that come back from Tango too late stop where they are, until the process ends.

    Python 3.14 does so by itself. The process then ends without the destructors of the C++
    libraries, which would wait for calls that are still in flight.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    try:
        set_terminate = ctypes.CDLL("libstdc++.so.6")["_ZSt13set_terminatePFvvE"]
        on_exit = libc["on_exit"]  # glibc's: unlike `atexit` it hands on the exit status
    except (AttributeError, OSError):
        return  # another C library: as it was
    set_terminate(libc["pause"])
    libc["fflush"](None)
    on_exit(libc["_exit"], None)
