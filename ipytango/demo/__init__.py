"""A private Tango database with TangoTest, on loopback, for trying things out and for tests."""

from ipytango.processes import Process

from ._demo import Demo, demo
from ._servers import DeviceServer

__all__ = ["Demo", "DeviceServer", "Process", "demo"]
