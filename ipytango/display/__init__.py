"""From a value to text and HTML: pure functions of a snapshot, no input and no output."""

from ._errors import error_line
from ._green import GreenStatus
from ._html import escape
from ._pending import (
    SHOWN_ENDED,
    Ended,
    Shown,
    Tally,
    ValueFormats,
    failure_of_pending,
    named_failure_html,
    outcome_html,
    pending_html,
    pending_line,
    seconds_text,
    tally_html,
    tally_lines,
)
from ._watch import (
    WATCH_COLUMNS,
    WatchRow,
    failure_levels,
    watch_colours,
    watch_csv,
    watch_html,
    watch_record,
    watch_text,
)
from ._watch_cells import CellWriter

__all__ = [
    "SHOWN_ENDED",
    "WATCH_COLUMNS",
    "CellWriter",
    "Ended",
    "GreenStatus",
    "Shown",
    "Tally",
    "ValueFormats",
    "WatchRow",
    "error_line",
    "escape",
    "failure_levels",
    "failure_of_pending",
    "named_failure_html",
    "outcome_html",
    "pending_html",
    "pending_line",
    "seconds_text",
    "tally_html",
    "tally_lines",
    "watch_colours",
    "watch_csv",
    "watch_html",
    "watch_record",
    "watch_text",
]
