"""A reading that can be made to follow its attribute: the *live* switch of its display."""

from __future__ import annotations

import dataclasses
import time
import weakref
from typing import TYPE_CHECKING, Any

from ..client import Following, Reading, ValueSnapshot
from ..display import PALETTE, escape, line_of, text_of, value_record
from ..green import allocate_lock
from .hub import Frame, Look, Panel, close_all, weakly
from .plot import Channel, Curve, Picture

if TYPE_CHECKING:
    from .hub import Hub

__all__ = ["ValuePanel"]

PERIOD_S = 1.0
"""How often an attribute is read that sends no events."""


HEIGHTS_PX = {"curve": 180, "picture": 384}

DEFAULT_PX = 800
"""The width that is drawn for before a page has said its own."""


@dataclasses.dataclass(frozen=True)
class _Frozen:
    """What was shown when it was switched off."""

    value: Frame
    part: dict[str, Any] | None
    text: str


class ValuePanel(Panel):
    """The display of a `DeviceAttribute`, which a page gives a switch: off at first.

    The display in the notebook stays what was read; on, the page shows what comes, and off again
    what came last. Of a value it keeps nothing but what is shown, and all of it only while live.
    """

    view = "value"
    saves_every_s = 0.0

    def __init__(self, hub: Hub, snapshot: ValueSnapshot) -> None:
        self._origin = snapshot.origin
        self._line = line_of(snapshot)
        self._channel = Channel(0, snapshot.reading.attribute, PALETTE[0])
        self._channel.facts = snapshot.facts
        self._lock = allocate_lock()
        self._on = False
        self._awake = False
        self._latest: Reading | None = None
        self._frozen: _Frozen | None = None
        self._px = DEFAULT_PX
        self._part: Curve | Picture | None = None
        self._following: Following | None = None
        # One for all times that it is switched on: the finalizer must hold nothing that is over.
        self._open: list[Following] = []
        weakref.finalize(self, close_all, self._open).atexit = False
        super().__init__(hub)

    def wrapped(self, html: str) -> str:
        """Return the static display as the page's hub finds it, and expect it there."""
        self.hub.show(self)
        return f'<div data-ipytango="{self.id}">{html}</div>'

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what is shown, and what the view of its array needs."""
        device, _, name = self._channel.attribute.rpartition("/")
        frozen = self._frozen
        part = self._part_config() if frozen is None else frozen.part
        return {"device": f"{device}/" if device else "", "name": name, "text": self._line} | {
            "part": part
        }

    def _part_config(self) -> dict[str, Any] | None:
        part = self._part
        if part is None:
            return None
        return {"kind": part.kind, "height": HEIGHTS_PX[part.kind], **part.config()}

    def frame(self, look: Look) -> Frame | None:
        """Say whether it is live, and the newest value."""
        self._px = look.px or self._px
        value = self._value() if self._frozen is None else self._frozen.value
        state = {"on": self._on, "now": time.time(), **self._channel.status.record()}
        return Frame({**state, **value.data}, value.buffers, whole=True)

    def _snapshot(self) -> ValueSnapshot | None:
        """Take the newest value with what is known of the attribute by now."""
        latest = self._latest
        if latest is None:
            return None
        return ValueSnapshot(latest, self._channel.facts, self._origin)

    def _value(self) -> Frame:
        with self._lock:
            latest, part = self._snapshot(), self._part
        data = {"value": None if latest is None else value_record(latest)}
        if part is None:
            return Frame(data)
        inner = part.frame(Look(self._px, first=True))
        assert inner is not None  # noqa: S101 - the first look gives all
        return Frame({**data, "part": inner.data}, inner.buffers)

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks: ``live`` switches; all else is for the array's view."""
        if op == "live":
            self._switch(on=bool(argument["on"]))
            return None
        part = self._part
        if part is None:
            return None  # frozen: what is asked for in full is not there any more
        answer = part.command(op, argument)
        if op != "value":
            self.changed()
        if op in {"colours", "scale"}:
            self.configured()
        return answer

    def waken(self) -> None:
        """Follow again, if it is live."""
        self._awake = True
        self._follow_or_not()

    def sleep(self) -> None:
        """Stop following: nobody looks."""
        self._awake = False
        self._follow_or_not()

    def close(self) -> None:
        """Stop following for good."""
        super().close()
        self._follow_or_not()

    def static_html(self) -> str:
        """Give the value in a line: the display with all of it stands in the notebook."""
        return f"<div>{escape(self._line)}</div>"

    def text(self) -> str:
        """Give the newest value, else what was read."""
        frozen, latest = self._frozen, self._snapshot()
        if frozen is not None:
            return frozen.text
        return self._line if latest is None else text_of(latest)

    # --- following --------------------------------------------------------------------------------

    def _switch(self, *, on: bool) -> None:
        if on == self._on:
            return
        self._on = on
        self._follow_or_not()
        if not on and self._latest is not None:
            frozen = _Frozen(self._value(), self._part_config(), self.text())
            with self._lock:
                self._frozen, self._latest, self._part = frozen, None, None
                self._channel.latest = None
        self.changed()

    def _follow_or_not(self) -> None:
        """Follow while it is live and somebody looks."""
        wanted = self._on and self._awake and not self.closed
        with self._lock:
            following, self._following = self._following, None
            if wanted and following is not None:
                self._following = following
                return
        if following is not None:
            close_all(self._open)
            self._channel.following = None
        elif wanted:
            # The feeds hold the sink, which must not hold the panel.
            following = self.hub.client.feeds.follow(
                self._origin, weakly(self._take), period_s=PERIOD_S, every=False
            )
            self._open.append(following)
            self._following = following
            if self._channel.follow(following):
                self.configured()

    def _take(self, reading: Reading) -> None:
        """Take a reading, in a thread of the feeds."""
        described = self._channel.take(reading)
        kind = self._channel.kind
        with self._lock:
            if not self._on:
                self._channel.latest = None
                return
            self._frozen = None
            if reading.failure is None and kind in {"curve", "picture"}:
                if self._part is None or self._part.kind != kind:
                    self._part = _part_for(kind, self._channel)
                    described = True
                self._part.take(self._channel, reading)
            self._latest = reading
        if described:
            self.configured()
        self.changed()


def _part_for(kind: str, channel: Channel) -> Curve | Picture:
    return Curve(channel, log=False) if kind == "curve" else Picture(channel)
