"""The states of the devices that somebody can see at the moment."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from ..client import DevicePlace, Reading
from ..errors import AttributeNameError
from ..green import allocate_lock

if TYPE_CHECKING:
    from ..client import Client, Following

__all__ = ["SeenState", "States"]

PERIOD_S = 2.0
MOST_DEVICES = 200
"""More than any screen has rows: pages that ask for more are not believed."""

VIEWS = 8
"""Of more views than these it is forgotten what can be seen in them."""

_INSTEAD = {
    "API_DeviceNotExported": "off",
    "API_DeviceNotDefined": "unknown",
    "DB_DeviceNotDefined": "unknown",
}


@dataclasses.dataclass(frozen=True)
class SeenState:
    """What a device's state is at the moment."""

    name: str
    """``ON``, ``FAULT``...; empty where it is not known."""

    instead: str = ""
    """What is said in its place: ``off``, ``unknown``, ``no answer``."""

    why: str = ""
    """The error behind that."""


class States:
    """Follows the states of devices, of those that are seen and no others; see `follow`, `rest`.

    `changed` is called in any thread when there is news; `news` belongs to one.
    """

    def __init__(self, client: Client, place: str, changed: Callable[[], object]) -> None:
        self._client = client
        self._place = place
        self._changed = changed
        self._lock = allocate_lock()
        self._followings: dict[str, Following] = {}
        self._states: dict[str, SeenState] = {}
        self._dirty: dict[str, None] = {}
        self._seen: dict[str, tuple[str, ...]] = {}
        """The devices that can be seen, by view; the view that spoke last is the last."""
        self._resting = False
        self._closed = False

    def see(self, view: str, devices: Iterable[str]) -> None:
        """Follow what can be seen in a view from now on, and what can be in the others."""
        with self._lock:
            self._seen.pop(view, None)
            seen = tuple(itertools.islice(devices, MOST_DEVICES))
            if seen:
                self._seen[view] = seen
            while len(self._seen) > VIEWS:
                del self._seen[next(iter(self._seen))]
            self._follow(() if self._resting else self._wanted())

    def follow(self) -> None:
        """Follow what was seen last."""
        with self._lock:
            self._resting = False
            self._follow(self._wanted())

    def _wanted(self) -> dict[str, None]:
        """Return what all views see; of too much, the first of each, so that none gets nothing."""
        in_turn = itertools.chain.from_iterable(
            itertools.zip_longest(*reversed(self._seen.values()))
        )
        seen = dict.fromkeys(device for device in in_turn if device is not None)
        return dict.fromkeys(itertools.islice(seen, MOST_DEVICES))

    def rest(self) -> None:
        """Follow nothing for a while; what is known stays."""
        with self._lock:
            self._resting = True
            self._follow(())

    def close(self) -> None:
        """Follow nothing for good."""
        self._closed = True
        self.rest()

    def _follow(self, devices: Collection[str]) -> None:
        for device in [known for known in self._followings if known not in devices]:
            self._followings.pop(device).close()
        for device in devices:
            if device in self._followings or self._closed:
                continue
            try:
                self._followings[device] = self._client.feeds.follow(
                    f"{DevicePlace.of(device).within(self._place)}/State",
                    functools.partial(self._take, device),
                    period_s=PERIOD_S,
                    every=False,
                )
            except AttributeNameError as error:  # the others have states all the same
                self._show(device, SeenState("", "unknown", str(error)))

    def of(self, device: str) -> SeenState:
        """Return what is known of a device's state."""
        return self._states.get(device, SeenState(""))

    def news(self, *, whole: bool) -> dict[str, SeenState]:
        """Return the states that have changed since this was asked last, or all."""
        dirty = []
        while self._dirty:
            dirty.append(self._dirty.popitem()[0])
        return self._states.copy() if whole else {device: self._states[device] for device in dirty}

    def _take(self, device: str, reading: Reading) -> None:
        failure = reading.failure
        if failure is None:
            state = SeenState(str(reading.value))
        else:
            reasons = {level.reason for level in failure.levels}
            said = (text for reason, text in _INSTEAD.items() if reason in reasons)
            state = SeenState("", next(said, "no answer"), str(failure))
        self._show(device, state)

    def _show(self, device: str, state: SeenState) -> None:
        if self._states.get(device) != state:
            self._states[device] = state
            self._dirty[device] = None
            self._changed()
