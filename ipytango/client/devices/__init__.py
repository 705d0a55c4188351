"""One device: what it offers, how it is set up, and what can be done to it."""

from ._actions import (
    Action,
    carry_out,
    class_property_action,
    command_action,
    delete_class_property_action,
    delete_property_action,
    plot_action,
    plot_line,
    polling_action,
    property_action,
    read_line,
    setting_action,
    write_action,
)
from ._interface import DeviceInterface, interface_of
from ._locks import DeviceLock, lock_of
from ._names import DeviceName
from ._properties import DefinedProperty, DeviceProperties, PropertyLines
from ._settings import ATTRIBUTE_SETTINGS, AttributeSettings, DeviceSettings, settings_of

__all__ = [
    "ATTRIBUTE_SETTINGS",
    "Action",
    "AttributeSettings",
    "DefinedProperty",
    "DeviceInterface",
    "DeviceLock",
    "DeviceName",
    "DeviceProperties",
    "DeviceSettings",
    "PropertyLines",
    "carry_out",
    "class_property_action",
    "command_action",
    "delete_class_property_action",
    "delete_property_action",
    "interface_of",
    "lock_of",
    "plot_action",
    "plot_line",
    "polling_action",
    "property_action",
    "read_line",
    "setting_action",
    "settings_of",
    "write_action",
]
