"""The attributes of a device's panel: those of the form that is looked at are followed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...client import ConfigSnapshot, DeviceName, Reading, device_and_name
from ...display import SheetGroup, WatchRow, thumbnail
from ...errors import AttributeNameError
from ...green import allocate_lock
from ..hub import Frame
from ..watch import Board

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["FORMS", "Members"]

PERIOD_S = 1.0
"""How often an attribute is read that sends no events."""

HEAD = ("State", "Status")
FORMS = {"scalar": "scalars", "spectrum": "spectra", "image": "images"}
"""The forms of attributes, and what several of each are called."""


class Members:
    """Follows State and Status always, and of the rest one form at a time.

    `changed` is called in any thread. Any thread, but for `frame`.
    """

    def __init__(self, client: Client, device: DeviceName, changed: Callable[[], object]) -> None:
        self._device = device
        self._lock = allocate_lock()
        self._head = Board(client, PERIOD_S, changed)
        self._boards = {form: Board(client, PERIOD_S, changed) for form in FORMS}
        for board in self._boards.values():
            board.rest()
        self._head.add([device.attribute(name) for name in HEAD])
        self._drawn: dict[str, Reading] = {}
        self._awake = True
        self._form = ""

    def show(self, configs: Iterable[ConfigSnapshot]) -> None:
        """Have these attributes, and no others."""
        wanted: dict[str, dict[str, str]] = {form: {} for form in FORMS}
        for config in configs:
            name = self._device.attribute(config.facts.name)
            wanted.get(config.facts.data_format.lower(), {})[name.lower()] = name
        with self._lock:
            for form, names in wanted.items():
                board = self._boards[form]
                there = {row.name.lower() for row in board.rows()}
                if gone := there - names.keys():
                    board.remove(sorted(gone))
                for key, name in names.items():
                    if key not in there:
                        with contextlib.suppress(AttributeNameError):  # shown, without a value
                            board.add([name])

    def follow(self, form: str) -> None:
        """Follow the attributes of this form, and no others; of none for a name that is none."""
        self._form = form
        self._follow_or_rest()

    def wake(self) -> None:
        """Follow again."""
        self._awake = True
        self._follow_or_rest()

    def rest(self) -> None:
        """Follow nothing; what is known stays."""
        self._awake = False
        self._follow_or_rest()

    def _follow_or_rest(self) -> None:
        with self._lock:
            for board, wanted in (
                (self._head, True),
                *((board, form == self._form) for form, board in self._boards.items()),
            ):
                if self._awake and wanted:
                    board.follow()
                else:
                    board.rest()

    def close(self) -> None:
        """Follow nothing for good."""
        for board in (self._head, *self._boards.values()):
            board.close()

    def wait(self, seconds: float) -> None:
        """Wait until what is followed has been heard of, at most so long."""
        for board in (self._head, self._boards.get(self._form)):
            if board is not None:
                board.settling.wait(seconds)

    # --- as it is now -----------------------------------------------------------------------------

    def head(self) -> tuple[WatchRow, WatchRow]:
        """Return what is known of State and Status."""
        state, status = (row.snapshot() for row in self._head.rows())
        return state, status

    def groups(self) -> tuple[SheetGroup, ...]:
        """Return what is known of the others, form by form; not what was never looked at."""
        return tuple(self._group(form, title) for form, title in FORMS.items())

    def _group(self, form: str, title: str) -> SheetGroup:
        rows, pictures = [], {}
        for row in self._boards[form].rows():
            snapshot = row.snapshot()
            if row.reading is None and snapshot.failure is None and form != self._form:
                continue
            name = device_and_name(row.name)[1]
            rows.append(dataclasses.replace(snapshot, name=name))
            if form != "scalar" and row.reading is not None:
                pictures[name] = thumbnail(row.reading)
        return SheetGroup(title, tuple(rows), pictures)

    # --- for browsers -----------------------------------------------------------------------------

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what is new since the last frame, or all; None for nothing."""
        boards: dict[str, Any] = {}
        buffers: list[Any] = []
        for form, board in (("head", self._head), *self._boards.items()):
            part = board.frame(whole=whole)
            if part is not None:
                boards[form] = part.data
                buffers += part.buffers
        pictures = self._pictures(whole=whole)
        if not boards and not pictures:
            return None
        return Frame({"boards": boards, "pictures": pictures}, buffers, whole=whole)

    def _pictures(self, *, whole: bool) -> dict[str, str]:
        """Draw what has changed, of the form that is looked at."""
        board = self._boards.get(self._form) if self._form != "scalar" else None
        pictures = {}
        for row in board.rows() if board else ():
            reading = row.reading
            if reading is None or (self._drawn.get(row.name) is reading and not whole):
                continue
            self._drawn[row.name] = reading
            pictures[device_and_name(row.name)[1]] = thumbnail(reading)
        return pictures
