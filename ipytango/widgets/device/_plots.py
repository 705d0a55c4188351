"""The plots that are open in a device's panel."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...client import Call
from ...green import allocate_lock
from ..plot import Plot

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["Plots"]


class Plots:
    """Opens and closes plots of single attributes. Any thread; nothing here waits.

    `changed` is called in any thread when one has come or gone, `failed` with the attribute's name
    and the error when one cannot be made.
    """

    def __init__(
        self,
        hub: Hub,
        changed: Callable[[], object],
        failed: Callable[[str, BaseException], object],
    ) -> None:
        self._hub = hub
        self._changed = changed
        self._failed = failed
        self._lock = allocate_lock()
        self._open: dict[str, Plot] = {}
        self._coming: dict[str, bool] = {}
        """What is being made, and whether it is still wanted."""
        self._closed = False

    def names(self) -> dict[str, str]:
        """Return the names of the plots' panels, by the attributes'."""
        return {name: plot.id for name, plot in self._open.copy().items()}

    def toggle(self, name: str, attribute: str) -> None:
        """Open a plot of the attribute with that full name, or close it."""
        with self._lock:
            plot = self._open.pop(name, None)
            begins = plot is None and name not in self._coming
            if plot is None:
                self._coming[name] = not self._coming.get(name, False)
        if plot is not None:
            plot.close()
            self._changed()
        if begins:
            # On the pool, as it waits for its first readings.
            call = self._hub.client.submit(functools.partial(_make, self._hub), attribute)
            call.when_done(functools.partial(self._take, name))

    def close(self) -> None:
        """Close them all. Without the lock: it may be called wherever garbage is collected."""
        self._closed = True
        while self._open:
            self._open.popitem()[1].close()

    def _take(self, name: str, call: Call) -> None:
        """Show what was made, if it is still wanted; in a worker's thread."""
        with self._lock:
            wanted = self._coming.pop(name) and not self._closed
            if wanted and call.error is None:
                self._open[name] = call.result
        if call.error is not None:
            if wanted:
                self._failed(name, call.error)
        elif not wanted:
            call.result.close()
        elif self._closed:  # meanwhile
            self.close()
        else:
            self._hub.show(call.result)
            self._changed()


def _make(hub: Hub, attribute: str) -> Plot:
    return Plot(hub, [attribute])
