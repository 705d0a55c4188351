"""The names of devices, as Tango and people write them."""

from __future__ import annotations

import dataclasses
import os

import tango

from ...errors import AttributeNameError, DeviceNameError
from .._attribute_names import AttributeName
from ..snapshots import device_name_of, plain_name

__all__ = ["DeviceName"]


@dataclasses.dataclass(frozen=True)
class DeviceName:
    """The name of one device."""

    full: str
    """What a proxy is made of; names the database wherever that is known."""

    @classmethod
    def of(cls, thing: object) -> DeviceName:
        """Take a name, an alias, or a `DeviceProxy`; asks nobody. Raises `DeviceNameError`."""
        if isinstance(thing, tango.DeviceProxy):
            return cls(device_name_of(thing))
        if not isinstance(thing, str):
            raise DeviceNameError(
                f"{thing!r} is no device: give a name such as 'sys/tg_test/1' or a DeviceProxy."
            )
        path, mark, option = thing.strip().partition("#")
        try:
            return cls(AttributeName.parse(f"{path}/State{mark}{option}").device)
        except AttributeNameError:
            raise DeviceNameError(
                f"{thing!r} is no device's name. A device is written domain/family/member, or by "
                "its alias, each with its database's tango://host:port/ before it where that is "
                "another."
            ) from None

    @property
    def plain(self) -> str:
        """The part that a person reads."""
        return plain_name(self.full)

    @property
    def source(self) -> str:
        """The name as code writes it: short where ``TANGO_HOST`` says which database is meant."""
        ours = os.environ.get("TANGO_HOST", "").strip()
        return self.plain if ours and self.full == f"tango://{ours}/{self.plain}" else self.full

    @property
    def has_database(self) -> bool:
        """Whether a database is asked for the device."""
        return not self.full.lower().endswith("#dbase=no")

    def attribute(self, name: str) -> str:
        """Return the full name of one of its attributes."""
        path, mark, option = self.full.partition("#")
        return f"{path}/{name}{mark}{option}"
