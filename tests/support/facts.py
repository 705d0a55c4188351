"""What a device says of an attribute, without a device."""

from typing import Any

from ipytango.client import AttributeFacts


def attribute_facts(name: str, **changes: Any) -> AttributeFacts:
    """Describe a double that can be written and has no limits, but for the changes."""
    plain: dict[str, Any] = {
        "label": name,
        "description": "",
        "unit": "",
        "format": "",
        "data_type": "DevDouble",
        "data_format": "SCALAR",
        "writable": True,
        "enum_labels": (),
        "max_dim_x": 1,
        "max_dim_y": 0,
        "min_value": None,
        "max_value": None,
        "min_warning": None,
        "max_warning": None,
        "min_alarm": None,
        "max_alarm": None,
    }
    return AttributeFacts(name, **{**plain, **changes})
