"""The panel of one device, live."""

from __future__ import annotations

import functools
import itertools
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...client import (
    Action,
    Call,
    CommandFacts,
    ConfigSnapshot,
    DeviceInterface,
    DeviceLock,
    DeviceName,
    DeviceSettings,
    Failure,
    command_action,
    delete_property_action,
    failure_of,
    interface_of,
    lock_of,
    polling_action,
    property_action,
    read_line,
    setting_action,
    settings_of,
    write_action,
)
from ...display import (
    DeedLine,
    DeviceSheet,
    failure_levels,
    sheet_html,
    sheet_text,
    watch_colours,
)
from ...errors import OptionError, PanelLocked
from ..hub import Frame, Look, Panel, Settling
from ..plot import Plot
from ._deeds import Deed, Deeds
from ._members import FORMS, Members
from ._told import attribute_told, command_told, settings_told

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["DevicePanel"]

PATIENCE_S = 1.5
"""How long a new panel waits for what its device says, so that its snapshot is not empty."""

LOCK_KEEP_S = 5.0
"""Nobody tells when a client locks the device: it is asked so often."""

TABS = (*FORMS, "commands", "properties", "settings", "history")
SETTINGS_TABS = ("properties", "settings")

_INTERFACE = "interface"


class DevicePanel(Panel):
    """State, attributes, commands, properties and settings of one device, to see and to change.

    Made by `ipytango.panel`. It follows what is looked at, and sleeps when its output is gone.
    Nothing is written before it is unlocked, and it locks itself when it sleeps.
    """

    view = "device"
    rate_hz = 5.0
    looks_every_s = 1.0

    def __init__(self, hub: Hub, device: object, *, patience_s: float = PATIENCE_S) -> None:
        self._device = DeviceName.of(device)
        super().__init__(hub)
        self._locked = True
        self._expert = False
        self._tab = "scalar"
        self._interface: DeviceInterface | None = None
        self._interface_failure: Failure | None = None
        self._settings: DeviceSettings | None = None
        self._settings_failure: Failure | None = None
        self._device_lock: DeviceLock | None = None
        self._lock_asked_s = 0.0
        self._was_live = False
        self._asked: set[Callable[..., Any]] = set()
        self._looked_at = False
        self._awake = True
        self._news: dict[int, Deed] = {}
        self._plots: dict[str, Plot] = {}
        self._plots_told: dict[str, str] = {}
        self._settling = Settling()
        # What feeds and calls hold must not hold the panel: nobody would ever let go of it.
        alive = weakref.ref(self)
        self._members = Members(hub.client, self._device, functools.partial(_tell, alive))
        self._deeds = Deeds(hub.client, self._device.full, functools.partial(_tell_of_deed, alive))
        self._end = weakref.finalize(self, self._members.close)
        self._end.atexit = False
        try:
            self._settling.expect([_INTERFACE])
            self._members.follow(self._tab)
            self._ask(interface_of, DevicePanel._take_interface)
            if patience_s:
                self._settling.wait(patience_s)
                self._members.wait(patience_s)
        except BaseException:  # Ctrl-C too: nobody has it, so nobody could close it
            self.close()
            raise

    # --- for the user -----------------------------------------------------------------------------

    @property
    def device(self) -> str:
        """The device's full name."""
        return self._device.full

    @property
    def locked(self) -> bool:
        """Whether nothing can be changed from this panel."""
        return self._locked

    def unlock(self) -> None:
        """Let the panel write to its device, run commands and change settings."""
        self._set_locked(locked=False)

    def lock(self) -> None:
        """Have the panel change nothing."""
        self._set_locked(locked=True)

    @property
    def history(self) -> list[DeedLine]:
        """What was done in this panel, the newest first, each with its Python line."""
        return [deed.line() for deed in self._deeds.newest_first()]

    def close(self) -> None:
        """Stop following for good; what is shown stays, as it was."""
        if not self.closed:
            self._locked = True
            self._end()
            for plot in self._plots.values():
                plot.close()
            super().close()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the device offers, and how the panel stands."""
        interface, lock = self._interface, self._device_lock
        told: dict[str, Any] = {
            "device": self._device.plain,
            "facts": [text for _, text in self._facts()],
            "locked": self._locked,
            "expert": self._expert,
            "experts": self._experts(),
            "tab": self._tab,
            "deviceLock": str(lock) if lock is not None else "",
            "failure": failure_levels(self._interface_failure),
            "colours": watch_colours(),
            "attributes": [attribute_told(config) for config in self._attributes()],
            "commands": [command_told(command) for command in self._commands()],
            "settings": None,
            "settingsFailure": failure_levels(self._settings_failure),
        }
        if self._settings is not None and interface is not None and self._tab in SETTINGS_TABS:
            told["settings"] = settings_told(self._settings, interface, expert=self._expert)
        return told

    def frame(self, look: Look) -> Frame | None:
        """Give what has changed: values, small pictures, what was done."""
        self._look_after_device()
        whole = look.first
        part = self._members.frame(whole=whole)
        deeds = self._deeds_told(whole=whole)
        plots = {name: plot.id for name, plot in self._plots.copy().items()}
        if part is None and not deeds and plots == self._plots_told and not whole:
            return None
        self._plots_told = plots
        data = {"now": time.time(), "boards": {}, "pictures": {}, "deeds": deeds, "plots": plots}
        if part is None:
            return Frame(data, whole=whole)
        return Frame(data | part.data, part.buffers, whole=whole)

    def _deeds_told(self, *, whole: bool) -> list[dict[str, Any]]:
        news = []
        while self._news:
            news.append(self._news.popitem()[1])
        if whole:
            news = self._deeds.newest_first()
        return [deed.record() for deed in sorted(news, key=lambda deed: deed.number)]

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks; what changes the device only if the panel is unlocked."""
        if op in _CHANGES:
            if self._locked:
                raise PanelLocked(
                    f"{op!r} was asked of the panel of {self._device.plain}, which is locked. "
                    "Unlock it first."
                )
            return {"deed": self._deeds.start(_CHANGES[op](self, argument)).number}
        if op == "line":
            return self._line(str(argument["op"]), argument["a"])
        done = _OTHERS.get(op)
        if done is None:
            return super().command(op, argument)
        done(self, argument)
        return None

    def _line(self, op: str, argument: Any) -> str:
        """Return the Python line of what could be asked for; nothing is done."""
        if op == "read":
            return read_line(self._device, self._attribute(argument).facts.name)
        return _CHANGES[op](self, argument).line

    def waken(self) -> None:
        """Follow, as somebody looks."""
        self._looked_at = self._awake = True
        self._members.wake()

    def sleep(self) -> None:
        """Stop following, and lock: the output is gone."""
        if self._looked_at:
            self._awake = False
            self._set_locked(locked=True)
            self._members.rest()

    def static_html(self) -> str:
        """Give the panel as it is now."""
        return sheet_html(self._sheet())

    def text(self) -> str:
        """Give the panel as text."""
        return sheet_text(self._sheet())

    def text_of(self, columns: int, lines: int) -> str:
        """Give the panel as text for a terminal of that size."""
        return sheet_text(self._sheet(), width=columns, height=lines)

    # --- what is shown ----------------------------------------------------------------------------

    def _attributes(self) -> list[ConfigSnapshot]:
        every = self._interface.attributes if self._interface else ()
        return [one for one in every if self._expert or one.level != "EXPERT"]

    def _commands(self) -> list[CommandFacts]:
        every = self._interface.commands if self._interface else ()
        return [one for one in every if self._expert or one.level != "EXPERT"]

    def _experts(self) -> int:
        """Count the members that are shown only when they are asked for."""
        interface = self._interface
        if interface is None:
            return 0
        levels = (one.level for one in interface.attributes), (c.level for c in interface.commands)
        return sum(level == "EXPERT" for level in itertools.chain(*levels))

    def _facts(self) -> list[tuple[str, str]]:
        interface = self._interface
        if interface is None:
            return []
        facts = [
            ("alias", interface.alias),
            ("class", interface.class_name),
            ("server", f"{interface.server} on {interface.host}"),
        ]
        return [(name, text) for name, text in facts if text]

    def _sheet(self) -> DeviceSheet:
        state, status = self._members.head()
        failure = state.failure if state.failure is not None else self._interface_failure
        hidden = 0 if self._expert else self._experts()
        notes = [str(self._device_lock)] if self._device_lock is not None else []
        if hidden:
            notes.append(f"{hidden} attributes and commands for experts are not shown")
        return DeviceSheet(
            name=self._device.plain,
            facts=tuple(self._facts()),
            state=state.text,
            status=status.value if isinstance(status.value, str) else "",
            standing="" if state.state in ("live", "asleep", "closed") else state.standing,
            failure=failure,
            notes=tuple(notes),
            groups=self._members.groups(),
            commands=tuple(self._commands()),
            deeds=tuple(self.history),
            at_s=time.time(),
        )

    # --- what the device is asked for -------------------------------------------------------------

    def _ask(
        self, question: Callable[[str], Any], take: Callable[[DevicePanel, Call], object]
    ) -> None:
        """Ask the device on the pool, unless it is being asked; never waits."""
        if question in self._asked or self.closed:
            return
        self._asked.add(question)
        call = self.hub.client.submit(question, self._device.full)
        call.when_done(functools.partial(_hand_on, weakref.ref(self), question, take))

    def _answered(self, question: Callable[[str], Any]) -> None:
        self._asked.discard(question)

    def _take_interface(self, call: Call) -> None:
        if call.error is None:
            self._interface, self._interface_failure = call.result, None
            self._show_members()
        else:
            self._interface_failure = failure_of(call.error)
        self._settling.settle(_INTERFACE)
        self.configured()
        self.changed()

    def _take_settings(self, call: Call) -> None:
        if call.error is None:
            self._settings, self._settings_failure = call.result, None
        else:
            self._settings_failure = failure_of(call.error)
        self.configured()

    def _take_lock(self, call: Call) -> None:
        # A device that does not answer says so in other places.
        lock = call.result if call.error is None else self._device_lock
        if lock != self._device_lock:
            self._device_lock = lock
            self.configured()

    def _look_after_device(self) -> None:
        """Ask again when the device is back, and now and then who has locked it."""
        is_live = self._members.head()[0].state == "live"
        if is_live and not self._was_live:
            self._ask(interface_of, DevicePanel._take_interface)
        self._was_live = is_live
        now_s = time.monotonic()
        if is_live and now_s > self._lock_asked_s + LOCK_KEEP_S:
            self._lock_asked_s = now_s
            self._ask(lock_of, DevicePanel._take_lock)

    def _show_members(self) -> None:
        self._members.show(self._attributes())

    def _note_deed(self, deed: Deed) -> None:
        """Take note of news of a deed, in any thread."""
        self._news[deed.number] = deed
        if deed.outcome != "running" and deed.action.changes_settings:
            self._ask(settings_of, DevicePanel._take_settings)
            self._ask(interface_of, DevicePanel._take_interface)
        if deed.failure is not None:
            self._lock_asked_s = 0.0  # perhaps somebody has locked the device
        self.changed()

    # --- what a browser asks for ------------------------------------------------------------------

    def _set_locked(self, *, locked: bool) -> None:
        if self._locked != locked and not (self.closed and not locked):
            self._locked = locked
            self.configured()

    def _choose_tab(self, argument: Any) -> None:
        tab = str(argument["tab"])
        if tab not in TABS:
            raise OptionError(f"{tab!r} is no part of a panel; they are {', '.join(TABS)}.")
        self._tab = tab
        self._members.follow(tab)
        if tab in SETTINGS_TABS:
            self._ask(settings_of, DevicePanel._take_settings)
        self.configured()
        self.changed()

    def _choose_expert(self, argument: Any) -> None:
        self._expert = bool(argument["on"])
        self._show_members()
        self.configured()
        self.changed()

    def _refresh(self, _: Any) -> None:
        self._ask(interface_of, DevicePanel._take_interface)
        self._ask(settings_of, DevicePanel._take_settings)
        self._lock_asked_s = 0.0

    def _plot(self, argument: Any) -> None:
        """Open a plot of an attribute in the panel, or close it."""
        name = self._attribute(argument).facts.name
        plot = self._plots.pop(name, None)
        if plot is not None:
            plot.close()
            self.changed()
            return
        attribute = self._device.attribute(name)
        # It waits for its first readings, which this thread must not.
        make = functools.partial(_make_plot, self.hub)
        call = self.hub.client.submit(make, attribute)
        call.when_done(functools.partial(_hand_plot_on, weakref.ref(self), name))

    def _take_plot(self, name: str, call: Call) -> None:
        if call.error is not None:
            raise call.error
        if self.closed:
            call.result.close()
            return
        self._plots[name] = call.result
        self.hub.show(call.result)
        self.changed()

    def _attribute(self, argument: Any) -> ConfigSnapshot:
        name = str(argument["name"])
        for config in self._attributes():
            if config.facts.name.lower() == name.lower():
                return config
        raise OptionError(f"{self._device.plain} shows no attribute {name!r} here.")

    def _write(self, argument: Any) -> Action:
        return write_action(self._device, self._attribute(argument).facts, str(argument["text"]))

    def _run(self, argument: Any) -> Action:
        name = str(argument["name"])
        for command in self._commands():
            if command.name.lower() == name.lower():
                return command_action(self._device, command, str(argument["text"]))
        raise OptionError(f"{self._device.plain} shows no command {name!r} here.")

    def _set(self, argument: Any) -> Action:
        name = str(argument["name"])
        return setting_action(self._device, name, str(argument["key"]), str(argument["text"]))

    def _poll(self, argument: Any) -> Action:
        kind, name = str(argument["kind"]), str(argument["name"])
        return polling_action(self._device, kind, name, str(argument["text"]))

    def _set_property(self, argument: Any) -> Action:
        lines = str(argument["text"]).splitlines()
        return property_action(self._device, str(argument["name"]), lines)

    def _delete_property(self, argument: Any) -> Action:
        return delete_property_action(self._device, str(argument["name"]))


_CHANGES: dict[str, Callable[[DevicePanel, Any], Action]] = {
    "write": DevicePanel._write,
    "run": DevicePanel._run,
    "set": DevicePanel._set,
    "poll": DevicePanel._poll,
    "property": DevicePanel._set_property,
    "delete": DevicePanel._delete_property,
}
"""All that changes the device, by the names that a browser asks for it: only while unlocked."""

_OTHERS: dict[str, Callable[[DevicePanel, Any], object]] = {
    "unlock": lambda panel, _: panel.unlock(),
    "lock": lambda panel, _: panel.lock(),
    "tab": DevicePanel._choose_tab,
    "expert": DevicePanel._choose_expert,
    "refresh": DevicePanel._refresh,
    "plot": DevicePanel._plot,
}


def _tell(panel: weakref.ref[DevicePanel]) -> None:
    alive = panel()
    if alive is not None:
        alive.changed()


def _tell_of_deed(panel: weakref.ref[DevicePanel], deed: Deed) -> None:
    alive = panel()
    if alive is not None:
        alive._note_deed(deed)


def _hand_on(
    panel: weakref.ref[DevicePanel],
    question: Callable[[str], Any],
    take: Callable[[DevicePanel, Call], object],
    call: Call,
) -> None:
    alive = panel()
    if alive is not None:
        alive._answered(question)
        if not call.cancelled:
            take(alive, call)


def _make_plot(hub: Hub, attribute: str) -> Plot:
    return Plot(hub, [attribute])


def _hand_plot_on(panel: weakref.ref[DevicePanel], name: str, call: Call) -> None:
    alive = panel()
    if alive is not None:
        alive._take_plot(name, call)
    elif call.error is None:
        call.result.close()
