"""Attributes that are followed: events where a device sends them, else polled."""

from ._feed import FeedStatus, Following
from ._feeds import FeedCensus, Feeds
from ._stream import Keep, Stream

__all__ = ["FeedCensus", "FeedStatus", "Feeds", "Following", "Keep", "Stream"]
