"""Proxies for those rooms that do not know PyTango."""

from __future__ import annotations

from typing import Any

import tango

__all__ = ["device_proxy"]


def device_proxy(name: str) -> Any:
    """Make a `DeviceProxy` in the green mode of the shell. Raises `DevFailed`."""
    return tango.DeviceProxy(name)
