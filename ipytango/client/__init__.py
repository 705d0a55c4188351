"""PyTango in the shell: modes, executors, proxies, calls. Only this room imports `tango`."""

from ._calls import Call
from ._futures import CallFuture, ThreadFuture
from ._limits import Limits
from ._modes import MODES, Client, ClientStatus, mode_from_environment, mode_named
from ._pool import CallPool, LaneCount, PoolSnapshot

__all__ = [
    "MODES",
    "Call",
    "CallFuture",
    "CallPool",
    "Client",
    "ClientStatus",
    "LaneCount",
    "Limits",
    "PoolSnapshot",
    "ThreadFuture",
    "mode_from_environment",
    "mode_named",
]
