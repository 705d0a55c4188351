"""What Tango knows of one thing, in full, and of many, as lists."""

from ._about import KINDS, About, Part, Rows
from ._inventory import Inventory
from ._itango import (
    TangoClass,
    alias_map,
    class_map,
    device_map,
    names_in_any_case,
    open_database,
    server_map,
    tango_names,
)
from ._listed import (
    LISTED,
    ListedAlias,
    ListedClass,
    ListedDevice,
    ListedHost,
    ListedRow,
    ListedServer,
    Listing,
)
from ._listing import all_devices, list_from, matcher_of_glob, matcher_of_regex

__all__ = [
    "KINDS",
    "LISTED",
    "About",
    "Inventory",
    "ListedAlias",
    "ListedClass",
    "ListedDevice",
    "ListedHost",
    "ListedRow",
    "ListedServer",
    "Listing",
    "Part",
    "Rows",
    "TangoClass",
    "alias_map",
    "all_devices",
    "class_map",
    "device_map",
    "list_from",
    "matcher_of_glob",
    "matcher_of_regex",
    "names_in_any_case",
    "open_database",
    "server_map",
    "tango_names",
]
