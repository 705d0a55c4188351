"""How a Tango call runs on a worker thread: lanes, limits, and where a call is made from."""

from ._calls import Call
from ._dispatch import CallTimedOut, Dispatch, Report
from ._exit import patience_s
from ._limits import Limits
from ._pool import CallPool, LaneCount, PoolSnapshot

__all__ = [
    "Call",
    "CallPool",
    "CallTimedOut",
    "Dispatch",
    "LaneCount",
    "Limits",
    "PoolSnapshot",
    "Report",
    "patience_s",
]
