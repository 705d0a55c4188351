"""Attributes by name: what stands for them, and which a device has."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Iterator

import tango

from ..errors import AttributeNameError
from ._attribute_names import device_and_name

__all__ = ["AttributePattern", "attribute_list", "attribute_names"]

_WILD = frozenset("*?[")


@dataclasses.dataclass(frozen=True)
class AttributePattern:
    """Some attributes of one device: ``sys/tg_test/1/double_*``."""

    device: str
    attribute: str
    """With wildcards as a shell has them; case does not matter."""

    @classmethod
    def of(cls, name: str) -> AttributePattern | None:
        """Take a name with wildcards; None where it has none. Raises `AttributeNameError`."""
        device, attribute = device_and_name(name)
        wild = not _WILD.isdisjoint(attribute)
        # A device may well be called "a?" or "[b]": of these only "*" is in no name.
        if "*" in device or (wild and not device):
            raise AttributeNameError(
                f"{name!r}: wildcards stand for attributes of one device, as in "
                "'sys/tg_test/1/*'; name each device."
            )
        return cls(device, attribute) if wild else None

    def name_of(self, attribute: str) -> str:
        """Return the full name of the device's attribute of that name."""
        device, mark, option = self.device.partition("#")
        return f"{device}/{attribute}{mark}{option}"

    def choose(self, attributes: Iterable[str]) -> tuple[str, ...]:
        """Return the full names of those that match, in order."""
        wanted = self.attribute.lower()
        return tuple(
            self.name_of(name) for name in attributes if fnmatch.fnmatchcase(name.lower(), wanted)
        )


def attribute_names(things: Iterable[object]) -> Iterator[str]:
    """Give the names, with or without wildcards, that `things` stand for.

    These are names, proxies (a `DeviceProxy` for all its attributes) and iterables of such things.
    Touches no network. Raises `AttributeNameError` for anything else.
    """
    for thing in things:
        if isinstance(thing, str):
            yield thing.strip()
        elif isinstance(thing, tango.DeviceProxy):
            yield AttributePattern(_device_name(thing), "*").name_of("*")
        elif isinstance(thing, tango.AttributeProxy):
            device = _device_name(thing.get_device_proxy())
            yield AttributePattern(device, "").name_of(thing.name())
        elif isinstance(thing, Iterable) and not isinstance(thing, bytes):
            yield from attribute_names(thing)
        else:
            raise AttributeNameError(
                f"{thing!r} is no attribute: give names such as 'sys/tg_test/1/ampli', "
                "DeviceProxy or AttributeProxy objects, or lists of them."
            )


def attribute_list(device: str) -> tuple[str, ...]:
    """Ask a device for the names of its attributes. Blocks; raises `tango.DevFailed`."""
    return tuple(tango.DeviceProxy(device).get_attribute_list())


def _device_name(proxy: tango.DeviceProxy) -> str:
    """Return the name by which any client reaches the same device."""
    name = str(proxy.dev_name())
    if not proxy.is_dbase_used():
        return f"tango://{proxy.get_dev_host()}:{proxy.get_dev_port()}/{name}#dbase=no"
    if proxy.get_from_env_var():
        return name  # of the database of $TANGO_HOST
    return f"tango://{proxy.get_db_host()}:{proxy.get_db_port()}/{name}"
