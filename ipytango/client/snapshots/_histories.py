"""What a device's polling has kept of an attribute from before anybody looked."""

from __future__ import annotations

import dataclasses
from typing import Any

import tango

from .._readings import Reading, reading_of

__all__ = ["history_of"]

DEEPEST = 100_000
"""Samples that are asked for at most; devices keep 10 unless they are told otherwise."""


def history_of(device: str, attribute: str) -> list[Reading]:
    """Return what `device` has in its polling buffer of `attribute`, oldest first.

    Empty for an attribute that the device does not poll, and for a state. Blocks; for a worker.
    Raises `tango.DevFailed`.
    """
    proxy = tango.DeviceProxy(device, green_mode=tango.GreenMode.Synchronous)
    if not proxy.is_attribute_polled(attribute):
        return []
    try:
        answers = proxy.attribute_history(attribute, DEEPEST)
    except tango.DevFailed as error:
        if error.args[0].reason == "API_NoDataYet":
            return []
        raise
    answers = [answer for answer in answers if _has_value(answer)]
    readings = [reading_of(answer, f"{device}/{attribute}", source="poll") for answer in answers]
    # An entry of the buffer knows the time of its error too, where a plain read does not.
    return [
        dataclasses.replace(reading, time_s=answer.time.totime())
        for reading, answer in zip(readings, answers, strict=True)
    ]


def _has_value(answer: Any) -> bool:
    """Say whether an entry can be read: PyTango takes no value out of those of states."""
    if answer.has_failed and not hasattr(answer, "value"):
        answer.value = answer.w_value = None  # as in an entry of any other type
    return hasattr(answer, "value")
