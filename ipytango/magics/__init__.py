"""The magics: each parses its line, makes one call below and returns the object."""

from ._completion import final, magic_matcher
from ._db import ClientOwner, DbMagics
from ._demo import DemoMagics
from ._explore import ExploreMagics
from ._green import GreenMagics, GreenShell
from ._itango import ItangoMagics
from ._listings import ListingMagics
from ._live import HubOwner
from ._panel import PanelMagics
from ._plot import PlotMagics
from ._server import ServerMagics, ServersOwner, label_of_cell
from ._watch import WatchMagics

__all__ = [
    "ClientOwner",
    "DbMagics",
    "DemoMagics",
    "ExploreMagics",
    "GreenMagics",
    "GreenShell",
    "HubOwner",
    "ItangoMagics",
    "ListingMagics",
    "PanelMagics",
    "PlotMagics",
    "ServerMagics",
    "ServersOwner",
    "WatchMagics",
    "final",
    "label_of_cell",
    "magic_matcher",
]
