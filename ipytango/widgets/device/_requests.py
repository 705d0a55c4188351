"""From what a browser asks for to what is done to the device: checked, and nothing done yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...client import (
    Action,
    CommandFacts,
    ConfigSnapshot,
    DeviceName,
    class_property_action,
    command_action,
    delete_class_property_action,
    delete_property_action,
    plot_line,
    polling_action,
    property_action,
    read_line,
    setting_action,
    write_action,
)
from ...errors import OptionError
from ._knowledge import Knowledge

__all__ = ["CHANGES", "Requests"]


class Requests:
    """Prepares what is asked of a panel; members for experts are there only while they are shown.

    All methods raise `IpytangoError`, with what to do, for what cannot be done.
    """

    def __init__(self, device: DeviceName, knowledge: Knowledge, *, expert: bool) -> None:
        self._device = device
        self._knowledge = knowledge
        self._expert = expert

    def action(self, op: str, argument: Any) -> Action:
        """Prepare one of `CHANGES`."""
        return CHANGES[op](self, argument)

    def line(self, op: str, argument: Any) -> str:
        """Return the Python line of one of `CHANGES`, or of a reading or a plot."""
        if op == "read":
            return read_line(self._device, self.attribute(argument).facts.name)
        if op == "plot":
            return plot_line(self._device, self.attribute(argument).facts.name)
        return self.action(op, argument).line

    def attribute(self, argument: Any) -> ConfigSnapshot:
        """Find an attribute that is shown."""
        name = str(argument["name"])
        for config in self._knowledge.attributes(expert=self._expert):
            if config.facts.name.lower() == name.lower():
                return config
        raise self._not_shown("attribute", name)

    def command(self, argument: Any) -> CommandFacts:
        """Find a command that is shown."""
        name = str(argument["name"])
        for command in self._knowledge.commands(expert=self._expert):
            if command.name.lower() == name.lower():
                return command
        raise self._not_shown("command", name)

    def class_name(self) -> str:
        """Return the device's class."""
        if self._knowledge.interface is None:
            raise OptionError(
                f"{self._device.plain} has not said yet of which class it is; try again when it "
                "answers."
            )
        return self._knowledge.interface.class_name

    def _not_shown(self, kind: str, name: str) -> OptionError:
        device = self._device.plain
        if self._knowledge.interface is None:
            return OptionError(
                f"{device} has not said yet which {kind}s it has; try {name} again when it answers."
            )
        return OptionError(
            f"{device} shows no {kind} {name!r} here; if it is one for experts, show those first."
        )

    def _write(self, argument: Any) -> Action:
        return write_action(self._device, self.attribute(argument).facts, str(argument["text"]))

    def _run(self, argument: Any) -> Action:
        return command_action(self._device, self.command(argument), str(argument["text"]))

    def _set(self, argument: Any) -> Action:
        name = self.attribute(argument).facts.name
        return setting_action(self._device, name, str(argument["key"]), str(argument["text"]))

    def _poll(self, argument: Any) -> Action:
        kind, name = str(argument["kind"]), str(argument["name"])
        if kind == "attribute":
            name = self.attribute(argument).facts.name
        elif kind == "command":
            name = self.command(argument).name
        return polling_action(self._device, kind, name, str(argument["text"]))

    def _set_property(self, argument: Any) -> Action:
        return property_action(self._device, str(argument["name"]), str(argument["text"]))

    def _delete_property(self, argument: Any) -> Action:
        return delete_property_action(self._device, str(argument["name"]))

    def _set_class_property(self, argument: Any) -> Action:
        name, text = str(argument["name"]), str(argument["text"])
        return class_property_action(self._device, self.class_name(), name, text)

    def _delete_class_property(self, argument: Any) -> Action:
        name = str(argument["name"])
        return delete_class_property_action(self._device, self.class_name(), name)


CHANGES: dict[str, Callable[[Requests, Any], Action]] = {
    "write": Requests._write,
    "run": Requests._run,
    "set": Requests._set,
    "poll": Requests._poll,
    "property": Requests._set_property,
    "delete": Requests._delete_property,
    "class_property": Requests._set_class_property,
    "class_delete": Requests._delete_class_property,
}
"""All that changes the device, by the names that a browser asks for it."""
