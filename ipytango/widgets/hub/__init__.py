"""One model, one thread and one protocol for all panels of a kernel."""

from ._hub import Hub
from ._letting_go import close_all, weakly
from ._panel import Frame, Look, Panel
from ._settling import Settling
from ._taking import imported_pandas, path_of, seconds_of, text_or_file

__all__ = [
    "Frame",
    "Hub",
    "Look",
    "Panel",
    "Settling",
    "close_all",
    "imported_pandas",
    "path_of",
    "seconds_of",
    "text_or_file",
    "weakly",
]
