"""What displays want to know beside the value: asked in the background, waited for briefly."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import dataclasses
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tango

from ...green import allocate_lock, can_wait, get_ident
from .._attribute_names import device_and_name
from .._databases import database_at, report_lines
from .._readings import AttributeFacts, facts_of, failure_of
from ..calls import Call, CallTimedOut, Dispatch
from ._kinds import (
    AttributeSnapshot,
    DatabaseFacts,
    DatabaseSnapshot,
    DeviceFacts,
    DeviceSnapshot,
    DeviceStatus,
    EventSnapshot,
    ReplyList,
    ReplySnapshot,
    Snapshot,
    ValueList,
    ValueSnapshot,
)

_LOG = logging.getLogger("ipytango.client")

__all__ = ["Lookups", "report_facts"]

PATIENCE_S = 0.2
"""How long a display waits for all its questions together."""

RETRY_S = 10.0
"""A question that failed is not asked again before."""

KEPT = 2000
"""Answers that are kept, the latest used."""

FACTS_KEEP_S = 60.0
"""Configurations change seldom, and no display is wrong for long."""

STATE_KEEP_S = 0.5

_AT_ONCE = contextvars.ContextVar("ipytango_displays_at_once", default=False)


@dataclasses.dataclass
class _Entry:
    """What is known of one question."""

    answer: Any = None
    answered_at: float | None = None
    failed_at: float | None = None
    call: Call | None = None

    def fresh(self, keep_s: float, now: float) -> bool:
        return self.answered_at is not None and now - self.answered_at < keep_s

    def failed(self, now: float) -> bool:
        return self.failed_at is not None and now - self.failed_at < RETRY_S


class Lookups:
    """Asks devices on the shell's pool, each question once at a time, and keeps the answers.

    All of it from any thread. What is not there in time is None, and there for the next display.
    """

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._lock = allocate_lock()
        self._entries: collections.OrderedDict[tuple[Any, ...], _Entry] = collections.OrderedDict()

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with what is known beside it: units, a device's state..."""
        if isinstance(snapshot, DeviceSnapshot):
            facts, status = self.device(snapshot.origin)
            return dataclasses.replace(snapshot, facts=facts, status=status)
        if isinstance(snapshot, DatabaseSnapshot):
            known = None if snapshot.is_file else self.database(snapshot.place)
            return dataclasses.replace(snapshot, facts=known)
        origins = {value.origin for value in _values_in(snapshot)}
        return _with_facts(snapshot, self.attributes(origins)) if origins else snapshot

    @contextlib.contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Within this context displays ask, and do without what is not known already."""
        token = _AT_ONCE.set(True)
        try:
            yield
        finally:
            _AT_ONCE.reset(token)

    def when_more_is_known(self, snapshot: Snapshot, told: Callable[[], object]) -> bool:
        """Ask, and have `told` called, in any thread, when `complete` says more than it would now.

        Returns whether that is to be expected.
        """
        with self.without_waiting():
            self.complete(snapshot)
        known = (self._entry(*key).call for key in _keys_of(snapshot))
        calls = {id(call): call for call in known if call is not None}
        for call in calls.values():
            call.when_done(lambda _: told())
        return bool(calls)

    def attributes(self, names: Iterable[str]) -> dict[str, AttributeFacts]:
        """Return what is known of attributes, by their full names."""
        wanted = list(dict.fromkeys(names))
        by_device: dict[str, list[str]] = {}
        for name in wanted:
            entry = self._entry("attribute", name)
            now = time.monotonic()
            if not (entry.fresh(FACTS_KEEP_S, now) or entry.failed(now) or entry.call):
                by_device.setdefault(device_and_name(name)[0], []).append(name)
        self._wait(
            [
                self._ask(device, [("attribute", name) for name in asked], _attribute_facts, asked)
                for device, asked in by_device.items()
            ]
        )
        known = ((name, self._entry("attribute", name).answer) for name in wanted)
        return {name: facts for name, facts in known if facts is not None}

    def device(self, name: str) -> tuple[DeviceFacts | None, DeviceStatus | None]:
        """Return what is known of a device, by its full name: what it is, and how it does now."""
        now = time.monotonic()
        calls = []
        for kind, keep_s, question in (
            ("device", FACTS_KEEP_S, _device_facts),
            ("status", STATE_KEEP_S, _device_status),
        ):
            entry = self._entry(kind, name)
            if not (entry.fresh(keep_s, now) or entry.failed(now) or entry.call):
                calls.append(self._ask(name, [(kind, name)], question))
        self._wait(calls)
        status = self._entry("status", name)
        current = (
            status.answer if status.fresh(PATIENCE_S + STATE_KEEP_S, time.monotonic()) else None
        )
        return self._entry("device", name).answer, current

    def database(self, host: str) -> DatabaseFacts | None:
        """Return what the database at ``host:port`` says of itself."""
        entry, now = self._entry("database", host), time.monotonic()
        if not (entry.fresh(STATE_KEEP_S, now) or entry.failed(now) or entry.call):
            self._wait([self._ask(host, [("database", host)], _database_facts)])
        answer: DatabaseFacts | None = entry.answer
        return answer

    def _entry(self, *key: str) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > KEPT:
                self._entries.popitem(last=False)
            return entry

    def _ask(
        self,
        lane: str,
        keys: list[tuple[str, str]],
        question: Callable[..., list[Any]],
        *args: Any,
    ) -> Call:
        """Start asking; `question` gives one answer for each key."""
        entries = [self._entry(*key) for key in keys]
        call = self._dispatch.submit(question, (lane, *args), {})
        for entry in entries:
            entry.call = call

        def answered(done: Call) -> None:
            now = time.monotonic()
            for number, entry in enumerate(entries):
                entry.call = None
                if done.error is None:
                    entry.answer, entry.answered_at, entry.failed_at = (
                        done.result[number],
                        now,
                        None,
                    )
                elif not done.cancelled:  # one that was never asked may be asked again
                    entry.failed_at = now

        call.when_done(answered)
        return call

    def _wait(self, calls: list[Call]) -> None:
        """Wait for them, but not where it would stop the loop, or nobody wants to."""
        if _AT_ONCE.get() or (get_ident() == self._dispatch.thread and not can_wait()):
            return
        until = time.monotonic() + PATIENCE_S
        for call in calls:
            try:
                self._dispatch.value_of(call, max(0.0, until - time.monotonic()))
            except (CallTimedOut, tango.DevFailed):
                continue  # the display does without; `answered` has noted it
            except Exception:  # noqa: BLE001 - a display shows what is known, whatever goes wrong
                _LOG.exception("what a display wanted to know was not understood")


_Asking = ValueSnapshot | AttributeSnapshot


def _values_in(snapshot: Any) -> Iterator[_Asking]:
    """Find what in a snapshot an attribute's facts belong to."""
    if isinstance(snapshot, _Asking):
        if snapshot.origin and not getattr(snapshot, "failed", False):
            yield snapshot
    elif isinstance(snapshot, ValueList | ReplyList):
        for item in snapshot.items:
            yield from _values_in(item)
    elif isinstance(snapshot, ReplySnapshot):
        yield from _values_in(snapshot.answer)
    elif isinstance(snapshot, EventSnapshot):
        yield from _values_in(snapshot.content)


def _keys_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Name the questions that a snapshot is completed by."""
    if isinstance(snapshot, DeviceSnapshot):
        return [("device", snapshot.origin), ("status", snapshot.origin)]
    if isinstance(snapshot, DatabaseSnapshot):
        return [] if snapshot.is_file else [("database", snapshot.place)]
    return [("attribute", value.origin) for value in _values_in(snapshot)]


def _with_facts(snapshot: Any, known: dict[str, AttributeFacts]) -> Any:
    if isinstance(snapshot, _Asking):
        return dataclasses.replace(snapshot, facts=known.get(snapshot.origin))
    if isinstance(snapshot, ValueList | ReplyList):
        items: Any = tuple(_with_facts(item, known) for item in snapshot.items)
        return dataclasses.replace(snapshot, items=items)
    if isinstance(snapshot, ReplySnapshot):
        return dataclasses.replace(snapshot, answer=_with_facts(snapshot.answer, known))
    if isinstance(snapshot, EventSnapshot):
        return dataclasses.replace(snapshot, content=_with_facts(snapshot.content, known))
    return snapshot


def _attribute_facts(device: str, names: list[str]) -> list[AttributeFacts]:
    asked = [device_and_name(name)[1] for name in names]
    return [facts_of(config) for config in tango.DeviceProxy(device).get_attribute_config_ex(asked)]


def _device_facts(name: str) -> list[DeviceFacts]:
    info = tango.DeviceProxy(name).info()
    return [DeviceFacts(info.dev_class, info.server_id, info.server_host)]


def _device_status(name: str) -> list[DeviceStatus]:
    """Ask for state and status; that the device does not answer is an answer."""
    device = tango.DeviceProxy(name)
    try:
        return [DeviceStatus(device.state().name, device.status())]
    except tango.DevFailed as error:
        return [DeviceStatus("", "", failure_of(error))]


def _database_facts(host: str) -> list[DatabaseFacts]:
    return [DatabaseFacts(tuple(report_facts(report_lines(database_at(host)))))]


def report_facts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Read ``name = value`` out of the database's own report."""
    for line in lines:
        name, equals, value = line.partition("=")
        if equals:
            yield name.strip().replace(" defined", ""), value.partition("[")[0].strip()
        elif line.startswith("Running since"):
            yield "Running since", line.removeprefix("Running since").strip(" .")
