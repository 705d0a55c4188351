"""The panel of one device: what it says, what it can do, and the lock before all writing."""

from ._opener import DeviceOpener
from ._panel import DevicePanel

__all__ = ["DeviceOpener", "DevicePanel"]
