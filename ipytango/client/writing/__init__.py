"""What a person types for a device: checked by Tango's metadata and made a value, or Python."""

from ._fields import ValueField, field_of_attribute, field_of_command
from ._parsing import lines_of, parse_value
from ._source import call_text, value_text

__all__ = [
    "ValueField",
    "call_text",
    "field_of_attribute",
    "field_of_command",
    "lines_of",
    "parse_value",
    "value_text",
]
