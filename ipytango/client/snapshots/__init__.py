"""What PyTango's objects say at one moment, as plain values that a display can take."""

from ._histories import history_of
from ._kinds import (
    AttributeSnapshot,
    CommandFacts,
    CommandList,
    ConfigList,
    ConfigSnapshot,
    DatabaseFacts,
    DatabaseSnapshot,
    DeviceFacts,
    DeviceSnapshot,
    DeviceStatus,
    EventSnapshot,
    GroupSnapshot,
    ReplyList,
    ReplySnapshot,
    Snapshot,
    StateSnapshot,
    TimeSnapshot,
    ValueList,
    ValueSnapshot,
)
from ._lookups import Lookups, report_facts
from ._origins import device_name_of, forget_origins, remember_origins
from ._snapshots import plain_name, snapshot_of, snapshotted_types

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
    "Lookups",
    "ReplyList",
    "ReplySnapshot",
    "Snapshot",
    "StateSnapshot",
    "TimeSnapshot",
    "ValueList",
    "ValueSnapshot",
    "device_name_of",
    "forget_origins",
    "history_of",
    "plain_name",
    "remember_origins",
    "report_facts",
    "snapshot_of",
    "snapshotted_types",
]
