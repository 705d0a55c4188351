"""What can be asked of a database: by commands that every Tango database has, never by SQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import tango

from .._readings import failure_of
from ..snapshots import report_facts
from ._rows import DeviceRow, ServedDevice, ServerRow

__all__ = ["Names", "Put", "Question", "is_unreachable", "known"]

T = TypeVar("T")
Put = Callable[..., Any]
"""Puts a command of the database, with its argument; blocks. Raises `tango.DevFailed`."""

Names = tuple[str, ...]

_NEVER = {"nada", "?", "null"}
"""What databases write for the host, or the time, of a server that was never started."""


@dataclasses.dataclass(frozen=True)
class Question(Generic[T]):
    """A question to a database; equal to any that asks the same, in whatever case."""

    about: str
    """What is asked for, as errors say it: ``families of sys``."""

    ask: Callable[[Put], T] = dataclasses.field(compare=False, repr=False)
    """Asks a database, by commands alone: most of PyTango's own methods of `Database` keep Python's
    global lock while they wait (PyTango 10.3), and when the database hangs, all threads do.
    Blocks. Raises `tango.DevFailed`, or `LookupError` for what the database does not know."""

    key: str = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Tango's names are the same in any case.
        object.__setattr__(self, "key", self.about.lower())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Question) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @staticmethod
    def report() -> Question[tuple[tuple[str, str], ...]]:
        """Ask what the database says of itself: names and values."""
        return Question("a report of itself", lambda put: tuple(report_facts(put("DbInfo"))))

    # --- devices, level by level ------------------------------------------------------------------

    @staticmethod
    def domains() -> Question[Names]:
        """Ask for the first level of devices' names."""
        return _for_names("domains", "DbGetDeviceDomainList", "*")

    @staticmethod
    def families(domain: str) -> Question[Names]:
        """Ask for the second level."""
        return _for_names(f"families of {domain}", "DbGetDeviceFamilyList", f"{domain}/*")

    @staticmethod
    def members(domain: str, family: str) -> Question[Names]:
        """Ask for the third level."""
        level = f"{domain}/{family}"
        return _for_names(f"members of {level}", "DbGetDeviceMemberList", f"{level}/*")

    @staticmethod
    def devices(pattern: str = "*") -> Question[Names]:
        """Ask for the full names of devices; ``*`` stands for anything."""
        return _for_names(f"devices {pattern}", "DbGetDeviceWideList", pattern)

    @staticmethod
    def row(device: str) -> Question[DeviceRow]:
        """Ask for all that the database keeps of one device, by its name or its alias."""
        return Question(f"device {device}", lambda put: _row(put, device))

    # --- classes, servers, hosts ------------------------------------------------------------------

    @staticmethod
    def classes() -> Question[Names]:
        """Ask for the classes of all devices."""
        return _for_names("classes", "DbGetClassList", "*")

    @staticmethod
    def class_devices(class_name: str) -> Question[Names]:
        """Ask for the devices of one class."""
        return _for_names(f"devices of class {class_name}", "DbGetDeviceList", ["*", class_name])

    @staticmethod
    def servers(pattern: str = "*") -> Question[Names]:
        """Ask for servers, ``Server/instance``; ``*`` stands for anything."""
        return _for_names(f"servers {pattern}", "DbGetServerList", pattern)

    @staticmethod
    def server_names() -> Question[Names]:
        """Ask for the executables that servers are instances of."""
        return _for_names("server names", "DbGetServerNameList", "*")

    @staticmethod
    def instances(server_name: str) -> Question[Names]:
        """Ask for the instances of one executable."""
        return _for_names(f"instances of {server_name}", "DbGetInstanceNameList", server_name)

    @staticmethod
    def server_devices(server: str) -> Question[tuple[ServedDevice, ...]]:
        """Ask for the devices of one server, with their classes."""
        return Question(f"devices of server {server}", lambda put: _served(put, server))

    @staticmethod
    def server(server: str) -> Question[ServerRow]:
        """Ask for what the database keeps of one server."""
        return Question(f"server {server}", lambda put: _server(put, server))

    @staticmethod
    def hosts() -> Question[Names]:
        """Ask for the hosts that servers have run on."""
        return Question("hosts", lambda put: _without_never(_names(put("DbGetHostList", "*"))))

    @staticmethod
    def host_servers(host: str) -> Question[Names]:
        """Ask for the servers that ran last on one host."""
        return _for_names(f"servers on {host}", "DbGetHostServerList", host)

    # --- aliases ----------------------------------------------------------------------------------

    @staticmethod
    def aliases() -> Question[Names]:
        """Ask for the aliases of devices."""
        return _for_names("aliases", "DbGetDeviceAliasList", "*")

    @staticmethod
    def device_of(alias: str) -> Question[str]:
        """Ask for the device behind an alias."""
        return Question(
            f"device of alias {alias}", lambda put: _one(put("DbGetAliasDevice", alias))
        )

    @staticmethod
    def devices_of(aliases: Iterable[str]) -> Question[Names]:
        """Ask for the devices behind aliases, one by one; nothing for one that has none any more.

        In the order of the aliases.
        """
        asked = tuple(aliases)
        return Question(
            f"devices of aliases {', '.join(asked)}",
            lambda put: tuple(_or_none(put, "DbGetAliasDevice", alias) for alias in asked),
        )

    @staticmethod
    def attribute_aliases() -> Question[Names]:
        """Ask for the aliases of attributes."""
        return _for_names("attribute aliases", "DbGetAttributeAliasList", "*")

    @staticmethod
    def attribute_of(alias: str) -> Question[str]:
        """Ask for the attribute, ``domain/family/member/name``, behind an attribute's alias."""
        return Question(
            f"attribute of alias {alias}", lambda put: _one(put("DbGetAliasAttribute", alias))
        )

    @staticmethod
    def alias_of_attribute(attribute: str) -> Question[str]:
        """Ask for an attribute's alias; empty where it has none."""
        return Question(
            f"the alias of {attribute}",
            lambda put: _or_none(put, "DbGetAttributeAlias2", attribute),
        )


def _for_names(about: str, command: str, argument: str | list[str]) -> Question[Names]:
    return Question(about, lambda put: _names(put(command, argument)))


def _names(answer: Iterable[Any]) -> Names:
    """Return names in alphabetical order, each once: databases order by case, and by spelling."""
    unique = {name.lower(): name for name in map(str, answer) if name}
    return tuple(unique[key] for key in sorted(unique))


def _without_never(names: Names) -> Names:
    return tuple(name for name in names if name.lower() not in _NEVER)


def is_unreachable(error: tango.DevFailed) -> bool:
    """Whether nobody has answered; right after a failure Tango says so without having tried."""
    levels = failure_of(error).levels
    if any(level.description.startswith("UNKNOWN CORBA") for level in levels):
        return False  # an exception of the server's own that CORBA has no word for
    return isinstance(error, tango.ConnectionFailed | tango.CommunicationFailed) or any(
        level.reason == "API_CantConnectToDevice" for level in levels
    )


def _row(put: Put, device: str) -> DeviceRow:
    name = device if "/" in device else _one(put("DbGetAliasDevice", device))
    (exported, pid, *_), texts = put("DbGetDeviceInfo", name)
    version, server, host, started, stopped, class_name = list(map(str, texts))[2:8]
    return DeviceRow(
        name=name,
        alias=_or_none(put, "DbGetDeviceAlias", name),
        class_name=class_name,
        server=server,
        host=known(host),
        exported=bool(exported),
        started=known(started),
        stopped=known(stopped),
        pid=max(int(pid), 0),
        idl_version=known(version),
    )


def _or_none(put: Put, command: str, name: str) -> str:
    try:
        return known(put(command, name))
    except tango.DevFailed as error:
        if is_unreachable(error):
            raise
        return ""  # an error is how databases say that there is none, each its own


def _one(answer: Any) -> str:
    """Return a name; some databases say with an empty one that there is none."""
    if not answer:
        raise LookupError("an empty name")
    return str(answer)


def known(text: Any) -> str:
    """Return what a database says, or nothing where that is its way to say that it knows none."""
    words = str(text or "").strip()
    return "" if words.lower() in _NEVER or words.startswith("?") else words


def _served(put: Put, server: str) -> tuple[ServedDevice, ...]:
    flat = list(map(str, put("DbGetDeviceClassList", server)))
    pairs = sorted(zip(flat[::2], flat[1::2], strict=True), key=lambda pair: pair[0].lower())
    return tuple(ServedDevice(*pair) for pair in pairs)


def _server(put: Put, server: str) -> ServerRow:
    # Of a server that does not exist it tells the same as of one that was never started.
    name = _one(next(iter(_names(put("DbGetServerList", server))), ""))
    host, controlled, level = list(map(str, put("DbGetServerInfo", server)))[1:4]
    return ServerRow(name, known(host), _number(controlled) != 0, _number(level))


def _number(text: Any) -> int:
    words = str(text).strip()
    return int(words) if words.isdecimal() else 0
