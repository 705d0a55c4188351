"""One display for each kind of snapshot."""

from . import _answers, _clients, _failures, _interfaces  # noqa: F401 - each adds its displays
from ._interfaces import command_facts, command_table, config_facts, config_table, filled
from ._kinds import array_of
from ._values import value_record

__all__ = [
    "array_of",
    "command_facts",
    "command_table",
    "config_facts",
    "config_table",
    "filled",
    "value_record",
]
