"""Device servers from a notebook, and attributes over TCP: what others can connect to."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._code import Code
    from ._server import Server
    from ._servers import Servers
    from ._service import Plan
    from ._tcp import AttributeTcpServer

__all__ = ["AttributeTcpServer", "Code", "Plan", "Server", "Servers"]

_HOMES = {
    "AttributeTcpServer": "_tcp",
    "Code": "_code",
    "Plan": "_service",
    "Server": "_server",
    "Servers": "_servers",
}


def __getattr__(name: str) -> Any:
    # On first use: the command line serves attributes without the widgets of device servers.
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
