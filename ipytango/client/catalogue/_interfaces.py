"""What devices offer, attributes and commands by name: asked in the background, kept."""

from __future__ import annotations

import dataclasses

import tango

from .._readings import AttributeFacts, facts_of
from ..calls import Dispatch
from ..snapshots import device_name_of
from ._answers import Answers

__all__ = ["Interface", "Interfaces"]

FRESH_S = 60.0
"""Older ones are asked for anew in the background when they are next wanted."""

RETRY_S = 30.0
"""A device that did not answer is left alone for so long."""


@dataclasses.dataclass(frozen=True)
class Interface:
    """The attributes and commands of a device."""

    attributes: tuple[AttributeFacts, ...]
    commands: tuple[str, ...]

    def attribute(self, name: str) -> AttributeFacts | None:
        """Return what is known of the attribute of that name, in any case."""
        wanted = name.lower()
        return next((facts for facts in self.attributes if facts.name.lower() == wanted), None)


class Interfaces:
    """The interfaces of devices, by their full names; every method from any thread."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._answers = Answers(dispatch)

    def known(self, device: str, *, patience_s: float = 0.0) -> Interface | None:
        """Return what is known of a device, by its full name.

        Of one that nobody has asked yet, it waits `patience_s` seconds at most (where that cannot
        park, the thread stands still). A device that hangs is asked by one thread at a time, which
        nobody else waits for.
        """
        key = device.lower()
        answers = self._answers
        known = answers.known(key)
        if known.age_s > FRESH_S:
            call = answers.ask_if_older(
                key, f"{key} (interface)", lambda: _interface(device), FRESH_S, RETRY_S
            )
            if call is not None and known.value is None:
                answers.wait_first(call, patience_s)
                known = answers.known(key)
        interface: Interface | None = known.value
        return interface

    def of_proxy(self, proxy: tango.DeviceProxy, *, patience_s: float = 0.0) -> Interface | None:
        """Return what is known of a proxy's device; a proxy that was used knows it itself."""
        kept = vars(proxy)
        attributes, commands = kept.get("__attr_cache"), kept.get("__cmd_cache")
        name = device_name_of(proxy)
        if attributes and commands and self._answers.known(name.lower()).value is None:
            return Interface(
                tuple(facts_of(config) for config, _enumeration in attributes.values()),
                tuple(str(info.cmd_name) for info, _documentation in commands.values()),
            )
        return self.known(name, patience_s=patience_s)

    def forget(self) -> None:
        """Ask for all anew when it is next wanted."""
        self._answers.forget()


def _interface(device: str) -> Interface:
    """Ask a device; blocks, in a worker. None of its methods run. Raises `tango.DevFailed`."""
    proxy = tango.DeviceProxy(device)
    return Interface(
        tuple(facts_of(config) for config in proxy.attribute_list_query_ex()),
        tuple(proxy.get_command_list()),
    )
