"""From a value to text and HTML: pure functions of a snapshot, no input and no output."""

from ._errors import error_line
from ._green import GreenStatus

__all__ = ["GreenStatus", "error_line"]
