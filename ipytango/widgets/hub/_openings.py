"""What pages are told of panels before their frames: the views' names and configs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from ._protocol import json_safe
from ._seats import Seat

_LOG = logging.getLogger("ipytango.widgets")

__all__ = ["Openings"]

AGAIN_EVERY_S = 0.1
"""Configs are sent again so often at most, unless a frame needs one: what they tell may flutter."""


class Openings:
    """Opens panels in pages, again when their configs have changed. In the hub's thread."""

    def __init__(self, seats: dict[str, Seat], send: Callable[[dict[str, Any]], object]) -> None:
        self._seats = seats
        self._send = send
        self._due: dict[str, None] = {}
        self._opened_again_s = 0.0

    def open(self, names: Iterable[str]) -> int:
        """Tell the pages what the views of these panels need; of those that are gone, that.

        Returns about how many bytes it took.
        """
        entries, gone = [], []
        for name in names:
            seat = self._seats.get(name)
            panel = None if seat is None else seat.panel()
            if panel is None:
                gone.append(name)
                continue
            try:
                config = json_safe(panel.config())
            except Exception:  # noqa: BLE001 - of one panel: it is logged, and stops no other
                _LOG.exception("%r has no config", panel)
                continue
            entries.append({"p": name, "w": panel.view, "c": config})
        if entries:
            self._send({"k": "o", "p": entries})
        if gone:
            self._send({"k": "x", "p": gone})
        return len(str(entries)) + len(str(gone))

    def again(self, name: str) -> None:
        """Have a panel opened again: soon, and before its next frame; unless that was done."""
        seat = self._seats.get(name)
        if seat is not None and not seat.described:
            self._due[name] = None

    def forget(self, name: str) -> None:
        """Open a panel no more that closes."""
        self._due.pop(name, None)

    def open_before(self, now_s: float, names: Iterable[str]) -> None:
        """Open those of these panels again whose frames come next."""
        self._open_again(now_s, [name for name in names if name in self._due])

    def open_due(self, now_s: float) -> float | None:
        """Open again what is due; returns when to look again, None for not by itself."""
        if self._due and now_s >= self._opened_again_s + AGAIN_EVERY_S:
            self._open_again(now_s, list(self._due))
        return self._opened_again_s + AGAIN_EVERY_S if self._due else None

    def _open_again(self, now_s: float, names: list[str]) -> None:
        for name in names:
            del self._due[name]
            if (seat := self._seats.get(name)) is not None:
                seat.described = True  # before it is asked: what changes from now on is for later
        if names:
            self._opened_again_s = now_s
            self.open(name for name in names if name in self._seats)
