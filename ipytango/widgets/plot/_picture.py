"""An image as a picture: as many of its pixels as can be seen, of any part of it."""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import Reading
from ...display import (
    COLOUR_MAPS,
    Drawing,
    bounds_of,
    brief_number,
    colour_table,
    levels_of,
    paint,
    percentiles_of,
    rgb,
    ticks,
)
from ...errors import OptionError
from ..hub import Frame, Look
from ._arrays import ArrayPart
from ._channel import Channel

__all__ = ["Picture"]

VIEWS = 8
MOST_PIXELS = 4096
"""Columns or rows that a view may ask for."""

DEFAULT_ROWS = 440
PERCENTILES = (1.0, 99.0)
MODES = ("auto", "percentile", "fixed")
BAR_WIDTH = 84
BAR_STEPS = 64
TOP = 24


@dataclasses.dataclass(frozen=True)
class _View:
    """What one view shows: a region (None: all) in so many pixels of the screen."""

    region: tuple[float, float, float, float] | None
    columns: int
    rows: int


@dataclasses.dataclass(frozen=True)
class Scale:
    """Which values have the first and the last colour."""

    mode: str = "auto"
    """``auto``: the least and the greatest; ``percentile``: 1 % and 99 %; ``fixed``."""

    low: float = 0.0
    high: float = 1.0

    def record(self) -> dict[str, Any]:
        """Give it as the browser wants it."""
        return {"mode": self.mode, "lo": self.low, "hi": self.high}


class Picture(ArrayPart):
    """The part of a plot that draws one image; any thread."""

    kind = "picture"

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._views: dict[str, _View] = {}
        self.colours = "viridis"
        self.scale = Scale()

    # --- for the browser --------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the view needs, the colours included."""
        names = dict.fromkeys((*COLOUR_MAPS, self.colours))
        return {
            **self._description(),
            "colours": self.colours,
            "maps": {
                name: base64.b64encode(colour_table(name).tobytes()).decode() for name in names
            },
            "scale": self.scale.record(),
        }

    def frame(self, look: Look) -> Frame | None:
        """Give the image in as many pixels as there are, and the regions that are looked at."""
        with self._lock:
            if not (self._dirty or look.first):
                return None
            self._dirty = False
            reading, views = self._shown, dict(self._views)
        image = self._numbers(reading)
        least, greatest, invalid = bounds_of(image)
        low, high = self._bounds(image, least, greatest)
        parts, buffers = [], []
        columns = max((view.columns for view in views.values()), default=look.px)
        rows = max((view.rows for view in views.values()), default=DEFAULT_ROWS)
        wanted = {"": _View(None, columns, rows)}
        wanted |= {name: view for name, view in views.items() if view.region is not None}
        for name, view in wanted.items():
            pixels, region = _crop(image, view)
            parts.append({"view": name, "region": region, "shape": pixels.shape})
            buffers.append(levels_of(pixels, low, high))
        data = {
            "shape": image.shape,
            "lo": low,
            "hi": high,
            "least": least,
            "greatest": greatest,
            "invalid": invalid,
            "time": None if reading is None else reading.time_s,
            "parts": parts,
            **self.channel.status.record(),
        }
        return Frame(data, buffers, whole=True)

    def command(self, op: str, argument: dict[str, Any]) -> Any:
        """Do what a view asks: ``range``, ``value``, ``colours`` or ``scale``."""
        if op == "value":
            return self._value(int(argument["x"]), int(argument["y"]))
        if op == "colours":
            self.set_colours(str(argument["colours"]))
        elif op == "scale":
            self.set_scale(str(argument["mode"]), argument.get("lo"), argument.get("hi"))
        elif op == "range":
            self._look_at(argument)
        else:
            raise ValueError(f"a picture has no command {op!r}")
        self._dirty = True
        return None

    def _look_at(self, argument: dict[str, Any]) -> None:
        region = argument["region"]
        corners = None
        if region is not None:
            corners = tuple(float(region[corner]) for corner in ("x0", "y0", "x1", "y1"))
        columns, rows = (
            min(max(int(argument[side]), 1), MOST_PIXELS) for side in ("columns", "rows")
        )
        with self._lock:
            view = str(argument["view"])
            self._views.pop(view, None)
            self._views[view] = _View(corners, columns, rows)  # type: ignore[arg-type] # four
            while len(self._views) > VIEWS:
                del self._views[next(iter(self._views))]

    def set_colours(self, name: str) -> None:
        """Choose a colour map by name. Raises `OptionError`."""
        try:
            colour_table(name)
        except ValueError as error:
            raise OptionError(
                f"No colour map {name!r}; there are {', '.join(COLOUR_MAPS)} and all of cmap's."
            ) from error
        self.colours = name

    def set_scale(self, mode: str, low: Any = None, high: Any = None) -> None:
        """Choose which values have the first and the last colour. Raises `OptionError`."""
        if mode not in MODES:
            raise OptionError(f"No colour scale {mode!r}; there are {', '.join(MODES)}.")
        if mode != "fixed":
            self.scale = Scale(mode)
            return
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in (low, high)):
            raise OptionError(
                f"A fixed colour scale goes from one number to another, not {low!r} to {high!r}."
            )
        if low >= high:
            raise OptionError(f"A fixed colour scale goes up; this one goes from {low} to {high}.")
        self.scale = Scale(mode, float(low), float(high))

    def _value(self, x: int, y: int) -> Any:
        image = self.values()
        if not (0 <= y < image.shape[0] and 0 <= x < image.shape[1]):
            return None
        return image[y, x].item()

    # --- at rest ----------------------------------------------------------------------------------

    def drawing(self, _: float | None) -> Drawing:
        """Draw the whole image with its colour bar."""
        image, channel = self.values(), self.channel
        least, greatest, _invalid = bounds_of(image)
        low, high = self._bounds(image, least, greatest)
        label = f"{channel.attribute}   {_size(image)}"
        state = channel.status.state
        if not image.size:
            drawing = Drawing(420, 24)
        else:
            picture = paint(image, low, high, self.colours)
            drawing = Drawing(picture.width + BAR_WIDTH + 12, max(picture.height, 60) + TOP + 8)
            drawing.image((2, TOP), (picture.width, picture.height), picture.png)
            _draw_bar(drawing, picture.width + 12, low, high, self.colours)
        drawing.box((2, 4), (9, 9), rgb(channel.colour))
        drawing.text((17, 12), label + ("" if state == "live" else f"   ({state})"), size=12)
        return drawing

    def lines(self, _: int) -> Iterable[tuple[Channel, str, str]]:
        """Give its size and the range of its values as text."""
        image = self.values()
        least, greatest, _invalid = bounds_of(image)
        course = f"{brief_number(least)} to {brief_number(greatest)}" if image.size else ""
        yield self.channel, f"{_size(image)}", course

    def _numbers(self, reading: Reading | None) -> NDArray[Any]:
        if reading is None:
            return np.empty((0, 0))
        image = self.channel.numbers(reading.value)
        return image if image.ndim == 2 else image.reshape(0, 0)

    def _bounds(self, image: NDArray[Any], least: float, greatest: float) -> tuple[float, float]:
        if self.scale.mode == "fixed":
            return self.scale.low, self.scale.high
        low, high = least, greatest
        if self.scale.mode == "percentile":
            low, high = percentiles_of(image, *PERCENTILES)
        return low, high


def _crop(image: NDArray[Any], view: _View) -> tuple[NDArray[Any], dict[str, int]]:
    """Return the pixels that a view has room for, and which part of the image they cover."""
    height, width = image.shape
    x0, y0, x1, y1 = view.region or (0, 0, width, height)
    left, top = min(max(int(x0), 0), width), min(max(int(y0), 0), height)
    right = min(max(math.ceil(x1), left), width)
    bottom = min(max(math.ceil(y1), top), height)
    # Square pixels fill the tighter side; the other has room to spare.
    step = max(1, int(max((right - left) / view.columns, (bottom - top) / view.rows)))
    pixels = image[top:bottom:step, left:right:step]
    region = {
        "x0": left,
        "y0": top,
        "x1": left + step * pixels.shape[1],
        "y1": top + step * pixels.shape[0],
    }
    return pixels, region


def _size(image: NDArray[Any]) -> str:
    return f"{image.shape[1]} \N{MULTIPLICATION SIGN} {image.shape[0]}"


def _draw_bar(drawing: Drawing, left: float, low: float, high: float, colours: str) -> None:
    height = drawing.height - TOP - 8
    table = colour_table(colours)
    each = height / BAR_STEPS
    for step in range(BAR_STEPS):
        colour = table[255 - 255 * step // (BAR_STEPS - 1), :3]
        drawing.box((left, TOP + step * each), (14, each + 0.4), tuple(colour.tolist()))
    if not low < high:
        return
    for value in ticks(low, high, 4):
        share = (value - low) / (high - low)
        drawing.text((left + 20, TOP + height * (1 - share) + 4), brief_number(value, 4))
