"""A live table of attributes."""

from __future__ import annotations

import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...client import Reading
from ...display import (
    WATCH_COLUMNS,
    WatchRow,
    watch_colours,
    watch_csv,
    watch_html,
    watch_record,
    watch_text,
)
from ..hub import Frame, Look, Panel, imported_pandas, seconds_of, text_or_file, weakly
from ._board import UNSEEN_PERIOD_S, Board

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["Watch"]

FIRST_READINGS_S = 1.0
"""How long a new watch waits for its first readings, so that its snapshot is not empty."""

TEXT_ROWS = 100
"""Lines of a text form at most."""

BROWSER_ELEMENTS = 1000
"""A CSV for a browser gives the values of arrays up to this size."""


class Watch(Panel):
    """Attributes of any number of devices in a live table.

    Made by `ipytango.watch`. It follows its attributes from the start; once it was shown and its
    output is gone it sleeps, until it is shown again or asked for its readings.
    """

    view = "watch"
    looks_every_s = UNSEEN_PERIOD_S

    def __init__(self, hub: Hub, attributes: Sequence[object], *, period_s: float = 1.0) -> None:
        self._period_s = seconds_of("period", period_s)
        self._paused_s: float | None = None
        self._looked_at = False
        # The feeds hold the board, which must not hold the watch: nobody would ever let go of it.
        self._board = Board(hub.client, self._period_s, weakly(self.changed))
        self._end = weakref.finalize(self, self._board.close)
        self._end.atexit = False
        super().__init__(hub)
        try:
            self._board.add(attributes)
            self._board.settling.wait(FIRST_READINGS_S)
        except BaseException:  # Ctrl-C too: nobody has it, so nobody could close it
            self.close()
            raise

    # --- for the user -----------------------------------------------------------------------------

    def add(self, *attributes: object) -> None:
        """Watch more: names, wildcards, proxies or lists, as `ipytango.watch` takes them.

        Raises `AttributeNameError` for what is no attribute's name, adding none.
        """
        self._board.add(attributes)

    def remove(self, *attributes: object) -> None:
        """Take attributes out. Raises `AttributeNameError` for one that is not watched."""
        self._board.remove(attributes)

    @property
    def readings(self) -> dict[str, Reading]:
        """The newest reading of each attribute by its name; without those not heard of yet."""
        self._awaken()
        return {row.name: row.reading for row in self._board.rows() if row.reading is not None}

    def rows(self) -> list[WatchRow]:
        """Return a snapshot of the table: of each attribute value, state, source, counts..."""
        self._awaken()
        return self._snapshot()

    def pause(self) -> None:
        """Hold the table still in all browsers; the readings go on."""
        self._pause(on=True)

    def resume(self) -> None:
        """Let the table go on."""
        self._pause(on=False)

    def to_csv(self, path: str | Path | None = None) -> str | None:
        """Return the table as comma-separated values, or write it to the file `path`."""
        return text_or_file(watch_csv(self.rows()), path)

    def to_pandas(self) -> Any:
        """Return the table as a `pandas.DataFrame`, a row for each attribute.

        Raises `ImportError` where pandas is not installed.
        """
        pd = imported_pandas()
        frame = pd.DataFrame.from_records(
            [watch_record(row) for row in self.rows()], columns=list(WATCH_COLUMNS)
        )
        frame["time"] = pd.to_datetime(frame["time"].astype(float), unit="s", utc=True)
        return frame.set_index("attribute")

    def close(self) -> None:
        """Stop following for good; what is shown stays, as it was."""
        if not self.closed:
            self._end()  # first, so that the snapshot that stays says so
            super().close()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the view needs of the whole."""
        return {
            "panel": self.id,
            "period": self._period_s,
            "paused": self._paused_s,
            "colours": watch_colours(),
        }

    def frame(self, look: Look) -> Frame | None:
        """Give the rows that have changed; while it is paused only which have gone."""
        return self._board.frame(whole=look.first, fresh=self._paused_s is None)

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks."""
        if op == "pause":
            self._pause(on=bool(argument))
        elif op == "remove":
            self._board.remove_key(int(argument))
        elif op == "seen":
            self._board.see(str(argument["view"]), map(int, argument["keys"]))
            self.changed()
        elif op == "csv":
            return self._csv_of([int(key) for key in argument])
        else:
            return super().command(op, argument)
        return None

    def waken(self) -> None:
        """Follow, as somebody looks."""
        self._looked_at = True
        self._board.follow()

    def sleep(self) -> None:
        """Stop following: the output is gone."""
        if self._looked_at:
            self._board.rest()

    def static_html(self) -> str:
        """Give the table as it is now."""
        return watch_html(self._snapshot(), time.time())

    def text(self) -> str:
        """Give the table as text."""
        return watch_text(self._snapshot(), height=TEXT_ROWS)

    # --- parts ------------------------------------------------------------------------------------

    def _snapshot(self) -> list[WatchRow]:
        return [row.snapshot() for row in self._board.rows()]

    def _awaken(self) -> None:
        if self._board.asleep and not self.closed:
            self._board.follow()
            self._board.settling.wait(FIRST_READINGS_S)

    def _pause(self, *, on: bool) -> None:
        if on == (self._paused_s is not None):
            return
        self._paused_s = time.time() if on else None
        self.configured()
        if on:
            self.refresh_saved()
        else:
            self.changed()

    def _csv_of(self, keys: list[int]) -> str:
        rows = {row.key: row for row in self._board.rows()}
        chosen = [rows[key].snapshot() for key in keys if key in rows]
        return watch_csv(chosen, elements=BROWSER_ELEMENTS)
