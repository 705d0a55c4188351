"""Live plots of attributes: trends of scalars, curves of spectra, pictures of images."""

from __future__ import annotations

import functools
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...client import Call, Following, Reading, device_and_name, history_of
from ...display import PALETTE, plot_html, plot_text, stacked
from ...green import allocate_lock
from ..hub import Frame, Look, Panel, Settling, close_all, path_of, seconds_of, text_or_file, weakly
from ._channel import Channel
from ._options import names_of, window_of
from ._parts import Part, Parts
from ._tables import csv_for_browser, csv_of, frame_of
from ._trend import Trend

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["Plot"]

FIRST_READINGS_S = 1.0
"""How long a new plot waits to learn what its attributes are, so that its snapshot is not empty."""

CURVE_RATE_HZ = 30.0
SPARK_WIDTH = 40


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
        names = names_of(attributes)
        self._period_s = seconds_of("period", period_s)
        self._window_s = window_of(window_s)
        self._history = history
        self._lock = allocate_lock()
        self._paused_s: float | None = None
        self._still = False
        """Whether what was held still has been drawn."""
        self._awake = False
        self._looked_at = False
        self._channels = [
            Channel(number, name, PALETTE[number % len(PALETTE)])
            for number, name in enumerate(names)
        ]
        self._parts = Parts(self._channels, self._period_s, log=log)
        self._settling = Settling()
        self._settling.expect(self._channels)
        # The feeds hold the sinks, which must not hold the plot: nobody would ever let go of it.
        self._followings: list[Following] = []
        self._end = weakref.finalize(self, close_all, self._followings)
        self._end.atexit = False
        super().__init__(hub)
        try:
            self._follow()
            self._settling.wait(FIRST_READINGS_S)
        except BaseException:  # Ctrl-C too: nobody has it, so nobody could close it
            self.close()
            raise

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
        self._window_s = window_of(seconds)
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
        for picture in self._parts.pictures:
            picture.set_colours(name)
        self.configured()

    def scale(self, mode: str, low: float | None = None, high: float | None = None) -> None:
        """Choose which values of images have the first and the last colour.

        `mode` is ``auto``, ``percentile`` (1 % and 99 %) or ``fixed`` (from `low` to `high`).
        Raises `OptionError`.
        """
        for picture in self._parts.pictures:
            picture.set_scale(mode, low, high)
        self.configured()
        self._freshen()

    def to_pandas(self, attribute: str | None = None) -> Any:
        """Return what was gathered as a `pandas.DataFrame`.

        Of trends all samples by their time (UTC), a column for each attribute; of a spectrum its
        values by index; of an image its pixels. Where the plot has more than one kind,
        `attribute` says which is meant. Raises `ImportError` where pandas is not installed.
        """
        return frame_of(self._parts.taken(attribute))

    def to_csv(self, path: str | Path | None = None, attribute: str | None = None) -> str | None:
        """Return the same as comma-separated values, or write them to the file `path`."""
        return text_or_file(csv_of(self._parts.taken(attribute)), path)

    def to_png(self, path: str | Path | None = None) -> bytes | None:
        """Return a PNG file's bytes of what is shown, or write them to the file `path`."""
        png = stacked(self._parts.drawings(self._window_s)).to_png()
        if path is None:
            return png
        path_of(path).write_bytes(png)
        return None

    def close(self) -> None:
        """Stop following for good; what is shown stays, as it was."""
        if not self.closed:
            super().close()
            self._end()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the parts are, and what each needs."""
        parts = [
            {"key": part.key, "kind": part.kind, "window": self._window_s, **part.config()}
            for part in self._parts
        ]
        notes = self._parts.notes()
        if notes:
            lines = [
                {"attribute": name, "state": state, "text": text} for name, state, text in notes
            ]
            parts.append({"key": "note", "kind": "note", "lines": lines})
        return {"paused": self.paused, "paused_at": self._paused_s, "parts": parts}

    def frame(self, look: Look) -> Frame | None:
        """Give what is new of each part."""
        if self._still and not look.first:
            return None
        self._still = self.paused
        entries: list[dict[str, Any]] = []
        buffers: list[Any] = []
        whole = True
        for part in self._parts:
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
        part = self._parts.named(str(argument.get("part")))
        if op == "csv":
            return csv_for_browser(self._parts.drawn_by(part))
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
        return plot_html(self._parts.drawings(self._window_s), self._parts.notes(), time.time())

    def text(self) -> str:
        """Give a line for each attribute: its newest value, and its course in blocks."""
        return self.text_of(SPARK_WIDTH)

    def text_of(self, width: int) -> str:
        """Give the same with `width` characters for the course."""
        lines = [line for part in self._parts for line in part.lines(width)]
        lines.sort(key=lambda line: line[0].number)
        return plot_text(
            [(channel.attribute, value, course, channel.mark) for channel, value, course in lines],
            self._parts.notes(),
        )

    # --- following --------------------------------------------------------------------------------

    def _follow(self) -> None:
        with self._lock:
            if self._awake or self.closed:
                return
            self._awake = True
        for channel in self._channels:
            sink = functools.partial(weakly(self._take), channel)
            following = self.hub.client.feeds.follow(
                channel.attribute, sink, period_s=self._period_s
            )
            self._followings.append(following)
            if channel.follow(following):
                self.configured()
            _spare(channel)

    def _rest(self) -> None:
        with self._lock:
            if not self._awake:
                return
            self._awake = False
        close_all(self._followings)
        for channel in self._channels:
            channel.following = None
        for part in self._parts:
            part.interrupt()

    def _take(self, channel: Channel, reading: Reading) -> None:
        """Take a reading, in a thread of the feeds."""
        described = channel.take(reading)
        part, is_new = self._parts.of(channel, frozen_s=self._paused_s)
        if part is not None:
            part.take(channel, reading)
        if part is not None and is_new:
            self._placed(channel, part)
        if described or is_new or channel.kind is None:
            self.configured()
        self._settling.settle(channel)
        if not self.paused:
            self.changed()

    def _placed(self, channel: Channel, part: Part) -> None:
        """Go on as befits what the attribute has turned out to be."""
        if isinstance(part, Trend):
            if self._history:
                self._ask_for_history(channel, part)
            return
        self.rate_hz = CURVE_RATE_HZ
        _spare(channel)

    def _ask_for_history(self, channel: Channel, trend: Trend) -> None:
        device, name = device_and_name(channel.attribute)
        plot = weakref.ref(self)

        def take(call: Call) -> None:
            alive = plot()
            # A device without a buffer, or that refuses, has no past: the trend begins now.
            if alive is not None and call.error is None and not call.cancelled:
                trend.take_history(channel, call.result)
                alive.changed()

        self.hub.client.submit(history_of, device, name).when_done(take)

    def _pause(self, *, on: bool) -> None:
        if on == self.paused:
            return
        self._paused_s = time.time() if on else None
        for part in self._parts:
            part.freeze(self._paused_s)
        self.configured()
        if on:
            self.refresh_saved()
        self._freshen()

    def _freshen(self) -> None:
        """Have everything drawn anew, also while it is held still."""
        self._still = False
        self.changed()


def _spare(channel: Channel) -> None:
    """Have only the newest of arrays, as no more is drawn."""
    if channel.following is not None and channel.kind in {"curve", "picture"}:
        channel.following.every = False
