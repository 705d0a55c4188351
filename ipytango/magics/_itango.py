"""ITango's magics, with ITango's arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..client import Catalogues, Client, Recorder, list_from, matcher_of_regex
from ..display import (
    DatabaseStatus,
    ErrorRecord,
    EventTable,
    ListingTable,
    NamesTable,
    RecordedEvent,
)
from ..errors import AttributeNameError, NotInDatabase
from ..widgets import Events, Hub
from ._arguments import Arguments
from ._db import database_status
from ._listings import errors_of_asking
from ._parsing import parsed, without_comment

__all__ = ["MON_ARGUMENTS", "Errors", "ItangoMagics", "ItangoOwner"]

FIRST_READING_S = 2.0
"""How long ``%mon -a`` waits for the first event, or for the reason why there is none."""


class Errors(Protocol):
    """The errors that the shell has shown, the newest first."""

    def tango(self, number: int) -> ErrorRecord | None:
        """Return the last of Tango's errors (1), the one before (2)...; None if there is none."""

    def python(self) -> ErrorRecord | None:
        """Return the last error that was none of Tango's; None if there is none."""


class Names(Protocol):
    """ITango's names in the user's namespace."""

    def define_all(self) -> tuple[tuple[str, str], ...]:
        """Define all that are free; returns each with what it stands for."""


class ItangoOwner(Protocol):
    """What these magics need of the extension."""

    @property
    def client(self) -> Client:
        """PyTango in this shell."""

    @property
    def errors(self) -> Errors:
        """The errors that the shell has shown."""

    @property
    def hub(self) -> Hub:
        """The hub of the shell's live panels."""

    @property
    def recorder(self) -> Recorder:
        """What ``%mon`` records with."""

    @property
    def names(self) -> Names:
        """ITango's names in the user's namespace."""


@magics_class
class ItangoMagics(Magics):
    """The commands of ITango."""

    def __init__(self, shell: Any, owner: ItangoOwner) -> None:
        super().__init__(shell)
        self._owner = owner
        self._in_notebook = hasattr(shell, "kernel")

    @property
    def _catalogues(self) -> Catalogues:
        return self._owner.client.catalogues

    # --- lists ------------------------------------------------------------------------------------

    @line_magic
    def lsdev(self, line: str) -> ListingTable:
        """List all Tango devices.

        ``lsdev [regex]``, as in ``lsdev sys.*``: those whose names begin as the regular expression
        says, in any case. ``%tango_ls`` takes ``*`` and ``?`` instead.
        """
        return self._listed("lsdev", "devices", line)

    @line_magic
    def lsdevclass(self, line: str) -> ListingTable:
        """List all classes of devices: ``lsdevclass [regex]``, as in ``lsdevclass Motor.*``."""
        return self._listed("lsdevclass", "classes", line)

    @line_magic
    def lsserv(self, line: str) -> ListingTable:
        """List all servers: ``lsserv [regex]``, as in ``lsserv Motor/.*``."""
        return self._listed("lsserv", "servers", line)

    def _listed(self, magic: str, what: str, line: str) -> ListingTable:
        pattern = without_comment(line).strip()
        with errors_of_asking(magic):
            fits = matcher_of_regex(pattern)
            return ListingTable(list_from(self._catalogues.current, what, pattern, fits))

    # --- databases --------------------------------------------------------------------------------

    @line_magic
    def switchdb(self, line: str) -> DatabaseStatus:
        """Choose another Tango database: ``switchdb host[:port]`` or ``switchdb host port``.

        The port is 10000 where none is given; a port alone is that of the current host.
        ``%tango_db`` does the same.
        """
        words = without_comment(line).split()
        if not 1 <= len(words) <= 2:
            raise UsageError(
                "%switchdb: give the database to be used, as in `switchdb tango-db:10000`."
            )
        return self._switched("switchdb", ":".join(words))

    @line_magic
    def refreshdb(self, line: str) -> DatabaseStatus:
        """Forget what is known of the Tango database: all is asked for anew when it is wanted.

        ``refreshdb host[:port]`` chooses another database, as ``switchdb``.
        """
        if words := without_comment(line).split():
            return self._switched("refreshdb", ":".join(words))
        with errors_of_asking("refreshdb"):
            self._catalogues.current.refresh()
            return database_status(self._catalogues)

    def _switched(self, magic: str, host: str) -> DatabaseStatus:
        with errors_of_asking(magic):
            before = self._catalogues.current_host
            after = self._catalogues.change_to(host).host
            return database_status(self._catalogues, before=None if after == before else before)

    # --- events -----------------------------------------------------------------------------------

    @magic_arguments()
    @argument("-a", dest="add", action="store_true", help="monitor an attribute from now on")
    @argument("-d", dest="delete", action="store_true", help="monitor it no more")
    @argument("-r", dest="remove_all", action="store_true", help="monitor nothing more")
    @argument("-i", dest="identify", action="store_true", help="show one event in full, by its id")
    @argument("-l", dest="filter", action="store_true", help="filter by device and attribute")
    @argument("words", nargs="*", metavar="ARG", help="attribute, id, or expressions")
    @line_magic
    def mon(self, line: str) -> Events | EventTable | RecordedEvent:
        """Monitor attributes, and show the events that have come.

        ``mon -a sys/tg_test/1/ampli`` monitors an attribute, ``mon -d sys/tg_test/1/ampli`` no
        more, ``mon -r`` none at all. ``mon`` shows the events, ``mon -l sys.* ampl.*`` those whose
        device and attribute begin so, ``mon -i 7`` one of them in full. In a notebook the table
        grows while events come. 10,000 are kept; an attribute without events is read once a
        second. ``m = %mon`` gives `m.events` and `m.to_pandas()`.
        """
        given = parsed(self.mon, line)
        chosen = [
            action
            for name, action in (
                ("delete", self._unmonitor),
                ("add", self._monitor),
                ("remove_all", self._unmonitor_all),
                ("identify", self._event),
                ("filter", self._filtered),
            )
            if getattr(given, name)
        ]
        if len(chosen) > 1 or (not chosen and given.words):
            raise UsageError("%mon: give one of -a, -d, -r, -i and -l, or nothing; see %mon?")
        with errors_of_asking("mon"):
            return chosen[0](given.words) if chosen else self._events()

    def _events(self, fits: Callable[[str, str], bool] | None = None) -> Events | EventTable:
        """Return what was recorded: what grows in a notebook, a table in a terminal."""
        events = Events(self._owner.hub, self._owner.recorder, fits)
        return events if self._in_notebook else events.table()

    def _monitor(self, words: list[str]) -> Events | EventTable:
        attribute = self._attribute("-a", words)
        recorder = self._owner.recorder
        if recorder.follows(attribute):
            raise UsageError(f"%mon -a: {attribute} is being monitored already.")
        recorder.add(attribute)
        status = recorder.wait_for_first(attribute, FIRST_READING_S)
        if status is not None and status.state == "failed":
            recorder.forget(attribute)
            raise UsageError(f"%mon -a: {attribute} cannot be monitored: {status.failure}")
        return self._events()

    def _unmonitor(self, words: list[str]) -> Events | EventTable:
        attribute = self._attribute("-d", words)
        if not self._owner.recorder.remove(attribute):
            raise UsageError(f"%mon -d: {attribute} is not being monitored.")
        return self._events()

    def _unmonitor_all(self, words: list[str]) -> Events | EventTable:
        if words:
            raise UsageError("%mon -r: takes no attribute; `mon -d ATTRIBUTE` is for one.")
        self._owner.recorder.close()
        return self._events()

    def _attribute(self, option: str, words: list[str]) -> str:
        """Return the attribute that was given, by its own name where it is an alias."""
        if len(words) != 1:
            raise UsageError(f"%mon {option}: give one attribute, as in sys/tg_test/1/ampli.")
        word = words[0]
        try:
            alias, slash, name = word.partition("/")
            if not slash:
                word = self._catalogues.current.attribute_of(alias)
            elif "/" not in name:  # of a device by its alias: one attribute is monitored once
                word = f"{self._catalogues.current.device_of(alias)}/{name}"
            self._owner.recorder.follows(word)
        except (AttributeNameError, NotInDatabase) as error:
            raise UsageError(f"%mon {option}: {error}") from None
        return word

    def _event(self, words: list[str]) -> RecordedEvent:
        try:
            (number,) = map(int, words)
        except ValueError:
            raise UsageError("%mon -i: give the id of an event, as in `mon -i 7`.") from None
        events = self._events().events
        for event in events:
            if event.id == number:
                return event
        held = f"there are {events[0].id} to {events[-1].id}" if len(events) else "there is none"
        raise UsageError(f"%mon -i: there is no event {number}; {held}.")

    def _filtered(self, words: list[str]) -> Events | EventTable:
        if len(words) != 2:
            raise UsageError(
                "%mon -l: give two regular expressions, for devices and attributes, as in "
                "`mon -l sys.* .*`."
            )
        device, attribute = map(matcher_of_regex, words)
        return self._events(_both(device, attribute))

    # --- errors -----------------------------------------------------------------------------------

    @magic_arguments()
    @argument("number", nargs="?", type=int, default=1, help="1 is the last, 2 the one before...")
    @line_magic
    def tango_error(self, line: str) -> ErrorRecord:
        """Show the last error of Tango in full; ``tango_error 2`` the one before it."""
        given = parsed(self.tango_error, line)
        found = self._owner.errors.tango(given.number)
        if found is None:
            raise UsageError(
                "%tango_error: no Tango error has been reported so far."
                if given.number == 1
                else f"%tango_error: there are not {given.number} Tango errors so far."
            )
        return found

    @line_magic
    def python_error(self, line: str) -> ErrorRecord:
        """Show the last error that was none of Tango's, with its traceback."""
        del line
        found = self._owner.errors.python()
        if found is None:
            raise UsageError("%python_error: no error has been reported so far.")
        return found

    # --- names ------------------------------------------------------------------------------------

    @line_magic
    def tango_itango(self, line: str) -> NamesTable:
        """Put all of ITango's names into the namespace now, a name for each class included.

        Without it each comes when a cell first uses it. Nothing that you have defined is changed.
        """
        del line
        with errors_of_asking("tango_itango"):
            return NamesTable(self._owner.names.define_all())


MON_ARGUMENTS = Arguments(
    options=("-a", "-d", "-i", "-l", "-r"),
    values={"-a": "attribute", "-d": "attribute", "-i": (), "-l": (), "-r": ()},
)


def _both(
    device: Callable[[str], object], attribute: Callable[[str], object]
) -> Callable[[str, str], bool]:
    return lambda of, name: bool(device(_PREFIX.sub("", of)) and attribute(name))


_PREFIX = re.compile(r"^(tango:)?//[^/]+/")
