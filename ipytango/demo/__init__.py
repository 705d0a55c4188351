"""A private Tango database with TangoTest, on loopback, for trying things out and for tests."""

from ._demo import Demo, demo
from ._processes import Process
from ._servers import DeviceServer

__all__ = ["Demo", "DeviceServer", "Process", "demo"]
