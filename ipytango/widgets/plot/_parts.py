"""The parts of a plot: one for all scalars, one for each spectrum and each image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from ...display import Drawing
from ...errors import AttributeNameError, OptionError
from ...green import allocate_lock
from ._channel import Channel
from ._curve import Curve
from ._picture import Picture
from ._trend import Trend

__all__ = ["Part", "Parts"]

Part: TypeAlias = Trend | Curve | Picture


class Parts:
    """Which part draws which attribute; a part comes with the first reading that says its kind.

    Any thread. Iterated, it gives the trend first, then each spectrum and image as it was named.
    """

    def __init__(self, channels: Sequence[Channel], period_s: float, *, log: bool) -> None:
        self._channels = channels
        self._period_s = period_s
        self._log = log
        self._lock = allocate_lock()
        self._parts: dict[str, Part] = {}

    def __iter__(self) -> Iterator[Part]:
        order = {Trend.key: -1} | {channel.key: channel.number for channel in self._channels}
        return iter(sorted(self._parts.copy().values(), key=lambda part: order[part.key]))

    def of(self, channel: Channel, *, frozen_s: float | None) -> tuple[Part | None, bool]:
        """Return the part that draws the attribute, and whether it does so from now on.

        None while its kind is not known, or where it has nothing to draw. A new part is held
        still at `frozen_s`, where that is a time.
        """
        with self._lock:  # readings come in several threads
            part = self._drawing(channel)
            if part is not None:
                return part, False
            part = self._made_for(channel)
            if part is None:
                return None, False
            self._parts[part.key] = part
        if frozen_s is not None:
            part.freeze(frozen_s)
        return part, True

    def _drawing(self, channel: Channel) -> Part | None:
        part = self._parts.get(Trend.key if channel.kind == "trend" else channel.key)
        if isinstance(part, Trend):
            return part if part.has(channel) else None
        return part if part is not None and part.kind == channel.kind else None

    def _made_for(self, channel: Channel) -> Part | None:
        kind = channel.kind
        if kind == "trend":
            trend = self._parts.get(Trend.key)
            if not isinstance(trend, Trend):
                trend = Trend(self._period_s, log=self._log)
            trend.add(channel)
            return trend
        if kind == "curve":
            return Curve(channel, log=self._log)
        return Picture(channel) if kind == "picture" else None

    def named(self, key: str) -> Part:
        """Return the part of that key. Raises `OptionError`."""
        part = self._parts.get(key)
        if part is None:
            raise OptionError("This part of the plot is not there any more.")
        return part

    @property
    def pictures(self) -> list[Picture]:
        """The images."""
        return [part for part in self if isinstance(part, Picture)]

    def drawings(self, window_s: float | None) -> list[Drawing]:
        """Draw each as it is now; trends as much of them as `window_s` says."""
        drawings = []
        for part in self:
            drawing = part.drawing(window_s)
            names = ", ".join(channel.attribute for channel in self._channels_of(part))
            drawing.alt = f"{part.kind} of {names}"
            drawings.append(drawing)
        return drawings

    def notes(self) -> list[tuple[str, str, str]]:
        """Name the attributes that are not drawn: how each stands, and why it is not."""
        waiting = [channel for channel in self._channels if channel.kind in (None, "note")]
        return [(channel.attribute, *_why(channel)) for channel in waiting]

    def taken(self, attribute: str | None) -> list[tuple[Channel, Any]]:
        """Return the attributes that are meant (None: all), of one kind, and what there is of each.

        Raises `AttributeNameError` for one that is not drawn, and `OptionError` where no one table
        holds them.
        """
        chosen = [channel for channel in self._channels if channel.kind not in (None, "note")]
        if attribute is not None:
            wanted = attribute.strip().lower()
            chosen = [channel for channel in chosen if channel.attribute.lower() == wanted]
            if not chosen:
                names = ", ".join(channel.attribute for channel in self._channels)
                raise AttributeNameError(f"{attribute!r} has no values in this plot of {names}.")
        kinds = {channel.kind for channel in chosen}
        if len(kinds) > 1 or ("picture" in kinds and len(chosen) > 1):
            raise OptionError(
                "This plot has more than one kind of values, that no one table holds: name one, as "
                f"in to_pandas({chosen[0].attribute!r})."
            )
        return [(channel, self.values_of(channel)) for channel in chosen]

    def drawn_by(self, part: Part) -> list[tuple[Channel, Any]]:
        """Return the attributes that a part draws, and what there is of each."""
        return [(channel, self.values_of(channel)) for channel in self._channels_of(part)]

    def _channels_of(self, part: Part) -> list[Channel]:
        return [channel for channel in self._channels if self._drawing(channel) is part]

    def values_of(self, channel: Channel) -> Any:
        """Return what there is of one attribute, as its part gives it; None where it has none."""
        part = self._drawing(channel)
        if isinstance(part, Trend):
            return part.columns(channel)
        return None if part is None else part.values()


def _why(channel: Channel) -> tuple[str, str]:
    """Say how an attribute stands that is not drawn, and why it is not."""
    if channel.unplottable:
        why = f"{channel.data_type} has no numbers to plot; %tango_watch shows its values."
        return channel.unplottable, why
    status = channel.status
    return status.state, status.failure or ""
