"""Proxies for those rooms that do not know PyTango."""

from __future__ import annotations

from typing import Any

import tango

__all__ = ["device_answers", "device_proxy"]


def device_proxy(name: str) -> Any:
    """Make a `DeviceProxy` in the green mode of the shell. Raises `DevFailed`."""
    return tango.DeviceProxy(name)


def device_answers(name: str) -> bool:
    """Ask a device whether it is there; blocks.

    After a server has been restarted at its address, the first new proxy of a process meets the
    connection of before, and fails: asking until there is an answer clears that away.
    """
    try:
        tango.DeviceProxy(name, green_mode=tango.GreenMode.Synchronous).ping()
    except tango.DevFailed:
        return False
    return True
