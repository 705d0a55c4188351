"""Live plots of attributes: trends of scalars, curves of spectra, pictures of images."""

from __future__ import annotations

import contextlib
import functools
import math
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..client import (
    AttributePattern,
    Call,
    Following,
    Reading,
    attribute_names,
    history_of,
)
from ..display import PALETTE, Drawing, plot_html, plot_text, stacked
from ..errors import AttributeNameError, OptionError
from ..green import allocate_lock
from ._panel import Frame, Look, Panel
from ._plot_channel import Channel
from ._plot_curve import Curve
from ._plot_picture import Picture
from ._plot_tables import csv_of, frame_of
from ._plot_trend import Trend
from ._watch_wait import wait_until_settled

if TYPE_CHECKING:
    from ._hub import Hub

__all__ = ["Plot"]

MOST_ATTRIBUTES = 32
FIRST_READINGS_S = 1.0
"""How long a new plot waits to learn what its attributes are, so that its snapshot is not empty."""

TREND_RATE_HZ = 10.0
CURVE_RATE_HZ = 30.0
SPARK_WIDTH = 40
BROWSER_CSV = 4_000_000
"""Characters of a CSV that a browser is sent at most."""

Part = Trend | Curve | Picture


class Plot(Panel):
    """Attributes of any number of devices, drawn live, below each other.

    Made by `ipytango.plot`. Scalars share one drawing over time, with an axis for each unit; each
    spectrum is a curve of its own, each image a picture. It follows its attributes from the start;
    once it was shown and its output is gone it sleeps, until it is shown again.
    """

    view = "plot"

    def __init__(  # noqa: PLR0913 - options, by name
        self,
        hub: Hub,
        attributes: Sequence[object],
        *,
        period_s: float = 1.0,
        window_s: float | None = 300.0,
        history: bool = True,
        log: bool = False,
    ) -> None:
        names = _names(attributes)
        _check_seconds("period", period_s)
        self._window_s = _window(window_s)
        self._period_s = float(period_s)
        self._history = history
        self._log = log
        self._lock = allocate_lock()
        self._parts: dict[str, Part] = {}
        self._trend: Trend | None = None
        self._paused_s: float | None = None
        self._still = False
        """Whether what was held still has been drawn."""
        self._awake = False
        self._looked_at = False
        self._unsettled = set(range(len(names)))
        self._when_settled: list[Callable[[], object]] = []
        self._channels = [
            Channel(number, name, PALETTE[number % len(PALETTE)])
            for number, name in enumerate(names)
        ]
        # The feeds hold the sinks, which must not hold the plot: nobody would ever let go of it.
        self._followings: list[Following] = []
        self._end = weakref.finalize(self, _close_all, self._followings)
        self._end.atexit = False
        super().__init__(hub)
        try:
            self._follow()
        except BaseException:
            self.close()
            raise
        wait_until_settled(self, FIRST_READINGS_S)

    # --- for the user -----------------------------------------------------------------------------

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of what is plotted, as they were given."""
        return tuple(channel.attribute for channel in self._channels)

    @property
    def window(self) -> float | None:
        """Seconds that trends show; None for all that there is (up to a day)."""
        return self._window_s

    @window.setter
    def window(self, seconds: float | None) -> None:
        self._window_s = _window(seconds)
        self.configured()

    def pause(self) -> None:
        """Hold the drawings still in all browsers; trends go on to take samples."""
        self._pause(on=True)

    def resume(self) -> None:
        """Let the drawings go on."""
        self._pause(on=False)

    @property
    def paused(self) -> bool:
        """Whether the drawings are held still."""
        return self._paused_s is not None

    def colours(self, name: str) -> None:
        """Choose the colour map of images (``viridis``, ``inferno``...). Raises `OptionError`."""
        for picture in self._pictures():
            picture.set_colours(name)
        self.configured()

    def scale(self, mode: str, low: float | None = None, high: float | None = None) -> None:
        """Choose which values of images have the first and the last colour.

        `mode` is ``auto``, ``percentile`` (1 % and 99 %) or ``fixed`` (from `low` to `high`).
        Raises `OptionError`.
        """
        for picture in self._pictures():
            picture.set_scale(mode, low, high)
        self.configured()
        self._freshen()

    def to_pandas(self, attribute: str | None = None) -> Any:
        """Return what was gathered as a `pandas.DataFrame`.

        Of trends all samples by their time (UTC), a column for each attribute; of a spectrum its
        values by index; of an image its pixels. Where the plot has more than one kind,
        `attribute` says which is meant. Raises `ImportError` where pandas is not installed.
        """
        return frame_of(self._taken(attribute))

    def to_csv(self, path: str | Path | None = None, attribute: str | None = None) -> str | None:
        """Return the same as comma-separated values, or write them to the file `path`."""
        text = csv_of(self._taken(attribute))
        if path is None:
            return text
        Path(path).write_text(text, encoding="utf-8")
        return None

    def to_png(self, path: str | Path | None = None) -> bytes | None:
        """Return a PNG file's bytes of what is shown, or write them to the file `path`."""
        png = stacked(self._drawings()).to_png()
        if path is None:
            return png
        Path(path).write_bytes(png)
        return None

    def close(self) -> None:
        """Stop following for good; what is shown stays, as it was."""
        if not self.closed:
            super().close()
            self._end()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the parts are, and what each needs."""
        common = {"paused": self.paused, "paused_at": self._paused_s}
        parts = [
            {"key": part.key, "kind": part.kind, "window": self._window_s, **part.config()}
            for part in self._ordered()
        ]
        waiting = [
            {"attribute": channel.attribute, **_why(channel)}
            for channel in self._channels
            if channel.kind in (None, "note")
        ]
        if waiting:
            parts.append({"key": "note", "kind": "note", "lines": waiting})
        return {**common, "parts": parts}

    def frame(self, look: Look) -> Frame | None:
        """Give what is new of each part."""
        if self._still and not look.first:
            return None
        self._still = self.paused
        entries: list[dict[str, Any]] = []
        buffers: list[Any] = []
        whole = True
        for part in self._ordered():
            frame = part.frame(look)
            if frame is None:
                whole = False
                continue
            entries.append({"key": part.key, "buffers": len(frame.buffers), **frame.data})
            buffers += frame.buffers
            whole = whole and frame.whole
        if not entries and not look.first:
            return None
        return Frame({"now": time.time(), "parts": entries}, buffers, whole=whole)

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks, of the whole or of one part."""
        if op in ("pause", "resume"):
            self._pause(on=op == "pause")
            return None
        if op == "window":
            self.window = argument["window"]
            return None
        part = self._parts.get(str(argument.get("part")))
        if part is None:
            raise OptionError("This part of the plot is not there any more.")
        if op == "csv":
            return self._csv_of(part)
        answer = part.command(op, argument)
        if op in ("colours", "scale"):
            self.configured()
        if op != "value":
            self._freshen()
        return answer

    def waken(self) -> None:
        """Follow, as somebody looks."""
        self._looked_at = True
        self._follow()

    def sleep(self) -> None:
        """Stop following: the output is gone."""
        if self._looked_at:
            self._rest()

    def static_html(self) -> str:
        """Give the drawings as they are now."""
        return plot_html(self._drawings(), self._notes(), time.time())

    def text(self) -> str:
        """Give a line for each attribute: its newest value, and its course in blocks."""
        return self.text_of(SPARK_WIDTH)

    def text_of(self, width: int) -> str:
        """Give the same with `width` characters for the course."""
        lines = [line for part in self._ordered() for line in part.lines(width)]
        lines.sort(key=lambda line: line[0].number)
        return plot_text(
            [
                (channel.attribute, value, course, _mark(channel))
                for channel, value, course in lines
            ],
            self._notes(),
        )

    def when_settled(self, callback: Callable[[], object]) -> None:
        """Call back, in any thread, when each attribute is known or says why it is not."""
        self._when_settled.append(callback)
        self._settle(None)

    def no_longer_when_settled(self, callback: Callable[[], object]) -> None:
        """Forget a callback that may not have been called yet."""
        with contextlib.suppress(ValueError):
            self._when_settled.remove(callback)

    # --- following --------------------------------------------------------------------------------

    def _follow(self) -> None:
        with self._lock:
            if self._awake or self.closed:
                return
            self._awake = True
        for channel in self._channels:
            sink = functools.partial(_hand_on, weakref.ref(self), channel)
            channel.following = self.hub.client.feeds.follow(
                channel.attribute, sink, period_s=self._period_s
            )
            self._followings.append(channel.following)

    def _rest(self) -> None:
        with self._lock:
            if not self._awake:
                return
            self._awake = False
        _close_all(self._followings)
        for channel in self._channels:
            channel.following = None
        for part in self._ordered():
            part.interrupt()

    def _take(self, channel: Channel, reading: Reading) -> None:
        """Take a reading, in a thread of the feeds."""
        described = channel.take(reading)
        if self._part_of(channel) is None:
            described = self._place(channel) or described
        part = self._part_of(channel)
        if part is not None:
            part.take(channel, reading)
        if described or channel.kind is None:
            self.configured()
        self._settle(channel)
        if not self.paused:
            self.changed()

    def _part_of(self, channel: Channel) -> Part | None:
        kind = channel.kind
        if kind == "trend":
            return self._trend if self._trend is not None and self._trend.has(channel) else None
        part = self._parts.get(channel.key)
        return part if part is not None and part.kind == kind else None

    def _place(self, channel: Channel) -> bool:
        """Give an attribute its part, once its kind is known; returns whether it has one now."""
        kind = channel.kind
        if kind == "trend":
            if self._trend is None:
                self._trend = self._parts["trend"] = Trend(self._period_s, log=self._log)
            self._trend.add(channel)
            self._ask_for_history(channel, self._trend)
        elif kind == "curve":
            self._parts[channel.key] = Curve(channel, log=self._log)
        elif kind == "picture":
            self._parts[channel.key] = Picture(channel)
        else:
            return False
        if kind != "trend":
            self.rate_hz = CURVE_RATE_HZ
            if channel.following is not None:
                channel.following.every = False  # only the newest is drawn
        if self._paused_s is not None:
            self._parts["trend" if kind == "trend" else channel.key].freeze(self._paused_s)
        return True

    def _ask_for_history(self, channel: Channel, trend: Trend) -> None:
        if not self._history:
            return
        device, _, name = channel.attribute.rpartition("/")
        plot = weakref.ref(self)

        def take(call: Call) -> None:
            alive = plot()
            # A device without a buffer, or that refuses, has no past: the trend begins now.
            if alive is not None and call.error is None and not call.cancelled:
                trend.take_history(channel, call.result)
                alive.changed()

        self.hub.client.submit(history_of, device, name).when_done(take)

    def _settle(self, channel: Channel | None) -> None:
        if channel is not None:
            self._unsettled.discard(channel.number)
        if not self._unsettled:
            while self._when_settled:
                self._when_settled.pop()()

    # --- parts ------------------------------------------------------------------------------------

    def _ordered(self) -> list[Part]:
        """Return the parts: trends first, then each spectrum and image as it was named."""
        order = {"trend": -1} | {channel.key: channel.number for channel in self._channels}
        return sorted(dict(self._parts).values(), key=lambda part: order[part.key])

    def _pictures(self) -> list[Picture]:
        return [part for part in self._ordered() if isinstance(part, Picture)]

    def _drawings(self) -> list[Drawing]:
        return [part.drawing(self._window_s) for part in self._ordered()]

    def _notes(self) -> list[tuple[str, str, str]]:
        return [
            (channel.attribute, why["state"], why["text"])
            for channel in self._channels
            if channel.kind in (None, "note")
            for why in (_why(channel),)
        ]

    def _taken(self, attribute: str | None) -> list[tuple[Channel, Any]]:
        """Return the attributes that are meant, of one kind, and what there is of each."""
        chosen = [channel for channel in self._channels if channel.kind not in (None, "note")]
        if attribute is not None:
            wanted = attribute.strip().lower()
            chosen = [channel for channel in chosen if channel.attribute.lower() == wanted]
            if not chosen:
                raise AttributeNameError(
                    f"{attribute!r} has no values in this plot of {', '.join(self.attributes)}."
                )
        kinds = {channel.kind for channel in chosen}
        if len(kinds) > 1 or ("picture" in kinds and len(chosen) > 1):
            raise OptionError(
                "This plot has more than one kind of values, that no one table holds: name one, as "
                f"in to_pandas({chosen[0].attribute!r})."
            )
        return [(channel, self._values_of(channel)) for channel in chosen]

    def _values_of(self, channel: Channel) -> Any:
        part = self._part_of(channel)
        if isinstance(part, Trend):
            return part.columns(channel)
        return part.values() if part is not None else None

    def _csv_of(self, part: Part) -> str:
        if isinstance(part, Trend):
            chosen = [channel for channel in self._channels if channel.kind == "trend"]
        else:
            chosen = [part.channel]
        text = csv_of([(channel, self._values_of(channel)) for channel in chosen])
        if len(text) > BROWSER_CSV:
            raise OptionError(
                f"These are {len(text):,} characters of CSV, too many for a browser: "
                "to_csv(path) of the plot writes them to a file."
            )
        return text

    def _pause(self, *, on: bool) -> None:
        if on == self.paused:
            return
        self._paused_s = time.time() if on else None
        for part in self._ordered():
            part.freeze(self._paused_s)
        self.configured()
        if on:
            self.refresh_saved()
        self._freshen()

    def _freshen(self) -> None:
        """Have everything drawn anew, also while it is held still."""
        self._still = False
        self.changed()


def _hand_on(plot: weakref.ref[Plot], channel: Channel, reading: Reading) -> None:
    alive = plot()
    if alive is not None:
        alive._take(channel, reading)


def _close_all(followings: list[Following]) -> None:
    while followings:
        followings.pop().close()


def _names(attributes: Sequence[object]) -> list[str]:
    names = list(dict.fromkeys(attribute_names(attributes)))
    if not names:
        raise AttributeNameError(
            "No attribute to plot: name at least one, such as 'sys/tg_test/1/ampli'."
        )
    if len(names) > MOST_ATTRIBUTES:
        raise OptionError(
            f"{len(names)} attributes are too many for one plot, which takes {MOST_ATTRIBUTES}; "
            "%tango_watch shows any number."
        )
    for name in names:
        if AttributePattern.of(name) is not None:
            raise AttributeNameError(
                f"{name!r} stands for several attributes; a plot wants each by its name."
            )
    return names


def _check_seconds(what: str, seconds: object) -> None:
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not (number and 0 < seconds < math.inf):  # type: ignore[operator] # it is a number
        raise OptionError(f"{what}={seconds!r}: give a number of seconds above 0.")


def _window(seconds: float | None) -> float | None:
    if seconds is None:
        return None
    _check_seconds("window", seconds)
    return float(seconds)


def _why(channel: Channel) -> dict[str, str]:
    """Say why an attribute is not plotted."""
    if channel.unplottable:
        return {
            "state": channel.unplottable,
            "text": f"{channel.data_type} has no numbers to plot; %tango_watch shows its values.",
        }
    status = channel.status
    return {"state": status.state, "text": status.failure or ""}


def _mark(channel: Channel) -> str:
    status = channel.status
    if status.state != "live":
        return status.state
    return "" if status.quality == "VALID" else status.quality.lower()
