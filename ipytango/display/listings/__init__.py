"""Results of magics that show themselves: lists, all that is known of one thing, events, errors."""

from ._errors import ErrorRecord
from ._events import EventTable, RecordedEvent
from ._info import Info
from ._listing import ListingTable
from ._names import NamesTable

__all__ = ["ErrorRecord", "EventTable", "Info", "ListingTable", "NamesTable", "RecordedEvent"]
