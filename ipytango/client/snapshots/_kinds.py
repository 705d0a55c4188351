"""What there is to show of Tango's objects, as plain frozen values."""

from __future__ import annotations

import dataclasses
from typing import Any

from .._readings import AttributeFacts, Failure, Reading

__all__ = [
    "AttributeSnapshot",
    "CommandFacts",
    "CommandList",
    "ConfigList",
    "ConfigSnapshot",
    "DatabaseFacts",
    "DatabaseSnapshot",
    "DeviceFacts",
    "DeviceSnapshot",
    "DeviceStatus",
    "EventSnapshot",
    "GroupSnapshot",
    "ReplyList",
    "ReplySnapshot",
    "Snapshot",
    "StateSnapshot",
    "TimeSnapshot",
    "ValueList",
    "ValueSnapshot",
]


@dataclasses.dataclass(frozen=True)
class ValueSnapshot:
    """A reading with what is known of its attribute."""

    reading: Reading
    facts: AttributeFacts | None = None
    origin: str = ""
    """The attribute's full name, to ask it again; empty where it is not known."""

    @property
    def failed(self) -> bool:
        return self.reading.failure is not None


@dataclasses.dataclass(frozen=True)
class ValueList:
    """Several readings."""

    items: tuple[ValueSnapshot, ...]


@dataclasses.dataclass(frozen=True)
class StateSnapshot:
    """A device's state."""

    name: str


@dataclasses.dataclass(frozen=True)
class TimeSnapshot:
    """A moment."""

    time_s: float
    """Seconds since the epoch."""


@dataclasses.dataclass(frozen=True)
class ConfigSnapshot:
    """The configuration of an attribute: more than the facts that displays of values use."""

    facts: AttributeFacts
    access: str
    """``READ``, ``WRITE``, ``READ_WRITE`` or ``READ_WITH_WRITE``."""

    level: str
    """``OPERATOR`` or ``EXPERT``."""

    settings: tuple[tuple[str, str], ...]
    """What else is set, by name: units, memory, alarms, event criteria; not what is not set."""


@dataclasses.dataclass(frozen=True)
class ConfigList:
    """Several attributes' configurations."""

    items: tuple[ConfigSnapshot, ...]


@dataclasses.dataclass(frozen=True)
class CommandFacts:
    """What a device says of a command."""

    name: str
    in_type: str
    in_description: str
    out_type: str
    out_description: str
    level: str
    """``OPERATOR`` or ``EXPERT``."""


@dataclasses.dataclass(frozen=True)
class CommandList:
    """Several commands."""

    items: tuple[CommandFacts, ...]


@dataclasses.dataclass(frozen=True)
class DeviceFacts:
    """What a device is: it does not change while its server runs."""

    device_class: str
    server: str
    """``executable/instance``."""

    host: str


@dataclasses.dataclass(frozen=True)
class DeviceStatus:
    """How a device does, or that it does not answer."""

    state: str
    status: str
    failure: Failure | None = None


@dataclasses.dataclass(frozen=True)
class DeviceSnapshot:
    """A `DeviceProxy`."""

    name: str
    origin: str
    """The full name."""

    green_mode: str
    timeout_ms: int
    facts: DeviceFacts | None = None
    status: DeviceStatus | None = None


@dataclasses.dataclass(frozen=True)
class AttributeSnapshot:
    """An `AttributeProxy`."""

    name: str
    origin: str
    """The full name."""

    facts: AttributeFacts | None = None


@dataclasses.dataclass(frozen=True)
class DatabaseFacts:
    """What a database says of itself."""

    facts: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class DatabaseSnapshot:
    """A `Database`."""

    place: str
    """``host:port``, or the file that stands for a database."""

    is_file: bool
    facts: DatabaseFacts | None = None


@dataclasses.dataclass(frozen=True)
class GroupSnapshot:
    """A `Group`."""

    name: str
    devices: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class ReplySnapshot:
    """What one device of a group answered."""

    device: str
    what: str
    """The attribute or command."""

    enabled: bool
    """Whether the device was asked at all."""

    answer: Any = None
    """A `ValueSnapshot`, a command's plain result, or None: a write, or a failure."""

    failure: Failure | None = None


@dataclasses.dataclass(frozen=True)
class ReplyList:
    """What the devices of a group answered."""

    kind: str
    """``read``, ``command`` or ``write``."""

    items: tuple[ReplySnapshot, ...]


@dataclasses.dataclass(frozen=True)
class EventSnapshot:
    """An event."""

    event: str
    """Its type: ``change``, ``periodic``, ``attr_conf``, ``data_ready``, ``intr_change``..."""

    source: str
    """The full name of the attribute or device."""

    reason: str
    """Why it was sent, where PyTango tells."""

    received_s: float
    content: Any = None
    """A snapshot, or a tuple of them."""

    notes: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None


Snapshot = (
    ValueSnapshot
    | ValueList
    | StateSnapshot
    | TimeSnapshot
    | ConfigSnapshot
    | ConfigList
    | CommandFacts
    | CommandList
    | DeviceSnapshot
    | AttributeSnapshot
    | DatabaseSnapshot
    | GroupSnapshot
    | ReplySnapshot
    | ReplyList
    | EventSnapshot
    | Failure
)
