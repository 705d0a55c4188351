"""What is live in the browser: panels on one hub per kernel."""

from ._events import Events
from ._green import GreenPanel
from ._terminal import panel_in_terminal, plot_in_terminal, watch_in_terminal
from ._value import ValuePanel
from .device import DeviceOpener, DevicePanel
from .hub import Frame, Hub, Look, Panel, Settling, weakly
from .pending import PendingManyPanel, PendingPanel, PendingTally, shown_outcome
from .plot import Plot
from .watch import Watch

__all__ = [
    "DeviceOpener",
    "DevicePanel",
    "Events",
    "Frame",
    "GreenPanel",
    "Hub",
    "Look",
    "Panel",
    "PendingManyPanel",
    "PendingPanel",
    "PendingTally",
    "Plot",
    "Settling",
    "ValuePanel",
    "Watch",
    "panel_in_terminal",
    "plot_in_terminal",
    "shown_outcome",
    "watch_in_terminal",
    "weakly",
]
