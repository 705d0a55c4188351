"""A value that can be held still: what drawings of spectra and of images share."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

from ...client import Reading
from ...green import allocate_lock
from ._channel import Channel

__all__ = ["ArrayPart"]


class ArrayPart:
    """The part of a plot that draws the newest array of one attribute; any thread."""

    kind: ClassVar[str]

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.key = channel.key
        self._lock = allocate_lock()
        self._reading: Reading | None = None
        self._shown: Reading | None = None
        self._frozen = False
        self._dirty = True

    def take(self, _: Channel, reading: Reading) -> None:
        """Take in a newer value; a failure leaves the last one to be seen."""
        with self._lock:
            self._dirty = True
            if reading.failure is None and reading.value is not None:
                self._reading = reading
                if not self._frozen:
                    self._shown = reading

    def interrupt(self) -> None:
        """Show that nothing is followed any more."""
        self._dirty = True

    def freeze(self, at_s: float | None) -> None:
        """Keep what is shown; None lets it go on."""
        with self._lock:
            self._frozen = at_s is not None
            if not self._frozen:
                self._shown = self._reading
            self._dirty = True

    def values(self) -> NDArray[Any]:
        """Return what is shown, in full."""
        return self._numbers(self._shown)

    def _numbers(self, reading: Reading | None) -> NDArray[Any]:
        """Return a reading's value as it is drawn; empty for None."""
        raise NotImplementedError

    def _description(self) -> dict[str, Any]:
        """Say of the attribute what every view needs."""
        channel = self.channel
        return {
            "attribute": channel.attribute,
            "label": channel.attribute,
            "unit": channel.unit,
            "format": channel.format,
            "colour": channel.colour,
        }
