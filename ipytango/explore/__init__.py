"""The device explorer: what there is in a Tango database, and the way to each device."""

from ._explorer import Explorer
from ._ways import WAYS

__all__ = ["WAYS", "Explorer"]
