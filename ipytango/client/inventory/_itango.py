"""What ITango calls by its own names: PyTango's, classes that make proxies, maps of a database."""

from __future__ import annotations

from typing import Any

import tango
from tango.utils import CaselessList

from ...errors import CatalogueError
from .._databases import database_at
from .._readings import failure_of
from ..catalogue import Catalogue
from ._listing import all_devices
from ._survey import survey

__all__ = [
    "TangoClass",
    "alias_map",
    "class_map",
    "device_map",
    "names_in_any_case",
    "open_database",
    "server_map",
    "tango_names",
]


def tango_names() -> dict[str, Any]:
    """Return PyTango's own by the names that ITango gives them."""
    return {
        "Attribute": tango.AttributeProxy,
        "AttributeProxy": tango.AttributeProxy,
        "Database": tango.Database,
        "Device": tango.DeviceProxy,
        "DeviceProxy": tango.DeviceProxy,
        "Group": tango.Group,
        "tango": tango,
    }


class TangoClass:
    """A class of devices by its name: ``TangoTest("sys/tg_test/1")`` makes a proxy."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f'<Tango class {self.name}: {self.name}("domain/family/member") makes a DeviceProxy>'

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make a `tango.DeviceProxy` with these arguments."""
        return tango.DeviceProxy(*args, **kwargs)


def device_map(catalogue: Catalogue) -> dict[str, tuple[str, str, str, None]]:
    """Return alias, server, class and None by device. Raises `CatalogueError`.

    The None is for ITango's scripts that take four apart; a proxy is made by `Device`.
    """
    return survey(catalogue).facts_by_device.copy()


def server_map(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return the names of devices by server. Raises `CatalogueError`."""
    return _copied(survey(catalogue).names_by_server)


def class_map(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return the names of devices by class. Raises `CatalogueError`."""
    return _copied(survey(catalogue).names_by_class)


def alias_map(catalogue: Catalogue) -> dict[str, str]:
    """Return the names of devices by alias. Raises `CatalogueError`."""
    return {device.alias: device.name for device in all_devices(catalogue) if device.alias}


def names_in_any_case(names: list[str]) -> Any:
    """Return a list in which ``in`` and `index` take names in any case."""
    return CaselessList(names)


def open_database(host: str) -> tango.Database:
    """Return a `tango.Database` of ``host:port``. Blocks; raises `CatalogueError`."""
    try:
        return database_at(host)
    except tango.DevFailed as error:
        raise CatalogueError(
            f"`db` is the Tango database {host}, which cannot be reached "
            f"({failure_of(error).reason}); %tango_db host:port chooses another."
        ) from error


def _copied(groups: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: names.copy() for name, names in groups.items()}
