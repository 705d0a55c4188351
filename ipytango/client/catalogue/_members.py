"""The members of proxies, and what PyTango's callables want: for completion, without the network.

PyTango's own ``dir(dev)`` makes two network calls, and TAB asks for it.
"""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

import tango

from ...green import Patches, can_wait
from ..calls import Dispatch
from ._completions import NameKind
from ._interfaces import Interface, Interfaces

__all__ = ["Members", "is_device", "list_members_without_network", "name_wanted_by"]

PATIENCE_S = 0.1
"""How long the first TAB behind a proxy waits for its device; later ones do not."""

_COMPLETERS = ("IPython.core.completer", "IPython.core.guarded_eval", "jedi.", "pydevd")

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


def list_members_without_network(
    patches: Patches, dispatch: Dispatch, interfaces: Interfaces
) -> None:
    """Have ``dir(dev)`` ask nobody when completion wants it, and not stop the loop otherwise."""
    original = tango.DeviceProxy.__dir__

    @functools.wraps(original)
    def members(this: Any) -> list[str]:
        if not _for_completion():
            if can_wait() and not dispatch.is_direct and this.get_green_mode() != _DIRECT:
                return list(dispatch.value_of(dispatch.submit(original, (this,), {})))
            return list(original(this))
        known = interfaces.of_proxy(this)
        names = set(Members.of_python(this))
        if known is not None:
            names.update(known.commands, (facts.name for facts in known.attributes))
        return sorted(names)

    patches.set(tango.DeviceProxy, "__dir__", members)


def _for_completion() -> bool:
    """Say whether it is a completer that calls: its frames are not far."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_COMPLETERS):
            return True
        frame = frame.f_back
    return False
