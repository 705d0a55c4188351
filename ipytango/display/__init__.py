"""From a value to text and HTML: pure functions of a snapshot, no input and no output."""

from . import _answers, _clients, _failures, _interfaces, _values  # noqa: F401 - their displays
from ._charts import MARKED, PALETTE, ChartLine, chart, rgb
from ._colours import COLOUR_MAPS, colour_table
from ._decimation import decimate
from ._drawings import Drawing, stacked
from ._errors import error_line
from ._green import GreenStatus
from ._html import escape
from ._levels import bounds_of, levels_of, percentiles_of
from ._numbers import brief_number, format_number
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
from ._pictures import paint
from ._plots import plot_html, plot_text
from ._show import html_of, line_of, text_of
from ._sparklines import sparkline
from ._statistics import statistics_of
from ._ticks import ticks
from ._values import value_record
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
from ._watch_cells import CellWriter, one_line

__all__ = [
    "COLOUR_MAPS",
    "MARKED",
    "PALETTE",
    "SHOWN_ENDED",
    "WATCH_COLUMNS",
    "CellWriter",
    "ChartLine",
    "Drawing",
    "Ended",
    "GreenStatus",
    "Shown",
    "Tally",
    "ValueFormats",
    "WatchRow",
    "bounds_of",
    "brief_number",
    "chart",
    "colour_table",
    "decimate",
    "error_line",
    "escape",
    "failure_levels",
    "failure_of_pending",
    "format_number",
    "html_of",
    "levels_of",
    "line_of",
    "named_failure_html",
    "one_line",
    "outcome_html",
    "paint",
    "pending_html",
    "pending_line",
    "percentiles_of",
    "plot_html",
    "plot_text",
    "rgb",
    "seconds_text",
    "sparkline",
    "stacked",
    "statistics_of",
    "tally_html",
    "tally_lines",
    "text_of",
    "ticks",
    "value_record",
    "watch_colours",
    "watch_csv",
    "watch_html",
    "watch_record",
    "watch_text",
]
