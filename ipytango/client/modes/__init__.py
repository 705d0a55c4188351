"""The green modes: what each returns for a call, and how proxies come to it."""

from ._futures import CallFuture, CallResult, ThreadFuture
from ._modes import MODES, Client, ClientStatus, mode_from_environment, mode_named

__all__ = [
    "MODES",
    "CallFuture",
    "CallResult",
    "Client",
    "ClientStatus",
    "ThreadFuture",
    "mode_from_environment",
    "mode_named",
]
