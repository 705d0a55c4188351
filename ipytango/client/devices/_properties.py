"""The properties of a device and of its class: what is set, and what its server says it takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import tango

__all__ = ["DefinedProperty", "DeviceProperties", "PropertyLines", "properties_of"]

PropertyLines = tuple[tuple[str, tuple[str, ...]], ...]
"""Names, in their order, with the lines of each."""

_NO_DEFAULT = "Not specified"


@dataclasses.dataclass(frozen=True)
class DefinedProperty:
    """A property that a server says it takes, set or not."""

    name: str
    description: str
    default: tuple[str, ...]
    """What holds where nothing is set; empty where the server does not say."""


@dataclasses.dataclass(frozen=True)
class DeviceProperties:
    """What is kept for a device, and for all devices of its class."""

    class_name: str
    own: PropertyLines
    of_class: PropertyLines
    own_defined: tuple[DefinedProperty, ...]
    class_defined: tuple[DefinedProperty, ...]


def properties_of(proxy: tango.DeviceProxy) -> DeviceProperties:
    """Ask database and server for the properties of a device and of its class.

    Blocks; raises `tango.DevFailed`, and `TypeError` for a device without a database.
    """
    class_name = str(proxy.info().dev_class)
    own = _lines(list(proxy.get_property_list("*")), proxy.get_property)
    database = proxy.get_device_db()
    of_class = _lines(
        list(database.get_class_property_list(class_name)),
        lambda names: database.get_class_property(class_name, names),
    )
    own_defined, class_defined = (
        _defined(proxy, f"QueryWizard{kind}Property", class_name) for kind in ("Dev", "Class")
    )
    return DeviceProperties(class_name, own, of_class, own_defined, class_defined)


def _lines(
    names: list[str], values_of: Callable[[list[str]], Mapping[str, Sequence[str]]]
) -> PropertyLines:
    values = values_of(names) if names else {}
    return tuple((str(name), tuple(map(str, values[name]))) for name in sorted(values))


def _defined(
    proxy: tango.DeviceProxy, question: str, class_name: str
) -> tuple[DefinedProperty, ...]:
    """Ask the server's own device what its class is written for."""
    try:
        answer = tango.DeviceProxy(proxy.adm_name()).command_inout(question, class_name)
    except tango.DevFailed:
        return ()  # what is set is known all the same, and old servers cannot say more
    words = iter(map(str, answer))
    return tuple(
        DefinedProperty(name, description, _lines_of(default))
        for name, description, default in zip(words, words, words, strict=False)
    )


def _lines_of(default: str) -> tuple[str, ...]:
    return () if default in ("", _NO_DEFAULT) else tuple(default.split("\n"))
