"""Curves and pictures as SVG and PNG, with their scales, colours and statistics."""

from ._charts import MARKED, PALETTE, ChartLine, chart, rgb
from ._colours import COLOUR_MAPS, colour_table, quality_colour, state_colour
from ._decimation import decimate
from ._drawings import Drawing, stacked
from ._levels import bounds_of, levels_of, percentiles_of
from ._pictures import LAMPS, colour_bar_svg, lamps_svg, paint, shade
from ._sparklines import sparkline
from ._statistics import Statistics, statistics_of
from ._ticks import ticks

__all__ = [
    "COLOUR_MAPS",
    "LAMPS",
    "MARKED",
    "PALETTE",
    "ChartLine",
    "Drawing",
    "Statistics",
    "bounds_of",
    "chart",
    "colour_bar_svg",
    "colour_table",
    "decimate",
    "lamps_svg",
    "levels_of",
    "paint",
    "percentiles_of",
    "quality_colour",
    "rgb",
    "shade",
    "sparkline",
    "stacked",
    "state_colour",
    "statistics_of",
    "ticks",
]
