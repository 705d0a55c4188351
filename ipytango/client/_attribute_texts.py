"""Attributes read by the names that strangers send, as text."""

from __future__ import annotations

import collections
from typing import Any

import tango

from ..green import allocate_lock
from .calls import Call, CallPool, Limits

__all__ = ["AttributeTexts"]

KEPT = 1000
"""Proxies that are kept, the latest used: what strangers ask for is without end."""


class AttributeTexts:
    """Reads attributes on a pool of its own: a device that hangs keeps no other waiting."""

    def __init__(self, timeout_s: float, limits: Limits | None = None) -> None:
        """Give each call to a device `timeout_s` seconds."""
        self._timeout_ms = max(1, round(timeout_s * 1000))
        self._pool = CallPool(limits or Limits(), thread_scope=tango.EnsureOmniThread)
        self._lock = allocate_lock()
        self._proxies: collections.OrderedDict[str, Any] = collections.OrderedDict()

    def ask(self, name: str) -> Call:
        """Have an attribute read, by any name that `tango.AttributeProxy` takes.

        Returns the call at once; it results in the value as text, or ends with Tango's error.
        """
        device = name.rpartition("/")[0].lower()
        return self._pool.submit(device, self._read, (name,), {})

    def cancel(self, call: Call) -> None:
        """Want it no more: one that waits for its turn will not run."""
        self._pool.cancel(call)

    def close(self) -> None:
        """Take no more calls; those in flight end when their devices answer."""
        self._pool.close()

    def _read(self, name: str) -> str:
        return str(self._proxy_of(name).read().value)

    def _proxy_of(self, name: str) -> Any:
        key = name.lower()
        with self._lock:
            proxy = self._proxies.get(key)
            if proxy is not None:
                self._proxies.move_to_end(key)
                return proxy
        mode = tango.GreenMode.Synchronous
        proxy = tango.AttributeProxy(name, green_mode=mode)
        proxy.get_device_proxy().set_timeout_millis(self._timeout_ms)
        with self._lock:
            self._proxies[key] = proxy
            while len(self._proxies) > KEPT:
                self._proxies.popitem(last=False)
        return proxy
