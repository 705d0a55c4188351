"""PyTango's client classes, taught to park where they would stop the event loop.

Three kinds of members need it. High-level attributes (``dev.ampli``) ask the device for its
interface at first and give a coroutine in asyncio mode. Assignments (``dev.ampli = 1``) drop
the future of the write. And most methods are not green at all: two thirds of `DeviceProxy`,
all of `Group` and nearly all of `Database`, the constructors included.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import tango
from tango import GreenMode

from ...green import Patches, Place, can_wait
from ..calls import Dispatch

__all__ = ["exchange_members"]

_LOCAL = {
    # DeviceProxy and Connection: answered by the client library itself
    *("cancel_all_polling_asynch_request", "cancel_asynch_request", "dev_name", "event_queue_size"),
    *("freeze_dynamic_interface", "get_access_control", "get_access_right", "get_db_host"),
    *("get_db_port", "get_db_port_num", "get_dev_host", "get_dev_port"),
    *("get_from_env_var", "get_green_mode", "get_idl_version", "get_last_event_date", "get_source"),
    *("get_tango_lib_version", "get_timeout_millis", "get_transparency_reconnection"),
    *("invalidate_attribute_config_cache", "is_attribute_config_cache_enabled", "is_dbase_used"),
    *("is_dynamic_interface_frozen", "is_event_queue_empty", "pending_asynch_call"),
    *("set_access_control", "set_attribute_config_cache", "set_green_mode", "set_source"),
    *("set_timeout_millis", "set_transparency_reconnection", "unfreeze_dynamic_interface"),
    # Database
    *("get_access_except_errors", "get_file_name", "is_control_access_checked"),
    *("is_multi_tango_host", "set_access_checked"),
    # Group
    *("disable", "enable", "get_fully_qualified_name", "get_group", "get_name", "is_enabled"),
    *("name_equals", "name_matches", "remove", "remove_all"),
}
"""Public methods that never touch the network; any other is taken to do so."""


def exchange_members(patches: Patches, dispatch: Dispatch) -> None:
    """Exchange the members of PyTango's client classes that would stop the loop."""
    hooks = _Hooks(dispatch)
    for owner, mode_of in (
        (tango.DeviceProxy, _mode_of_device),
        (tango.Database, _global_mode),
        (tango.Group, _global_mode),
    ):
        for name, method in _network_methods(owner):
            patches.set(owner, name, hooks.parking(method, mode_of))
    for owner in (tango.DeviceProxy, tango.AttributeProxy, tango.Database):
        patches.set(owner, "__init__", hooks.constructor(owner))
    device = tango.DeviceProxy
    patches.set(device, "get_green_mode", hooks.green_mode(device.get_green_mode))
    patches.set(device, "__getattr__", hooks.attribute_getter(device.__getattr__))
    patches.set(device, "subscribe_event", hooks.subscription(device.subscribe_event))
    for name in ("__setattr__", "__setitem__"):
        patches.set(device, name, hooks.attribute_setter(getattr(device, name)))


def _network_methods(owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Find the public methods of a class that reach the network and are not green."""
    for name in dir(owner):
        method = getattr(owner, name)
        if name.startswith("_") or name in _LOCAL or not callable(method) or _is_green(method):
            continue
        if not isinstance(inspect.getattr_static(owner, name), staticmethod):
            yield name, method


def _is_green(method: Callable[..., Any]) -> bool:
    signature = getattr(method, "__signature__", None)
    return signature is not None and "green_mode" in signature.parameters


def _mode_of_device(device: Any) -> GreenMode:
    # A device of a group is a proxy that the C++ library made: no __init__ has prepared it, and
    # PyTango's own get_green_mode recurses without end.
    return device.get_green_mode() if "_initialized" in vars(device) else tango.get_green_mode()


def _global_mode(_: object) -> GreenMode:
    return tango.get_green_mode()


class _Hooks:
    """Makes the members that stand in for PyTango's."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def _parks(self, mode: GreenMode) -> bool:
        return mode != GreenMode.Synchronous and can_wait() and not self._dispatch.is_direct

    def _on_worker(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self._dispatch.value_of(self._dispatch.submit(function, args, kwargs))

    def parking(
        self, original: Callable[..., Any], mode_of: Callable[[Any], GreenMode]
    ) -> Callable[..., Any]:
        """Wrap a method that blocks: where the caller can park a worker calls it."""

        @functools.wraps(original)
        def method(this: Any, *args: Any, **kwargs: Any) -> Any:
            if self._parks(mode_of(this)):
                return self._on_worker(original, this, *args, **kwargs)
            return original(this, *args, **kwargs)

        return method

    def constructor(self, owner: type) -> Callable[..., None]:
        """Wrap ``__init__``, which asks the database."""
        original = owner.__init__  # type: ignore[misc]

        @functools.wraps(original)
        def construct(this: Any, *args: Any, **kwargs: Any) -> None:
            mode = kwargs.get("green_mode")
            if self._parks(tango.get_green_mode() if mode is None else mode):
                self._on_worker(functools.partial(original, this), *args, **kwargs)
            else:
                original(this, *args, **kwargs)
            if mode is None and isinstance(this, tango.AttributeProxy):
                # PyTango fixes the global mode here for good; it is to follow later switches.
                this.get_device_proxy().__dict__["_green_mode"] = None

        return construct

    def green_mode(self, original: Callable[[Any], GreenMode]) -> Callable[[Any], GreenMode]:
        """Wrap ``get_green_mode``: in a worker everything is direct."""

        @functools.wraps(original)
        def get_green_mode(this: Any) -> GreenMode:
            return GreenMode.Synchronous if self._dispatch.is_direct else original(this)

        return get_green_mode

    def subscription(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``subscribe_event``: the callback's executor is chosen in a worker, and must be told."""

        @functools.wraps(original)
        def subscribe_event(this: Any, *args: Any, **kwargs: Any) -> Any:
            if kwargs.get("green_mode") is None:
                kwargs["green_mode"] = this.get_green_mode()
            return original(this, *args, **kwargs)

        return subscribe_event

    def attribute_getter(self, original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
        """Wrap ``dev.name``: a command's function, or the value of an attribute."""

        @functools.wraps(original)
        def get_value(this: Any, name: str) -> Any:
            if name.startswith("_"):
                return original(this, name)
            mode, known = this.get_green_mode(), vars(this)
            if mode == GreenMode.Synchronous or name.lower() in known.get("__cmd_cache", ()):
                return original(this, name)  # direct, or without the network
            if mode == GreenMode.Asyncio and not self._dispatch.wants_value():
                if can_wait() and name.lower() not in known.get("__attr_cache", ()):
                    # The interface is asked for on a worker; the reading is the awaitable's.
                    self._on_worker(_learn_interface, this, name)
                return original(this, name)
            if can_wait():
                return self._on_worker(original, this, name)
            with self._dispatch.direct():
                return original(this, name)

        return get_value

    def attribute_setter(self, original: Callable[..., Any]) -> Callable[..., None]:
        """Wrap ``dev.name = value`` and ``dev["name"] = value``: no failure gets lost."""

        @functools.wraps(original)
        def set_value(this: Any, name: str, value: Any) -> None:
            if name.startswith("_") and name in vars(this):
                vars(this)[name] = value  # Python's own: no need to ask the device for its names
                return
            mode = this.get_green_mode()
            if not self._parks(mode) or (
                mode == GreenMode.Asyncio and self._dispatch.place() is Place.AWAIT
            ):
                outcome = original(this, name, value)
            else:
                outcome = self._on_worker(original, this, name, value)
            if asyncio.isfuture(outcome):
                self._dispatch.report_failure(outcome, f"{this.dev_name()}/{name} = {value!r}")

        return set_value


def _learn_interface(device: Any, name: str) -> None:
    """Have a proxy ask its device for commands and attributes, as its first ``dev.name`` does."""
    try:
        for refresh in ("__refresh_cmd_cache", "__refresh_attr_cache"):
            getattr(device, refresh)()
    except tango.DevFailed as error:
        raise AttributeError(name) from error
