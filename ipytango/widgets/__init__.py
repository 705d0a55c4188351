"""What is live in the browser: panels on one hub per kernel."""

from ._green import GreenPanel
from ._hub import Hub
from ._panel import Frame, Look, Panel
from ._pending import PendingPanel, shown_outcome
from ._pending_many import PendingManyPanel, PendingTally
from ._plot import Plot
from ._terminal import plot_in_terminal, watch_in_terminal
from ._value import ValuePanel
from ._watch import Watch

__all__ = [
    "Frame",
    "GreenPanel",
    "Hub",
    "Look",
    "Panel",
    "PendingManyPanel",
    "PendingPanel",
    "PendingTally",
    "Plot",
    "ValuePanel",
    "Watch",
    "plot_in_terminal",
    "shown_outcome",
    "watch_in_terminal",
]
