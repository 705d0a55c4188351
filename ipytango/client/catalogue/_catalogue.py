"""The catalogue of one Tango database: asked level by level, kept, and looked after anew."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import tango

from ...errors import CatalogueError, NotInDatabase
from ...green import door_of
from .._databases import database_at
from .._readings import failure_of
from ..calls import Call, Dispatch
from ._answers import Answer, Answers
from ._places import hosts_in
from ._questions import Names, Question, is_unreachable
from ._rows import DeviceRow, ServedDevice, ServerRow

__all__ = ["Catalogue"]

T = TypeVar("T")

FRESH_S = 2.0
"""An answer this young is given again without asking."""

REFRESH_S = 15.0
"""What is known at once (completion, trees) and is older is asked for anew in the background."""

WAIT_S = 5.0
"""How long an answer is waited for. A database that hangs lets Tango itself wait for minutes."""

ANSWER_MS = 10_000
"""How long the database may take for one answer, in milliseconds: Tango's 3 s are short for a table
of 100,000 devices from a busy machine."""

_UNKNOWN = {
    "DB_AliasNotDefined",
    "DB_DeviceNotDefined",
    "DB_SQLError",
    "DB_ServerNotDefined",
}


class Catalogue:
    """What a Tango database knows. Made without asking it anything.

    The methods that are named for what they give ask, wait (a cell parks: everything else goes on)
    and return; an answer of the last `FRESH_S` seconds is given again. They raise `CatalogueError`
    when there is no answer within `wait_s` seconds, and `NotInDatabase` for what the database does
    not know. Names are those of the database, in alphabetical order; questions may be in any case.

    `known` never waits, and `when` calls back. All of it works from any thread.
    """

    def __init__(self, dispatch: Dispatch, host: str) -> None:
        self._hosts = hosts_in(host)
        self._dispatch = dispatch
        self._answers = Answers(dispatch)
        self._database: tango.Database | None = None
        self._address = self._hosts[0]

    def __repr__(self) -> str:
        return f"<Catalogue of {self.host}>"

    @property
    def host(self) -> str:
        """``host:port``, or several with commas, as Tango's TANGO_HOST."""
        return ",".join(self._hosts)

    @property
    def has_answered(self) -> bool:
        """Whether it has ever been there."""
        return self._database is not None

    @property
    def address(self) -> str:
        """The ``host:port`` that has answered; of one that has not yet, the first."""
        return self._address

    def report(self, *, wait_s: float = WAIT_S) -> tuple[tuple[str, str], ...]:
        """Return what the database says of itself: names and values."""
        return self.ask(Question.report(), wait_s=wait_s)

    # --- devices, level by level ------------------------------------------------------------------

    def domains(self, *, wait_s: float = WAIT_S) -> Names:
        """Return the first level of devices' names."""
        return self.ask(Question.domains(), wait_s=wait_s)

    def families(self, domain: str, *, wait_s: float = WAIT_S) -> Names:
        """Return the second level; none for a domain that does not exist."""
        return self.ask(Question.families(domain), wait_s=wait_s)

    def members(self, domain: str, family: str, *, wait_s: float = WAIT_S) -> Names:
        """Return the third level."""
        return self.ask(Question.members(domain, family), wait_s=wait_s)

    def devices(self, pattern: str = "*", *, wait_s: float = WAIT_S) -> Names:
        """Return full names of devices; ``*`` stands for anything, also for several levels."""
        return self.ask(Question.devices(pattern), wait_s=wait_s)

    def row(self, device: str, *, wait_s: float = WAIT_S) -> DeviceRow:
        """Return what the database keeps of one device, by its name or alias."""
        return self.ask(Question.row(device), wait_s=wait_s)

    def rows(self, devices: Iterable[str], *, wait_s: float = WAIT_S) -> tuple[DeviceRow, ...]:
        """Return what it keeps of many devices (two quick questions for each of them)."""
        questions = [Question.row(device) for device in devices]
        until = time.monotonic() + wait_s
        self._wait_for_life(until)
        calls = [self._ask(question, FRESH_S) for question in questions]
        return tuple(
            self._outcome(question, call, until - time.monotonic(), wait_s)
            for question, call in zip(questions, calls, strict=True)
        )

    # --- classes, servers, hosts ------------------------------------------------------------------

    def classes(self, *, wait_s: float = WAIT_S) -> Names:
        """Return the classes of all devices."""
        return self.ask(Question.classes(), wait_s=wait_s)

    def class_devices(self, class_name: str, *, wait_s: float = WAIT_S) -> Names:
        """Return the devices of one class."""
        return self.ask(Question.class_devices(class_name), wait_s=wait_s)

    def servers(self, pattern: str = "*", *, wait_s: float = WAIT_S) -> Names:
        """Return servers, ``Server/instance``."""
        return self.ask(Question.servers(pattern), wait_s=wait_s)

    def server(self, server: str, *, wait_s: float = WAIT_S) -> ServerRow:
        """Return what the database keeps of one server."""
        return self.ask(Question.server(server), wait_s=wait_s)

    def server_devices(self, server: str, *, wait_s: float = WAIT_S) -> tuple[ServedDevice, ...]:
        """Return the devices of one server, with their classes."""
        return self.ask(Question.server_devices(server), wait_s=wait_s)

    def hosts(self, *, wait_s: float = WAIT_S) -> Names:
        """Return the hosts that servers have run on."""
        return self.ask(Question.hosts(), wait_s=wait_s)

    def host_servers(self, host: str, *, wait_s: float = WAIT_S) -> Names:
        """Return the servers that ran last on one host."""
        return self.ask(Question.host_servers(host), wait_s=wait_s)

    # --- aliases ----------------------------------------------------------------------------------

    def aliases(self, *, wait_s: float = WAIT_S) -> Names:
        """Return the aliases of devices."""
        return self.ask(Question.aliases(), wait_s=wait_s)

    def device_of(self, alias: str, *, wait_s: float = WAIT_S) -> str:
        """Return the device behind an alias."""
        return self.ask(Question.device_of(alias), wait_s=wait_s)

    def attribute_aliases(self, *, wait_s: float = WAIT_S) -> Names:
        """Return the aliases of attributes."""
        return self.ask(Question.attribute_aliases(), wait_s=wait_s)

    def attribute_of(self, alias: str, *, wait_s: float = WAIT_S) -> str:
        """Return the attribute, ``domain/family/member/name``, behind an attribute's alias."""
        return self.ask(Question.attribute_of(alias), wait_s=wait_s)

    # --- any question -----------------------------------------------------------------------------

    def ask(self, question: Question[T], *, wait_s: float = WAIT_S, fresh_s: float = FRESH_S) -> T:
        """Ask, wait and return the answer, or one that is younger than `fresh_s`.

        Raises `CatalogueError`, `NotInDatabase`.
        """
        until = time.monotonic() + wait_s
        self._wait_for_life(until)
        call = self._ask(question, fresh_s)
        return self._outcome(question, call, until - time.monotonic(), wait_s)

    def known(self, question: Question[T], *, refresh: bool = True) -> Answer[T]:
        """Return at once what is known.

        Unless `refresh` is false, what is unknown or old is asked for in the background, so that
        it is there the next time.
        """
        if refresh:
            self._ask_if_old(question)
        return self._answer(question)

    def glance(self, question: Question[T], *, patience_s: float) -> T | None:
        """Return what is known, however old; refresh it in the background. For completion.

        Of what was never asked, the answer is waited for `patience_s` seconds at most (where that
        cannot park, the thread stands still), and not again the next time.
        """
        call = self._ask_if_old(question)
        known: Answer[T] = self._answers.known(question)
        if call is not None and known.value is None:
            self._answers.wait_first(call, patience_s)
            known = self._answers.known(question)
        return known.value

    def when(
        self,
        question: Question[T],
        then: Callable[[Answer[T]], object],
        *,
        fresh_s: float = FRESH_S,
        wait_s: float = WAIT_S,
    ) -> None:
        """Call ``then(answer)`` once, in any thread (perhaps in this one, before it returns).

        That is when the answer is there, or why there is none is known, or after `wait_s` seconds.
        """
        call = self._ask(question, fresh_s)
        if call is None or call.done:
            then(self._answer(question) if call is None else self._answer_of(question, call))
            return
        untold = [then]  # whoever pops it tells: the worker, or the loop when it is late

        def tell(answer: Answer[T]) -> None:
            with contextlib.suppress(IndexError):
                untold.pop()(answer)

        def late() -> None:
            if untold:
                error = self._silent(question, wait_s)
                known = self._answer(question)
                tell(Answer(known.value, known.age_s, error))

        call.when_done(lambda done: tell(self._answer_of(question, done)))
        loop = self._dispatch.loop
        door_of(loop).post(lambda: loop.call_later(wait_s, late) if untold else None)

    def refresh(self) -> None:
        """Forget all answers: what is wanted next is asked for anew."""
        self._answers.forget()

    # --- how it is asked --------------------------------------------------------------------------

    @property
    def _lane(self) -> str:
        # Its own: what the user asks the database does not queue behind what is asked here.
        return f"{self.host} (catalogue)"

    def _wait_for_life(self, until: float) -> None:
        """Wait until a database that is silent answers what it has been asked already."""
        open_call = self._answers.oldest_open(self._lane)
        if open_call is not None and self._answers.silent_s(self._lane) is not None:
            self._answers.wait(open_call, until - time.monotonic())

    def _ask(self, question: Question[T], fresh_s: float) -> Call | None:
        """Start asking; None if there is a fresh answer, or nothing new is asked of the silent."""
        known = self._answers.known(question)
        if known.error is None and known.age_s < fresh_s:
            return None
        if self._answers.silent_s(self._lane) is not None:
            return None
        return self._answers.ask(question, self._lane, functools.partial(self._put, question))

    def _ask_if_old(self, question: Question[T]) -> Call | None:
        return self._answers.ask_if_older(
            question, self._lane, functools.partial(self._put, question), REFRESH_S
        )

    def _put(self, question: Question[T]) -> T:
        """Put a question to the database; blocks, in a worker."""
        if self._database is None:
            self._database = self._connect()
        try:
            return question.ask(self._database.command_inout)
        except tango.DevFailed as error:
            if len(self._hosts) == 1 or not is_unreachable(error):
                raise
        # As Tango does: the first that answers, whichever did before.
        self._database = None
        self._database = self._connect()
        return question.ask(self._database.command_inout)

    def _connect(self) -> tango.Database:
        """Connect to the first of the hosts that answers. Raises the last one's `DevFailed`."""
        for host in self._hosts:
            try:
                database = database_at(host)
            except tango.DevFailed:
                if host == self._hosts[-1]:
                    raise
            else:
                database.set_timeout_millis(ANSWER_MS)
                self._address = host
                return database
        raise AssertionError("a catalogue has a host")

    def _outcome(self, question: Question[T], call: Call | None, left_s: float, wait_s: float) -> T:
        if call is None:
            answer: Answer[T] = self._answer(question)
        elif self._answers.wait(call, left_s):
            answer = self._answer_of(question, call)
        else:
            raise self._silent(question, wait_s)
        if answer.error is not None:
            raise answer.error
        return answer.value  # type: ignore[return-value]

    def _answer(self, question: Question[T]) -> Answer[T]:
        """Return what is known, with errors in our words."""
        known: Answer[T] = self._answers.known(question)
        if self._answers.silent_s(self._lane) is not None and known.age_s > FRESH_S:
            return Answer(known.value, known.age_s, self._silent(question))
        if known.error is None:
            return known
        return Answer(known.value, known.age_s, self._explained(question, known.error))

    def _answer_of(self, question: Question[T], call: Call) -> Answer[T]:
        """Return what a call that is done has brought."""
        if call.error is None:
            return Answer(call.result, 0.0)
        return Answer(error=self._explained(question, call.error))

    def _silent(self, question: Question[T], waited_s: float | None = None) -> CatalogueError:
        silent_s = self._answers.silent_s(self._lane)
        longer = max(silent_s or 0.0, waited_s or 0.0)
        return CatalogueError(
            f"The Tango database {self.host} was asked for {question.about}, and has not answered "
            f"for {longer:.0f} s. Is it hung, or the network down? What is asked "
            "goes on in the background; %tango_db host:port chooses another database."
        )

    def _explained(self, question: Question[T], error: BaseException) -> Exception:
        asked = f"The Tango database {self.host} was asked for {question.about}"
        unknown: Exception
        if not isinstance(error, tango.DevFailed | LookupError):
            return error if isinstance(error, Exception) else CatalogueError(repr(error))
        failure = failure_of(error)
        if isinstance(error, LookupError) or any(
            level.reason in _UNKNOWN for level in failure.levels
        ):
            unknown = NotInDatabase(f"{asked}, and knows no such thing.")
        elif is_unreachable(error):
            unknown = CatalogueError(
                f"{asked}, and cannot be reached ({failure}). Check that it runs and that the "
                "address is right; %tango_db host:port chooses another."
            )
        else:
            unknown = CatalogueError(f"{asked}, and answered with an error: {failure}")
        unknown.__cause__ = error
        return unknown
