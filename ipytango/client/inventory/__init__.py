"""What Tango knows of one thing, in full, and of many, as lists."""

from ._about import KINDS, About, Part, Rows
from ._inventory import Inventory
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
    "all_devices",
    "list_from",
    "matcher_of_glob",
    "matcher_of_regex",
]
