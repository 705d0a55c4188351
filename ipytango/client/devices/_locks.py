"""Tango's own locks: a device that one client keeps for itself."""

from __future__ import annotations

import dataclasses

import tango

__all__ = ["DeviceLock", "lock_of"]


@dataclasses.dataclass(frozen=True)
class DeviceLock:
    """Who has locked a device for all others."""

    mine: bool
    """Whether it is this process."""

    process: str
    """Its number, or of a Java client the class."""

    host: str

    def __str__(self) -> str:
        if self.mine:
            return "locked by this kernel: nobody else can change it"
        return f"locked by process {self.process} on {self.host}: nobody else can change it"


def lock_of(device: str) -> DeviceLock | None:
    """Ask who has locked a device; None for nobody. Blocks; raises `tango.DevFailed`."""
    proxy = tango.DeviceProxy(device)
    info = tango.LockerInfo()
    if not proxy.get_locker(info):
        return None
    is_java = info.ll == tango.LockerLanguage.JAVA
    process = str(info.locker_class if is_java else info.li)
    return DeviceLock(proxy.is_locked_by_me(), process, str(info.locker_host))
