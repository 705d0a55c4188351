"""The plots that are open in a device's panel."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...client import Call
from ..plot import Plot

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["Plots"]


class Plots:
    """Opens and closes plots of single attributes. Any thread; nothing here waits.

    `changed` is called in any thread when one has come or gone.
    """

    def __init__(self, hub: Hub, changed: Callable[[], object]) -> None:
        self._hub = hub
        self._changed = changed
        self._open: dict[str, Plot] = {}
        self._closed = False

    def names(self) -> dict[str, str]:
        """Return the names of the plots' panels, by the attributes'."""
        return {name: plot.id for name, plot in self._open.copy().items()}

    def toggle(self, name: str, attribute: str) -> None:
        """Open a plot of the attribute with that full name, or close it."""
        plot = self._open.pop(name, None)
        if plot is not None:
            plot.close()
            self._changed()
            return
        # On the pool, as it waits for its first readings.
        call = self._hub.client.submit(functools.partial(_make, self._hub), attribute)
        call.when_done(functools.partial(self._take, name))

    def close(self) -> None:
        """Close them all."""
        self._closed = True
        while self._open:
            self._open.popitem()[1].close()

    def _take(self, name: str, call: Call) -> None:
        if call.error is not None:
            raise call.error  # the pool tells of it
        plot: Plot = call.result
        if self._closed:
            plot.close()
            return
        self._open[name] = plot
        self._hub.show(plot)
        self._changed()


def _make(hub: Hub, attribute: str) -> Plot:
    return Plot(hub, [attribute])
