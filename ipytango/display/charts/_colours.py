"""Colours: of qualities and states, and the maps that give numbers a colour."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLOUR_MAPS", "colour_table", "quality_colour", "state_colour"]

COLOUR_MAPS = ("viridis", "inferno", "cividis", "turbo", "gray", "RdBu_r")
"""Names of the colour maps that are offered; `colour_table` takes any that `cmap` knows."""

# Where several catalogues have the short name, cmap warns, on the user's screen.
_FULL_NAMES = {"RdBu_r": "colorbrewer:RdBu_r"}

# Mid-tones: white text on them reads, and they read on white and on black.
_GREEN, _BLUE, _ORANGE, _AMBER, _RED = "#2e8b57", "#3b7dc4", "#d9730d", "#b58900", "#c93c37"
_GREY, _VIOLET, _TEAL, _BROWN = "#7a7f87", "#8e5bb5", "#1f8a8a", "#94714b"

_QUALITIES = {
    "VALID": _GREEN,
    "CHANGING": _BLUE,
    "WARNING": _AMBER,
    "ALARM": _ORANGE,
    "INVALID": _RED,
}

# As operators know them from the panels of the field: faults red, alarms orange, motion blue...
_STATES = {
    "ON": _GREEN,
    "OPEN": _GREEN,
    "EXTRACT": _GREEN,
    "RUNNING": _TEAL,
    "OFF": _GREY,
    "CLOSE": _GREY,
    "INSERT": _GREY,
    "MOVING": _BLUE,
    "STANDBY": _AMBER,
    "INIT": _BROWN,
    "ALARM": _ORANGE,
    "FAULT": _RED,
    "DISABLE": _VIOLET,
    "UNKNOWN": _GREY,
}


def quality_colour(quality: str) -> str:
    """Return the CSS colour of an attribute quality (``VALID``, ``ALARM``...)."""
    return _QUALITIES.get(quality, _GREY)


def state_colour(state: str) -> str:
    """Return the CSS colour of a device state (``ON``, ``FAULT``...)."""
    return _STATES.get(state, _GREY)


@functools.cache
def colour_table(name: str = "viridis") -> NDArray[np.uint8]:
    """Return the 256 colours of a map, from low to high: an array ``(256, 4)`` of RGBA.

    Raises `ValueError` for a name that is not known.
    """
    if name == "lamps":  # off, on
        return np.array([[136, 136, 136, 255], [53, 192, 117, 255]], np.uint8).repeat(128, 0)
    import cmap  # only where a picture is displayed

    table = np.asarray(cmap.Colormap(_FULL_NAMES.get(name, name)).lut(256), dtype=float)
    table = np.round(table * 255).astype(np.uint8)
    table.flags.writeable = False
    return table
