"""PyTango in the shell: modes, executors, proxies, calls. Only this room imports `tango`."""

from ._calls import Call
from ._futures import CallFuture, CallResult, ThreadFuture
from ._limits import Limits
from ._modes import MODES, Client, ClientStatus, mode_from_environment, mode_named
from ._pending import Pending, PendingFacts
from ._pending_kinds import PENDING_TYPES, pending_of
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
from ._requests import Request

__all__ = [
    "MODES",
    "PENDING_TYPES",
    "AttributeFacts",
    "Call",
    "CallFuture",
    "CallPool",
    "CallResult",
    "Client",
    "ClientStatus",
    "Failure",
    "FailureLevel",
    "LaneCount",
    "Limits",
    "Pending",
    "PendingFacts",
    "PoolSnapshot",
    "Reading",
    "Request",
    "ThreadFuture",
    "facts_of",
    "failure_of",
    "mode_from_environment",
    "mode_named",
    "pending_of",
    "reading_of",
]
