"""The members of proxies, and what PyTango's callables want: for completion, without the network.

Completers ask for ``dir(dev)``, which makes two calls, and then for every name whether the proxy
has it, which reads each attribute from the hardware: all of them, for one TAB.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import types
from collections.abc import Iterator
from typing import Any

import tango

from ...green import Patches, can_wait
from ..calls import Dispatch
from ._completions import NameKind
from ._interfaces import Interface, Interfaces

__all__ = ["Members", "is_device", "keep_completion_off_devices", "name_wanted_by"]

PATIENCE_S = 0.1
"""How long the first TAB behind a proxy waits for its device; later ones do not."""

_COMPLETING = contextvars.ContextVar("ipytango_completing", default=False)
"""By context, not by thread: while a completion waits, cells and tasks of its thread go on."""

_DIRECT = tango.GreenMode.Synchronous

_MAKERS: dict[str, NameKind] = {
    "DeviceProxy": "device",
    "get_device_proxy": "device",
    "AttributeProxy": "attribute",
    "get_attribute_proxy": "attribute",
}


class Members:
    """The members of a proxy, as far as they are known."""

    def __init__(self, interfaces: Interfaces) -> None:
        self._interfaces = interfaces

    def interface(self, proxy: tango.DeviceProxy) -> Interface | None:
        """Return the device's attributes and commands; waits `PATIENCE_S` the first time."""
        return self._interfaces.of_proxy(proxy, patience_s=PATIENCE_S)

    @contextlib.contextmanager
    def completing(self) -> Iterator[None]:
        """Within this context no proxy asks its device for members, whoever looks at it."""
        token = _COMPLETING.set(True)
        try:
            yield
        finally:
            _COMPLETING.reset(token)

    @staticmethod
    def of_python(proxy: tango.DeviceProxy) -> list[str]:
        """Return the members that any proxy has, in alphabetical order."""
        return sorted({*dir(type(proxy)), *vars(proxy)})


def is_device(thing: object) -> bool:
    """Say whether it is a `DeviceProxy`."""
    return isinstance(thing, tango.DeviceProxy)


def name_wanted_by(thing: object) -> NameKind | None:
    """Say what name a class or function of PyTango is called with; None for any other."""
    if isinstance(thing, type):
        if issubclass(thing, tango.DeviceProxy):
            return "device"
        return "attribute" if issubclass(thing, tango.AttributeProxy) else None
    if isinstance(thing, types.MethodType):
        if isinstance(thing.__self__, tango.Group) and thing.__name__ == "add":
            return "device"
        return None
    while isinstance(thing, functools.partial):  # tango.asyncio.DeviceProxy
        thing = thing.func
    if str(getattr(thing, "__module__", "")).split(".")[0] != "tango":
        return None
    return _MAKERS.get(str(getattr(thing, "__name__", "")))


def keep_completion_off_devices(
    patches: Patches, dispatch: Dispatch, interfaces: Interfaces
) -> None:
    """Have ``dir(dev)`` and ``dev.name`` ask nobody when it is completion that looks.

    Otherwise ``dir(dev)`` asks as ever, but does not stop the loop.
    """
    list_members, get_value = tango.DeviceProxy.__dir__, tango.DeviceProxy.__getattr__

    @functools.wraps(list_members)
    def members(this: Any) -> list[str]:
        if _COMPLETING.get():
            known = interfaces.of_proxy(this)
            own = (facts.name for facts in known.attributes) if known else ()
            return sorted({*Members.of_python(this), *own, *(known.commands if known else ())})
        if can_wait() and not dispatch.is_direct and this.get_green_mode() != _DIRECT:
            return list(dispatch.value_of(dispatch.submit(list_members, (this,), {})))
        return list(list_members(this))

    @functools.wraps(get_value)
    def value(this: Any, name: str) -> Any:
        if _COMPLETING.get():
            raise AttributeError(f"{name} is not asked for by completion")
        return get_value(this, name)

    patches.set(tango.DeviceProxy, "__dir__", members)
    patches.set(tango.DeviceProxy, "__getattr__", value)
