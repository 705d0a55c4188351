"""Attributes that are followed: events where a device sends them, else polled."""

from ._feeds import FeedCensus, Feeds
from ._following import FeedStatus, Following
from ._recorder import RECORDS_KEPT, Record, Recorder
from ._stream import Keep, Stream

__all__ = [
    "RECORDS_KEPT",
    "FeedCensus",
    "FeedStatus",
    "Feeds",
    "Following",
    "Keep",
    "Record",
    "Recorder",
    "Stream",
]
