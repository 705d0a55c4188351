"""A device's panel at one moment: for a saved notebook, and as text."""

from ._results import result_text
from ._sheet import DeedLine, DeviceSheet, SheetGroup, sheet_html, sheet_text
from ._thumbnails import thumbnail

__all__ = [
    "DeedLine",
    "DeviceSheet",
    "SheetGroup",
    "result_text",
    "sheet_html",
    "sheet_text",
    "thumbnail",
]
