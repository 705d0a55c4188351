"""What a device offers: its attributes and commands, and what it is."""

from __future__ import annotations

import contextlib
import dataclasses

import tango

from ..snapshots import CommandFacts, CommandList, ConfigList, ConfigSnapshot, snapshot_of

__all__ = ["DeviceInterface", "interface_of"]

_BOTH = {"state", "status"}


@dataclasses.dataclass(frozen=True)
class DeviceInterface:
    """What a device offers: it does not change while its server runs, but for configurations."""

    alias: str
    """Empty where it has none."""

    class_name: str
    server: str
    """``executable/instance``."""

    host: str
    attributes: tuple[ConfigSnapshot, ...]
    """Without State and Status."""

    commands: tuple[CommandFacts, ...]


def interface_of(device: str) -> DeviceInterface:
    """Ask a device for all that it offers. Blocks; raises `tango.DevFailed`."""
    proxy = tango.DeviceProxy(device)
    info = proxy.info()
    configs = snapshot_of(proxy.attribute_list_query_ex())
    commands = snapshot_of(proxy.command_list_query())
    alias = ""
    with contextlib.suppress(tango.DevFailed):  # that there is none is an error to Tango
        alias = str(proxy.alias())
    return DeviceInterface(
        alias,
        str(info.dev_class),
        str(info.server_id),
        str(info.server_host),
        tuple(
            config
            for config in (configs.items if isinstance(configs, ConfigList) else ())
            if config.facts.name.lower() not in _BOTH
        ),
        commands.items if isinstance(commands, CommandList) else (),
    )
