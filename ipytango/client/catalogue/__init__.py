"""What a Tango database knows: asked lazily, level by level, kept, never waited for on the loop."""

from ._answers import Answer
from ._catalogue import Catalogue
from ._catalogues import Catalogues
from ._places import DevicePlace, hosts_in
from ._questions import Names, Question
from ._rows import DeviceRow, ServedDevice, ServerRow

__all__ = [
    "Answer",
    "Catalogue",
    "Catalogues",
    "DevicePlace",
    "DeviceRow",
    "Names",
    "Question",
    "ServedDevice",
    "ServerRow",
    "hosts_in",
]
