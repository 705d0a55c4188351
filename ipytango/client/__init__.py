"""PyTango in the shell: modes, executors, proxies, calls. Only this room imports `tango`."""

from ._calls import Call
from ._futures import CallFuture, ThreadFuture
from ._limits import Limits
from ._modes import MODES, Client, ClientStatus, mode_from_environment, mode_named
from ._pool import CallPool, LaneCount, PoolSnapshot
from ._readings import (
    AttributeFacts,
    Failure,
    FailureLevel,
    Reading,
    facts_of,
    failure_of,
    reading_of,
)

__all__ = [
    "MODES",
    "AttributeFacts",
    "Call",
    "CallFuture",
    "CallPool",
    "Client",
    "ClientStatus",
    "Failure",
    "FailureLevel",
    "LaneCount",
    "Limits",
    "PoolSnapshot",
    "Reading",
    "ThreadFuture",
    "facts_of",
    "failure_of",
    "mode_from_environment",
    "mode_named",
    "reading_of",
]
