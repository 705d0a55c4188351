"""Where a reading came from: Tango's `DeviceAttribute` knows neither its device nor its unit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tango

from ...green import Patches

__all__ = ["device_name_of", "forget_origins", "origin_of", "remember_origins"]

_ORIGIN = "_ipytango_device"

# The methods through which PyTango gets all its readings, in every green mode; those of
# AttributeProxy, `dev.name` and the replies of asynchronous calls end in one of them.
_ONE = ("_read_attribute", "_write_read_attribute")
_MANY = (
    "_read_attributes",
    "_write_read_attributes",
    "__read_attributes_reply",
    "attribute_history",
)


def remember_origins(patches: Patches) -> None:
    """Have every `DeviceAttribute` that a `DeviceProxy` gives remember the device's name.

    It costs a call about 1 us, of the 20 us and more that a reading takes.
    """
    for names, wrap in ((_ONE, _remembering_one), (_MANY, _remembering_many)):
        for name in names:
            patches.set(tango.DeviceProxy, name, wrap(getattr(tango.DeviceProxy, name)))


def forget_origins(device: tango.DeviceProxy) -> None:
    """Have this proxy's readings remember nothing: nobody displays them as they are."""
    vars(device)[_ORIGIN] = ""


def origin_of(answer: tango.DeviceAttribute) -> str | None:
    """Return the full name of the attribute that `answer` is a reading of, where it is known.

    That is ``tango://host:port/domain/family/member/name``, with ``#dbase=no`` where no database
    was asked.
    """
    device = vars(answer).get(_ORIGIN)
    if device is None:
        return None
    name, hash_, rest = device.partition("#")
    return f"{name}/{answer.name}{hash_}{rest}"


def device_name_of(device: tango.DeviceProxy) -> str:
    """Return the full name of a device, without asking anybody."""
    known = vars(device)
    name: str | None = known.get(_ORIGIN)
    if name is None:
        name = known[_ORIGIN] = _full_name(device)
    return name


def _full_name(device: tango.DeviceProxy) -> str:
    try:
        if device.is_dbase_used():
            return f"tango://{device.get_db_host()}:{device.get_db_port()}/{device.dev_name()}"
        return (
            f"tango://{device.get_dev_host()}:{device.get_dev_port()}/{device.dev_name()}#dbase=no"
        )
    except tango.DevFailed:
        return str(device.dev_name())


def _remembering_one(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def read(this: Any, *args: Any) -> Any:
        answer = original(this, *args)
        answer._ipytango_device = device_name_of(this)
        return answer

    return read


def _remembering_many(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def read(this: Any, *args: Any, **kwargs: Any) -> Any:
        answers = original(this, *args, **kwargs)
        name = device_name_of(this)
        for answer in answers if name else ():
            answer._ipytango_device = name
        return answers

    return read
