"""Answers that are kept: asked on the shell's pool, each question once at a time."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ...errors import BlocksTheLoop
from ...green import allocate_lock, can_wait, gate_here, get_ident
from ..calls import Call, Dispatch

__all__ = ["Answer", "Answers"]

T = TypeVar("T")

KEPT = 10_000
"""Answers that are kept, the latest used."""

RETRY_S = 3.0
"""A question that failed is not asked again in the background before; Tango itself refuses to
connect anew within 1 s."""

SILENT_S = 6.0
"""Who has left a question open for so long, and answered nothing since, is asked nothing new."""


@dataclasses.dataclass(frozen=True)
class Answer(Generic[T]):
    """What is known of one question."""

    value: T | None = None
    """The latest answer, however old; None where there is none yet."""

    age_s: float = float("inf")
    """How old it is."""

    error: Exception | None = None
    """Why the latest try brought nothing; None if it brought the value, or is still under way."""


@dataclasses.dataclass
class _Entry:
    value: Any = None
    answered_s: float | None = None
    error: Exception | None = None
    failed_s: float | None = None
    call: Call | None = None

    def answer(self) -> Answer[Any]:
        age_s = float("inf") if self.answered_s is None else time.monotonic() - self.answered_s
        return Answer(self.value, age_s, self.error)


class Answers:
    """The answers of one database, or of many devices; every method from any thread."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._lock = allocate_lock()
        self._entries: collections.OrderedDict[object, _Entry] = collections.OrderedDict()
        self._open: dict[str, dict[Call, float]] = {}
        self._heard_s: dict[str, float] = {}

    def known(self, key: object) -> Answer[Any]:
        """Return what is known, at once."""
        with self._lock:
            entry = self._entries.get(key)
            return Answer() if entry is None else entry.answer()

    def forget(self) -> None:
        """Take all answers for old: each is asked for anew when it is next wanted."""
        with self._lock:
            self._entries = collections.OrderedDict(
                (key, entry) for key, entry in self._entries.items() if entry.call is not None
            )

    def silent_s(self, lane: str) -> float | None:
        """Return for how long who is asked in `lane` has owed an answer, if that is too long."""
        with self._lock:
            begun = min(self._open.get(lane, {}).values(), default=None)
            if begun is None:
                return None
            silent = time.monotonic() - max(begun, self._heard_s.get(lane, 0.0))
            return silent if silent > SILENT_S else None

    def oldest_open(self, lane: str) -> Call | None:
        """Return the call that has been owed an answer for longest."""
        with self._lock:
            return next(iter(self._open.get(lane, ())), None)

    def ask_if_older(
        self,
        key: object,
        lane: str,
        question: Callable[[], Any],
        keep_s: float,
        retry_s: float = RETRY_S,
    ) -> Call | None:
        """Have the question asked unless the answer is young, or a try has failed just now.

        Returns the call that is under way, if any is.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                now = time.monotonic()
                answered, failed = entry.answered_s, entry.failed_s
                if entry.call is not None:
                    return entry.call
                if answered is not None and now - answered < keep_s:
                    return None
                if failed is not None and now - failed < retry_s:
                    return None
        return None if self.silent_s(lane) is not None else self.ask(key, lane, question)

    def ask(self, key: object, lane: str, question: Callable[[], Any]) -> Call:
        """Have the question asked, unless it is being asked already; returns the call."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > KEPT:
                self._entries.popitem(last=False)
            if entry.call is not None:
                return entry.call
            entry.call = call = self._dispatch.pool.submit(lane, question, (), {})
            self._open.setdefault(lane, {})[call] = time.monotonic()
        call.when_done(lambda done: self._take(entry, lane, done))
        return call

    def _take(self, entry: _Entry, lane: str, call: Call) -> None:
        now = time.monotonic()
        with self._lock:
            open_calls = self._open.get(lane, {})
            open_calls.pop(call, None)
            if not open_calls:
                self._open.pop(lane, None)
            self._heard_s[lane] = now
            entry.call = None
            if call.error is None:
                entry.value, entry.answered_s = call.result, now
                entry.error = entry.failed_s = None
            elif not call.cancelled and isinstance(call.error, Exception):
                entry.error, entry.failed_s = call.error, now

    def wait_first(self, call: Call, patience_s: float) -> None:
        """Wait for a call until it is `patience_s` seconds old: once, for who asks repeatedly."""
        self._wait(call, patience_s - (time.monotonic() - call.asked_at), briefly=True)

    def wait(self, call: Call, timeout_s: float) -> bool:
        """Wait for a call that others may wait for, too; returns whether it is done.

        Parks where that is possible. Raises `BlocksTheLoop` where it would stop the event loop.
        """
        return self._wait(call, timeout_s, briefly=False)

    def _wait(self, call: Call, timeout_s: float, *, briefly: bool) -> bool:
        if call.done or timeout_s <= 0:
            return call.done
        on_loop = get_ident() == self._dispatch.thread and asyncio._get_running_loop() is not None
        if on_loop and not briefly and not can_wait():
            raise BlocksTheLoop(
                f"An answer of {call.device} was waited for in a callback of the event loop, which "
                "would stand still. Start the callback's code with ipytango.spawn(function, ...)."
            )
        gate = gate_here()
        call.when_done(gate.open)
        gate.wait(timeout_s)
        return call.done
