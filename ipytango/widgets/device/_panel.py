"""The panel of one device, live."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...client import Action, DeviceName, plot_action
from ...display import (
    DeedLine,
    DeviceSheet,
    failure_levels,
    sheet_html,
    sheet_text,
    watch_colours,
)
from ...errors import OptionError, PanelLocked, ValueTextError
from ..hub import Frame, Look, Panel, weakly
from ._deeds import Deed, Deeds
from ._knowledge import Knowledge
from ._members import FORMS, Members
from ._plots import Plots
from ._requests import CHANGES, Requests
from ._told import attribute_told, command_told, settings_told

if TYPE_CHECKING:
    from ..hub import Hub

__all__ = ["DevicePanel"]

PATIENCE_S = 1.5
"""How long a new panel waits for what its device says, so that its snapshot is not empty."""

SETTINGS_TABS = ("properties", "settings")
TABS = (*FORMS, "commands", *SETTINGS_TABS, "history")


class DevicePanel(Panel):
    """State, attributes, commands, properties and settings of one device, to see and to change.

    Made by `ipytango.panel`. It follows what is looked at, and sleeps when its output is gone.
    Nothing is changed before it is unlocked, and it locks itself when no page shows it any more.
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
        self._looked_at = False
        self._news: dict[int, Deed] = {}
        self._plots_told: dict[str, str] = {}
        # What feeds and calls hold must not hold the panel: nobody would ever let go of it.
        changed = weakly(self.changed)
        self._members = Members(hub.client, self._device, changed)
        self._knowledge = Knowledge(hub.client, self._device, weakly(self._know_more))
        self._plots = Plots(hub, changed, weakly(self._note_no_plot))
        self._deeds = Deeds(hub.client, self._device.full, weakly(self._note_deed))
        self._end = weakref.finalize(
            self, _close_all, self._members.close, self._knowledge.close, self._plots.close
        )
        self._end.atexit = False
        try:
            self._members.follow(self._tab)
            self._knowledge.ask_interface()
            if patience_s:
                self._knowledge.settling.wait(patience_s)
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
        if not self.closed:
            self._set_locked(locked=False)

    def lock(self) -> None:
        """Have the panel change nothing, not even what was asked for before and still waits."""
        self._set_locked(locked=True)
        self._deeds.withdraw()

    @property
    def history(self) -> list[DeedLine]:
        """What was done in this panel, the newest first, each with its Python line."""
        return [deed.line() for deed in self._deeds.newest_first()]

    def close(self) -> None:
        """Stop following for good; what is shown stays, as it was."""
        if not self.closed:
            self._locked = True
            self._deeds.withdraw()
            self._end()
            super().close()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the device offers, and how the panel stands."""
        known, expert = self._knowledge, self._expert
        told: dict[str, Any] = {
            "device": self._device.plain,
            "facts": [text for _, text in known.facts()],
            "locked": self._locked,
            "expert": expert,
            "experts": known.experts(),
            "tab": self._tab,
            "deviceLock": str(known.lock) if known.lock is not None else "",
            "failure": failure_levels(known.interface_failure),
            "colours": watch_colours(),
            "attributes": [attribute_told(config) for config in known.attributes(expert=expert)],
            "commands": [command_told(command) for command in known.commands(expert=expert)],
            "settings": None,
            "settingsFailure": failure_levels(known.settings_failure),
        }
        if known.settings and known.interface and self._tab in SETTINGS_TABS:
            told["settings"] = settings_told(known.settings, known.interface, expert=expert)
        return told

    def frame(self, look: Look) -> Frame | None:
        """Give what has changed: values, small pictures, what was done."""
        self._knowledge.look_after(is_live=self._members.head()[0].state == "live")
        whole = look.first
        values = self._members.frame(whole=whole)
        deeds = self._deeds_told(whole=whole)
        plots = self._plots.names()
        if not (values or deeds or whole or plots != self._plots_told):
            return None
        self._plots_told = plots
        data = {"now": time.time(), "boards": {}, "pictures": {}, "deeds": deeds, "plots": plots}
        if values is None:
            return Frame(data, whole=whole)
        return Frame(data | values.data, values.buffers, whole=whole)

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks; what changes the device only while the panel is unlocked."""
        if op in CHANGES:
            if self._locked:
                raise PanelLocked(
                    f"{op!r} was asked of the panel of {self._device.plain}, which is locked. "
                    "Unlock it first."
                )
            return {"deed": self._deeds.start(self._action(op, argument)).number}
        if op == "line":
            return self._requests().line(str(argument["op"]), argument["a"])
        done = _OTHERS.get(op)
        if done is None:
            return super().command(op, argument)
        done(self, argument)
        return None

    def command_unseen(self, op: str, argument: Any) -> Any:
        """Do what a page asks that does not show the panel: for it the panel is always locked."""
        if op in CHANGES or op == "unlock":
            raise PanelLocked(
                f"{op!r} was asked of the panel of {self._device.plain} by a page that does not "
                "show it: for such a page it stays locked. Show it there first."
            )
        return self.command(op, argument)

    def waken(self) -> None:
        """Follow, as somebody looks."""
        self._looked_at = True
        self._members.wake()

    def sleep(self) -> None:
        """Stop following, and lock: the output is gone."""
        if self._looked_at:
            self.lock()
            self._members.rest()

    def unseen(self) -> None:
        """Lock, as who comes next may be somebody else; it goes on following."""
        self.lock()

    def static_html(self) -> str:
        """Give the panel as it is now."""
        return sheet_html(self._sheet())

    def text(self) -> str:
        """Give the panel as text."""
        return sheet_text(self._sheet())

    def text_of(self, columns: int, lines: int) -> str:
        """Give the panel as text for a terminal of that size."""
        return sheet_text(self._sheet(), width=columns, height=lines)

    # --- parts ------------------------------------------------------------------------------------

    def _sheet(self) -> DeviceSheet:
        known, (state, status) = self._knowledge, self._members.head()
        notes = [str(known.lock)] if known.lock is not None else []
        hidden = 0 if self._expert else known.experts()
        if hidden:
            notes.append(f"{hidden} attributes and commands for experts are not shown")
        return DeviceSheet(
            name=self._device.plain,
            facts=tuple(known.facts()),
            state=state.text,
            status=status.value if isinstance(status.value, str) else "",
            standing="" if state.state in ("live", "asleep", "closed") else state.standing,
            failure=known.interface_failure if state.failure is None else state.failure,
            notes=tuple(notes),
            groups=self._members.groups(),
            commands=tuple(known.commands(expert=self._expert)),
            deeds=tuple(self.history),
            at_s=time.time(),
        )

    def _requests(self) -> Requests:
        return Requests(self._device, self._knowledge, expert=self._expert)

    def _action(self, op: str, argument: Any) -> Action:
        try:
            return self._requests().action(op, argument)
        except ValueTextError:
            self._knowledge.ask_interface()  # somebody may have changed the limits
            raise

    def _deeds_told(self, *, whole: bool) -> list[dict[str, Any]]:
        news = []
        while self._news:
            news.append(self._news.popitem()[1])
        if whole:
            news = self._deeds.newest_first()
        return [deed.record() for deed in sorted(news, key=lambda deed: deed.number)]

    def _know_more(self) -> None:
        """Take note of news of what the device offers, in any thread."""
        self._members.show(self._knowledge.attributes(expert=self._expert))
        self.configured()
        self.changed()

    def _note_deed(self, deed: Deed) -> None:
        """Take note of news of a deed, in any thread."""
        self._news[deed.number] = deed
        if deed.outcome in ("done", "failed") and deed.action.changes_settings:
            self._knowledge.ask_settings()
            self._knowledge.ask_interface()
        if deed.outcome == "failed":
            self._knowledge.ask_lock_soon()  # perhaps somebody has locked the device
        self.changed()

    def _note_no_plot(self, name: str, error: BaseException) -> None:
        """Say at the attribute why there is no plot of it, in any thread."""
        self._deeds.note_failed(plot_action(self._device, name), error)

    def _set_locked(self, *, locked: bool) -> None:
        if self._locked != locked:
            self._locked = locked
            self.configured()

    def _choose_tab(self, argument: Any) -> None:
        tab = str(argument["tab"])
        if tab not in TABS:
            raise OptionError(f"{tab!r} is no part of a panel; they are {', '.join(TABS)}.")
        self._tab = tab
        self._members.follow(tab)
        if tab in SETTINGS_TABS:
            self._knowledge.ask_settings()
        self.configured()
        self.changed()

    def _choose_expert(self, argument: Any) -> None:
        self._expert = bool(argument["on"])
        self._know_more()

    def _plot(self, argument: Any) -> None:
        name = self._requests().attribute(argument).facts.name
        self._plots.toggle(name, self._device.attribute(name))


_OTHERS: dict[str, Callable[[DevicePanel, Any], object]] = {
    "unlock": lambda panel, _: panel.unlock(),
    "lock": lambda panel, _: panel.lock(),
    "tab": DevicePanel._choose_tab,
    "expert": DevicePanel._choose_expert,
    "plot": DevicePanel._plot,
}
"""What a browser asks for that changes nothing but the panel."""


def _close_all(*closes: Callable[[], object]) -> None:
    for close in closes:
        close()
