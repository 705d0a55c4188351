"""What a Tango database knows: asked lazily, level by level, kept, never waited for on the loop."""

from ._answers import Answer
from ._catalogue import Catalogue
from ._catalogues import Catalogues
from ._completions import Completions, NameKind
from ._interfaces import Interface, Interfaces
from ._members import Members, is_device, keep_completion_off_devices, name_wanted_by
from ._places import DevicePlace, hosts_in
from ._questions import Names, Put, Question, is_unreachable, known
from ._rows import DeviceRow, ServedDevice, ServerRow

__all__ = [
    "Answer",
    "Catalogue",
    "Catalogues",
    "Completions",
    "DevicePlace",
    "DeviceRow",
    "Interface",
    "Interfaces",
    "Members",
    "NameKind",
    "Names",
    "Put",
    "Question",
    "ServedDevice",
    "ServerRow",
    "hosts_in",
    "is_device",
    "is_unreachable",
    "keep_completion_off_devices",
    "known",
    "name_wanted_by",
]
