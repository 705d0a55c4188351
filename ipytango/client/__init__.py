"""PyTango in the shell: modes, executors, proxies, calls. Only this room imports `tango`."""

from ._attribute_patterns import AttributePattern, attribute_list, attribute_names
from ._calls import Call
from ._feed import FeedStatus, Following
from ._feeds import FeedCensus, Feeds
from ._futures import CallFuture, CallResult, ThreadFuture
from ._histories import history_of
from ._limits import Limits
from ._modes import MODES, Client, ClientStatus, mode_from_environment, mode_named
from ._pending import Pending, PendingFacts
from ._pending_kinds import PENDING_TYPES, pending_of
from ._pool import CallPool, LaneCount, PoolSnapshot
from ._readings import (
    AttributeFacts,
    Failure,
    FailureLevel,
    Reading,
    facts_of,
    failure_of,
    reading_of,
)
from ._requests import Request
from ._snapshot_kinds import (
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
from ._snapshots import plain_name, snapshot_of, snapshotted_types
from ._stream import Keep, Stream

__all__ = [
    "MODES",
    "PENDING_TYPES",
    "AttributeFacts",
    "AttributePattern",
    "AttributeSnapshot",
    "Call",
    "CallFuture",
    "CallPool",
    "CallResult",
    "Client",
    "ClientStatus",
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
    "Failure",
    "FailureLevel",
    "FeedCensus",
    "FeedStatus",
    "Feeds",
    "Following",
    "GroupSnapshot",
    "Keep",
    "LaneCount",
    "Limits",
    "Pending",
    "PendingFacts",
    "PoolSnapshot",
    "Reading",
    "ReplyList",
    "ReplySnapshot",
    "Request",
    "Snapshot",
    "StateSnapshot",
    "Stream",
    "ThreadFuture",
    "TimeSnapshot",
    "ValueList",
    "ValueSnapshot",
    "attribute_list",
    "attribute_names",
    "facts_of",
    "failure_of",
    "history_of",
    "mode_from_environment",
    "mode_named",
    "pending_of",
    "plain_name",
    "reading_of",
    "snapshot_of",
    "snapshotted_types",
]
