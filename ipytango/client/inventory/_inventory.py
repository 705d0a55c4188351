"""Asks database and device for all that they know of what a name stands for."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Any

from ...errors import CatalogueError, NotInDatabase
from .._readings import Failure, FailureLevel, failure_of
from ..calls import Call, CallTimedOut, Dispatch
from ..catalogue import Catalogues
from ..snapshots import ConfigSnapshot, DeviceStatus, ValueSnapshot
from ._about import About, Part
from ._database_side import (
    alias_of_attribute,
    attribute_settings,
    class_facts,
    device_settings,
    host_facts,
    served_facts,
    server_facts,
)
from ._device_side import (
    attribute_config,
    attribute_history,
    attribute_value,
    command_facts,
    device_facts,
    device_interface,
    device_status,
    member_kind,
    polling,
    recent_calls,
    server_versions,
)
from ._searching import Found, find

__all__ = ["Inventory"]

PATIENCE_S = 5.0
"""How long all questions together are waited for; what is not answered then is said to be so."""

_Facts = list[tuple[str, str]]
_Gathered = tuple[_Facts, DeviceStatus | None, list[Part]]
_KEPT = "kept in the database"


class Inventory:
    """Tells all that Tango knows of a thing; the wait for it parks where that is possible."""

    def __init__(self, dispatch: Dispatch, catalogues: Catalogues) -> None:
        self._dispatch = dispatch
        self._catalogues = catalogues

    def about(self, name: str, kind: str = "", *, wait_s: float = PATIENCE_S) -> About:
        """Tell all that is known of `name`.

        Args:
            name: of a device (or its alias), attribute (or its alias), command, class, server or
                host; with another database before it, as Tango writes that, or without any
                (``#dbase=no``).
            kind: one of `KINDS`, where the name alone could mean several; empty to try them all.
            wait_s: how long to wait; what is not answered by then is a `Failure` in its place.

        Raises:
            TangoNameError: that is no name.
            NotInDatabase: it stands for nothing.
            CatalogueError: what it stands for cannot be known, as the database does not answer.
        """
        until = time.monotonic() + wait_s
        found = find(self._catalogues, name, kind, wait_s)
        return _Enquiry(self._dispatch, until).about(found, kind)


class _Enquiry:
    """What is asked about one thing, until a moment."""

    def __init__(self, dispatch: Dispatch, until_s: float) -> None:
        self._dispatch = dispatch
        self._until_s = until_s

    def about(self, found: Found, kind: str) -> About:
        if found.kind == "member":
            found = dataclasses.replace(found, kind=kind or self._member_kind(found))
        gather: Callable[[Found], _Gathered] = {
            "device": self._device,
            "attribute": self._attribute,
            "command": self._command,
        }.get(found.kind, self._other)
        facts, status, parts = gather(found)
        return About(
            kind=found.kind,
            name=found.name,
            database=found.catalogue.address if found.catalogue else "",
            note=found.note,
            facts=tuple(facts),
            status=status,
            parts=tuple(parts),
            also=found.also,
        )

    def _member_kind(self, found: Found) -> str:
        """Have the device say whether it is an attribute or a command."""
        name = found.own_name
        # Time must be left to hear what the database knows of a device that is silent.
        half = (self._until_s + time.monotonic()) / 2
        answer = self._answer(self._ask(member_kind, found.address, name), half)
        if isinstance(answer, Failure):
            return "attribute"  # what is mostly asked for
        if not answer:
            raise NotInDatabase(
                f"{found.device} has neither an attribute nor a command {name!r}; "
                f"`%tango_info {found.device}` lists what it has."
            )
        return str(answer)

    # --- each kind of thing -----------------------------------------------------------------------

    def _device(self, found: Found) -> _Gathered:
        name, address = found.name, found.address
        # First what others have asked for, before our own questions stand among it.
        calls = self._ask(recent_calls, address)
        asked = [self._ask(question, address) for question in (device_status, device_facts)]
        interface, polled = self._ask(device_interface, address), self._ask(polling, address)
        # Before the device: one that is defined nowhere is no device.
        served, unserved = self._served(found)
        kept = self._kept(found, device_settings, name)
        doing = self._answer(asked[0])
        status = DeviceStatus("", "", doing) if isinstance(doing, Failure) else doing
        if status.failure is not None:
            for call in (*asked, interface, polled, calls):
                self._dispatch.pool.cancel(call)
            return served, status, [*unserved, *_parts_in(kept)]
        own = self._answer(asked[1])
        facts = served if isinstance(own, Failure) else _merged(served, own)
        parts = [
            *self._parts("interface", interface),
            *self._parts("polling", polled),
            *_parts_in(kept),
            *unserved,
            *self._parts("recent calls", calls),
        ]
        return facts, status, parts

    def _attribute(self, found: Found) -> _Gathered:
        name, address = found.own_name, found.address
        value = self._ask(attribute_value, address, name)
        config = self._ask(attribute_config, address, name)
        polled = self._ask(polling, address, "attribute", name)
        history = self._ask(attribute_history, address, name)
        served, unserved = self._served(found)
        alias = self._kept(found, alias_of_attribute, found.name)
        kept = self._kept(found, attribute_settings, found.device, name)
        read, configured = self._parts("value", value), self._parts("configuration", config)
        parts = [
            *_with_facts(read, configured),
            *configured,
            *self._parts("polling", polled),
            *_parts_in(kept),
            *unserved,
            *self._parts("polled history", history),
        ]
        own = [("alias", alias)] if alias and isinstance(alias, str) else []
        facts = [fact for fact in served if fact[0] != "alias"]
        return [("device", found.device), *own, *facts], None, parts

    def _command(self, found: Found) -> _Gathered:
        name, address = found.own_name, found.address
        command = self._ask(command_facts, address, name)
        polled = self._ask(polling, address, "command", name)
        served, unserved = self._served(found)
        parts = [
            *self._parts("arguments", command),
            *self._parts("polling", polled),
            *unserved,
        ]
        return [("device", found.device), *served], None, parts

    def _other(self, found: Found) -> _Gathered:
        name = found.name
        ask = {"class": class_facts, "server": server_facts, "host": host_facts}[found.kind]
        versions = self._ask(server_versions, found.address) if found.kind == "server" else None
        answer = self._kept(found, ask, name)
        if isinstance(answer, Failure):
            return [], None, [Part(_KEPT, answer)]
        facts, parts = answer
        if versions is not None:
            own = self._answer(versions)
            # That a server does not run is said already; one that runs must say why it is silent.
            if not isinstance(own, Failure):
                facts = _merged(facts, own)
            elif ("runs", "no") not in facts:
                parts = [Part("the server itself", own), *parts]
        return facts, None, parts

    # --- how it is asked --------------------------------------------------------------------------

    def _served(self, found: Found) -> tuple[_Facts, list[Part]]:
        """Ask the database who serves a device; a device that it does not know is none."""
        if found.catalogue is None:
            return [("server", f"at {found.host}, without a database")], []
        try:
            return served_facts(found.catalogue, found.device, self._left_s()), []
        except NotInDatabase:
            raise
        except CatalogueError as error:
            return [], [Part(_KEPT, failure_of(error))]

    def _kept(self, found: Found, ask: Callable[..., Any], *names: str) -> Any:
        """Ask the database; None without one, a `Failure` for an error."""
        if found.catalogue is None:
            return None
        try:
            return ask(found.catalogue, *names, self._left_s())
        except CatalogueError as error:
            return failure_of(error)

    def _ask(self, question: Callable[..., Any], *args: Any) -> Call:
        """Start to ask a device, which the first argument names."""
        return self._dispatch.submit(question, args, {})

    def _answer(self, call: Call, until_s: float | None = None) -> Any:
        """Return what the call gives, or the `Failure` that it ends with."""
        left_s = self._left_s() if until_s is None else max(0.0, until_s - time.monotonic())
        try:
            return self._dispatch.value_of(call, left_s)
        except CallTimedOut:
            text = f"{call.device} has not answered yet; the question is still open there"
            return Failure("TimeoutError", (FailureLevel("No answer", text, "", "ERR"),))
        except Exception as error:  # noqa: BLE001 - what one question ends with stands in its place
            return failure_of(error)

    def _parts(self, title: str, call: Call) -> list[Part]:
        answer = self._answer(call)
        return [Part(title, answer)] if isinstance(answer, Failure) else answer

    def _left_s(self) -> float:
        return max(0.0, self._until_s - time.monotonic())


def _parts_in(kept: list[Part] | Failure | None) -> list[Part]:
    """Return what the database keeps; that it is silent is said already, with who serves it."""
    return kept if isinstance(kept, list) else []


def _with_facts(read: list[Part], configured: list[Part]) -> list[Part]:
    """Put the unit, the format, the labels to the reading that they are for."""
    facts = [part.content.facts for part in configured if isinstance(part.content, ConfigSnapshot)]
    return [
        Part(part.title, dataclasses.replace(part.content, facts=facts[0]))
        if facts and isinstance(part.content, ValueSnapshot)
        else part
        for part in read
    ]


def _merged(facts: _Facts, others: Sequence[tuple[str, str]]) -> _Facts:
    """Put facts together, each under its first title."""
    titles = {title for title, _ in facts}
    return [*facts, *(fact for fact in others if fact[0] not in titles)]
