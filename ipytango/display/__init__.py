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

__all__ = [
    "SHOWN_ENDED",
    "Ended",
    "GreenStatus",
    "Shown",
    "Tally",
    "ValueFormats",
    "error_line",
    "escape",
    "failure_of_pending",
    "named_failure_html",
    "outcome_html",
    "pending_html",
    "pending_line",
    "seconds_text",
    "tally_html",
    "tally_lines",
]
