"""One display for each kind of snapshot."""

from . import _answers, _clients, _failures, _interfaces  # noqa: F401 - each adds its displays
from ._kinds import array_of
from ._values import value_record

__all__ = ["array_of", "value_record"]
