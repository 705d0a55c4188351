"""What is known of a device beside its values: asked on the shell's pool, and kept."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...client import (
    Call,
    CommandFacts,
    ConfigSnapshot,
    DeviceInterface,
    DeviceLock,
    DeviceName,
    DeviceSettings,
    Failure,
    failure_of,
    interface_of,
    lock_of,
    settings_of,
)
from ..hub import Settling

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["Knowledge"]

LOCK_KEEP_S = 5.0
"""Nobody tells when a client locks the device: it is asked so often."""

EXPERT = "EXPERT"

_Take = Callable[[Any, "Failure | None"], object]


class Knowledge:
    """What a device offers, how it is set up, who has locked it. Any thread; nothing here waits.

    `changed` is called in any thread when there is news.
    """

    def __init__(self, client: Client, device: DeviceName, changed: Callable[[], object]) -> None:
        self._client = client
        self._device = device
        self._changed = changed
        self._asked: set[Callable[[str], Any]] = set()
        self._was_live = False
        self._lock_asked_s = 0.0
        self._closed = False
        self.interface: DeviceInterface | None = None
        self.interface_failure: Failure | None = None
        """Why the interface is not known, or not as it is now."""
        self.settings: DeviceSettings | None = None
        self.settings_failure: Failure | None = None
        self.lock: DeviceLock | None = None
        self.settling = Settling()
        self.settling.expect([interface_of])

    # --- asking -----------------------------------------------------------------------------------

    def ask_interface(self) -> None:
        """Ask what the device offers."""
        self._ask(interface_of, self._take_interface)

    def ask_settings(self) -> None:
        """Ask how the device is set up."""
        self._ask(settings_of, self._take_settings)

    def ask_lock_soon(self) -> None:
        """Ask who has locked the device when it is looked after next."""
        self._lock_asked_s = 0.0

    def look_after(self, *, is_live: bool) -> None:
        """Ask again what the device offers when it is back, and now and then who has locked it."""
        if is_live and not self._was_live:
            self.ask_interface()
        self._was_live = is_live
        now_s = time.monotonic()
        if is_live and now_s > self._lock_asked_s + LOCK_KEEP_S:
            self._lock_asked_s = now_s
            self._ask(lock_of, self._take_lock)

    def close(self) -> None:
        """Ask nothing more."""
        self._closed = True

    def _ask(self, question: Callable[[str], Any], take: _Take) -> None:
        if question in self._asked or self._closed:
            return  # it is being asked
        self._asked.add(question)
        call = self._client.submit(question, self._device.full)
        call.when_done(functools.partial(self._answered, question, take))

    def _answered(self, question: Callable[[str], Any], take: _Take, call: Call) -> None:
        self._asked.discard(question)
        if not call.cancelled:
            take(call.result, None if call.error is None else failure_of(call.error))
        self.settling.settle(question)

    def _take_interface(self, answer: Any, failure: Failure | None) -> None:
        self.interface_failure = failure
        if failure is None:
            self.interface = answer
        self._changed()

    def _take_settings(self, answer: Any, failure: Failure | None) -> None:
        self.settings_failure = failure
        if failure is None:
            self.settings = answer
        self._changed()

    def _take_lock(self, answer: Any, failure: Failure | None) -> None:
        # A device that does not answer says so in other places.
        if failure is None and answer != self.lock:
            self.lock = answer
            self._changed()

    # --- as it is now -----------------------------------------------------------------------------

    def attributes(self, *, expert: bool) -> list[ConfigSnapshot]:
        """Return the attributes; those for experts where they are asked for."""
        every = self.interface.attributes if self.interface else ()
        return [one for one in every if expert or one.level != EXPERT]

    def commands(self, *, expert: bool) -> list[CommandFacts]:
        """Return the commands; those for experts where they are asked for."""
        every = self.interface.commands if self.interface else ()
        return [one for one in every if expert or one.level != EXPERT]

    def experts(self) -> int:
        """Count the attributes and commands for experts."""
        if self.interface is None:
            return 0
        attributes = (one.level for one in self.interface.attributes)
        commands = (one.level for one in self.interface.commands)
        return sum(level == EXPERT for level in itertools.chain(attributes, commands))

    def facts(self) -> list[tuple[str, str]]:
        """Return what the device is, by name."""
        interface = self.interface
        if interface is None:
            return []
        facts = [
            ("alias", interface.alias),
            ("class", interface.class_name),
            ("server", f"{interface.server} on {interface.host}"),
        ]
        return [(name, text) for name, text in facts if text]
