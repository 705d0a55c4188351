"""Tango's objects as plain frozen values for displays. Nothing here asks a device or a database."""

from __future__ import annotations

import functools
from typing import Any

import tango

from .._readings import Failure, facts_of, failure_of, reading_of
from ._kinds import (
    AttributeSnapshot,
    CommandFacts,
    CommandList,
    ConfigList,
    ConfigSnapshot,
    DatabaseSnapshot,
    DeviceSnapshot,
    EventSnapshot,
    GroupSnapshot,
    ReplyList,
    ReplySnapshot,
    Snapshot,
    StateSnapshot,
    TimeSnapshot,
    ValueList,
    ValueSnapshot,
)
from ._origins import device_name_of, origin_of

__all__ = ["plain_name", "snapshot_of", "snapshotted_types"]


@functools.singledispatch
def snapshot_of(value: Any) -> Snapshot | None:
    """Describe one of Tango's objects as it is now; None for anything else.

    Lists and tuples of readings, configurations, commands or replies are described as a whole.
    Asks nobody: what only a device knows is for `Lookups`.
    """
    del value
    return None


def snapshotted_types() -> tuple[type, ...]:
    """Return the types that `snapshot_of` describes, but lists and tuples of Python.

    PyTango's subclasses of them included: each has a text of its own, which IPython would prefer.
    """
    described = [kind for kind in snapshot_of.registry if kind not in (object, list, tuple)]
    for kind in described:
        derived = [own for own in kind.__subclasses__() if own.__module__.startswith("tango.")]
        described += [own for own in derived if own not in described]
    return tuple(described)


@snapshot_of.register
def _(value: tango.DeviceAttribute) -> ValueSnapshot:
    origin = origin_of(value) or ""
    return ValueSnapshot(reading_of(value, plain_name(origin) or None), origin=origin)


@snapshot_of.register
def _(value: tango.DevState) -> StateSnapshot:
    return StateSnapshot(value.name)


@snapshot_of.register
def _(value: tango.TimeVal) -> TimeSnapshot:
    return TimeSnapshot(value.totime())


@snapshot_of.register
def _(value: tango.DevFailed) -> Failure:
    return failure_of(value)


@snapshot_of.register
def _(value: tango.DevError) -> Failure:
    return failure_of([value])


@snapshot_of.register
def _(value: tango.AttributeInfo) -> ConfigSnapshot:
    return ConfigSnapshot(
        facts_of(value),
        access=value.writable.name.replace("WT_UNKNOWN", "unknown"),
        level=value.disp_level.name,
        settings=tuple(
            (name, text) for name, text in _settings(value) if text and text not in _UNSET
        ),
    )


_UNSET = {
    *("Not specified", "No description", "No unit", "No standard unit", "No display unit"),
    *("None", "NONE", "NOT_KNOWN", "Uninitialised"),
}


def _settings(config: tango.AttributeInfo) -> list[tuple[str, str]]:
    settings = [
        ("standard unit", config.standard_unit),
        ("display unit", config.display_unit),
        ("set by", config.writable_attr_name if config.writable_attr_name != config.name else ""),
    ]
    if not isinstance(config, tango.AttributeInfoEx):
        return settings
    alarms, events = config.alarms, config.events
    return [
        *settings,
        ("memorized", config.memorized.name),
        ("forwarded from", config.root_attr_name),
        ("delta t", alarms.delta_t),
        ("delta value", alarms.delta_val),
        ("change event", _criteria(events.ch_event.rel_change, events.ch_event.abs_change)),
        ("event period", f"{events.per_event.period} ms"),
        (
            "archive event",
            _criteria(events.arch_event.archive_rel_change, events.arch_event.archive_abs_change),
        ),
    ]


def _criteria(relative: str, absolute: str) -> str:
    parts = [f"{relative} %" if relative not in _UNSET else "", absolute]
    return " or ".join(part for part in parts if part and part not in _UNSET)


@snapshot_of.register
def _(value: tango.DevCommandInfo) -> CommandFacts:
    return CommandFacts(
        value.cmd_name,
        value.in_type.name,
        _description(value.in_type_desc),
        value.out_type.name,
        _description(value.out_type_desc),
        value.disp_level.name if isinstance(value, tango.CommandInfo) else "",
    )


def _description(text: str) -> str:
    return "" if text in _UNSET else text


@snapshot_of.register
def _(value: tango.DeviceProxy) -> DeviceSnapshot:
    return DeviceSnapshot(
        value.dev_name(),
        device_name_of(value),
        value.get_green_mode().name.lower(),
        value.get_timeout_millis(),
    )


@snapshot_of.register
def _(value: tango.AttributeProxy) -> AttributeSnapshot:
    device, hash_, rest = device_name_of(value.get_device_proxy()).partition("#")
    origin = f"{device}/{value.name()}{hash_}{rest}"
    return AttributeSnapshot(plain_name(origin), origin)


@snapshot_of.register
def _(value: tango.Database) -> DatabaseSnapshot:
    if value.get_db_host():
        return DatabaseSnapshot(f"{value.get_db_host()}:{value.get_db_port()}", is_file=False)
    return DatabaseSnapshot(value.get_file_name(), is_file=True)


@snapshot_of.register
def _(value: tango.Group) -> GroupSnapshot:
    return GroupSnapshot(value.get_name(), tuple(value.get_device_list()))


@snapshot_of.register
def _(value: tango.GroupReply) -> ReplySnapshot:
    asked = value.group_element_enabled()
    head = value.dev_name(), value.obj_name(), asked
    if not asked:
        return ReplySnapshot(*head)
    if value.has_failed():
        return ReplySnapshot(*head, failure=failure_of(value.get_err_stack()))
    if isinstance(value, tango.GroupAttrReply):
        name = f"{value.dev_name()}/{value.obj_name()}"
        return ReplySnapshot(*head, ValueSnapshot(reading_of(value.get_data(), name), origin=name))
    return ReplySnapshot(*head, value.get_data() if hasattr(value, "get_data") else None)


@snapshot_of.register
def _(value: tango.EventData) -> EventSnapshot:
    answer = value.attr_value
    content = None
    if answer is not None and not value.err:
        name = plain_name(value.attr_name)
        reading = reading_of(answer, name, source=value.event)
        content = ValueSnapshot(reading, origin=value.attr_name)
    return _event(value, value.attr_name, content)


@snapshot_of.register
def _(value: tango.AttrConfEventData) -> EventSnapshot:
    config = None if value.err or value.attr_conf is None else snapshot_of(value.attr_conf)
    return _event(value, value.attr_name, config)


@snapshot_of.register
def _(value: tango.DataReadyEventData) -> EventSnapshot:
    kind = tango.CmdArgType.values.get(value.attr_data_type, value.attr_data_type)
    notes = () if value.err else (("data type", str(kind)), ("counter", str(value.ctr)))
    return _event(value, value.attr_name, notes=notes)


@snapshot_of.register
def _(value: tango.DevIntrChangeEventData) -> EventSnapshot:
    if value.err:
        return _event(value, value.device_name)
    content = tuple(
        part
        for part in (snapshot_of(list(value.att_list)), snapshot_of(list(value.cmd_list)))
        if part
    )
    notes = (("device", "started just now" if value.dev_started else "was running"),)
    return _event(value, value.device_name, content, notes)


def _event(
    event: Any, source: str, content: Any = None, notes: tuple[tuple[str, str], ...] = ()
) -> EventSnapshot:
    reason = getattr(event, "event_reason", None)
    return EventSnapshot(
        event.event,
        source,
        getattr(reason, "name", ""),
        event.reception_date.totime(),
        content,
        notes,
        failure_of(event.errors) if event.err else None,
    )


_LISTS: tuple[tuple[type, Any], ...] = (
    (tango.DeviceAttribute, ValueList),
    (tango.AttributeInfo, ConfigList),
    (tango.DevCommandInfo, CommandList),
    (tango.GroupAttrReply, functools.partial(ReplyList, "read")),
    (tango.GroupCmdReply, functools.partial(ReplyList, "command")),
    (tango.GroupReply, functools.partial(ReplyList, "write")),
)


@snapshot_of.register(tango.AttributeInfoListEx)
@snapshot_of.register(tango.AttributeInfoList)
@snapshot_of.register(tango.CommandInfoList)
@snapshot_of.register(tango.GroupReplyList)
@snapshot_of.register(tango.GroupAttrReplyList)
@snapshot_of.register(tango.GroupCmdReplyList)
@snapshot_of.register(list)
@snapshot_of.register(tuple)
def _(values: Any) -> Snapshot | None:
    if not len(values):
        return None
    for kind, list_of in _LISTS:
        if isinstance(values[0], kind) and all(isinstance(value, kind) for value in values):
            snapshot: Snapshot = list_of(tuple(snapshot_of(value) for value in values))
            return snapshot
    return None


def plain_name(origin: str) -> str:
    """Return the part of a full name that a person reads: ``domain/family/member/name``."""
    path = origin.partition("#")[0]
    return path.removeprefix("tango://").partition("/")[2] if "://" in path else path
