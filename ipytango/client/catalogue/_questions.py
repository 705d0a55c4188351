"""What can be asked of a database: by commands that every Tango database has, never by SQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import tango

from ..snapshots import report_facts
from ._rows import DeviceRow, ServedDevice, ServerRow

__all__ = ["Names", "Question"]

T = TypeVar("T")
Names = tuple[str, ...]

_NEVER = {"nada", "?", "null"}
"""What databases write for the host, or the time, of a server that was never started."""


@dataclasses.dataclass(frozen=True)
class Question(Generic[T]):
    """A question to a database; equal to any that asks the same, in whatever case."""

    about: str
    """What is asked for, as errors say it: ``families of sys``."""

    ask: Callable[[tango.Database], T] = dataclasses.field(compare=False, repr=False)
    """Asks a database; blocks. Raises `tango.DevFailed`."""

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
        return Question(
            "a report of itself",
            lambda database: tuple(report_facts(database.get_info().splitlines())),
        )

    # --- devices, level by level ------------------------------------------------------------------

    @staticmethod
    def domains() -> Question[Names]:
        """Ask for the first level of devices' names."""
        return Question("domains", lambda database: _names(database.get_device_domain("*")))

    @staticmethod
    def families(domain: str) -> Question[Names]:
        """Ask for the second level."""
        return Question(
            f"families of {domain}",
            lambda database: _names(database.get_device_family(f"{domain}/*")),
        )

    @staticmethod
    def members(domain: str, family: str) -> Question[Names]:
        """Ask for the third level."""
        return Question(
            f"members of {domain}/{family}",
            lambda database: _names(database.get_device_member(f"{domain}/{family}/*")),
        )

    @staticmethod
    def devices(pattern: str = "*") -> Question[Names]:
        """Ask for the full names of devices; ``*`` stands for anything."""
        return Question(
            f"devices {pattern}",
            lambda database: _names(database.command_inout("DbGetDeviceWideList", pattern)),
        )

    @staticmethod
    def exported_devices(pattern: str = "*") -> Question[Names]:
        """Ask which devices' servers have said that they run."""
        return Question(
            f"exported devices {pattern}",
            lambda database: _names(database.get_device_exported(pattern)),
        )

    @staticmethod
    def row(device: str) -> Question[DeviceRow]:
        """Ask for all that the database keeps of one device, by its name or its alias."""
        return Question(f"device {device}", lambda database: _row(database, device))

    # --- classes, servers, hosts ------------------------------------------------------------------

    @staticmethod
    def classes() -> Question[Names]:
        """Ask for the classes of all devices."""
        return Question("classes", lambda database: _names(database.get_class_list("*")))

    @staticmethod
    def class_devices(class_name: str) -> Question[Names]:
        """Ask for the devices of one class."""
        return Question(
            f"devices of class {class_name}",
            lambda database: _names(database.get_device_name("*", class_name)),
        )

    @staticmethod
    def servers(pattern: str = "*") -> Question[Names]:
        """Ask for servers, ``Server/instance``; ``*`` stands for anything."""
        return Question(
            f"servers {pattern}", lambda database: _names(database.get_server_list(pattern))
        )

    @staticmethod
    def server_names() -> Question[Names]:
        """Ask for the executables that servers are instances of."""
        return Question("server names", lambda database: _names(database.get_server_name_list()))

    @staticmethod
    def instances(server_name: str) -> Question[Names]:
        """Ask for the instances of one executable."""
        return Question(
            f"instances of {server_name}",
            lambda database: _names(database.get_instance_name_list(server_name)),
        )

    @staticmethod
    def server_devices(server: str) -> Question[tuple[ServedDevice, ...]]:
        """Ask for the devices of one server, with their classes."""
        return Question(f"devices of server {server}", lambda database: _served(database, server))

    @staticmethod
    def server(server: str) -> Question[ServerRow]:
        """Ask for what the database keeps of one server."""
        return Question(f"server {server}", lambda database: _server(database, server))

    @staticmethod
    def hosts() -> Question[Names]:
        """Ask for the hosts that servers have run on."""
        return Question(
            "hosts", lambda database: _without_never(_names(database.get_host_list("*")))
        )

    @staticmethod
    def host_servers(host: str) -> Question[Names]:
        """Ask for the servers that ran last on one host."""
        return Question(
            f"servers on {host}", lambda database: _names(database.get_host_server_list(host))
        )

    # --- aliases ----------------------------------------------------------------------------------

    @staticmethod
    def aliases() -> Question[Names]:
        """Ask for the aliases of devices."""
        return Question("aliases", lambda database: _names(database.get_device_alias_list("*")))

    @staticmethod
    def device_of(alias: str) -> Question[str]:
        """Ask for the device behind an alias."""
        return Question(
            f"device of alias {alias}",
            lambda database: str(database.get_device_from_alias(alias)),
        )

    @staticmethod
    def attribute_aliases() -> Question[Names]:
        """Ask for the aliases of attributes."""
        return Question(
            "attribute aliases", lambda database: _names(database.get_attribute_alias_list("*"))
        )

    @staticmethod
    def attribute_of(alias: str) -> Question[str]:
        """Ask for the attribute, ``domain/family/member/name``, behind an attribute's alias."""
        return Question(
            f"attribute of alias {alias}",
            lambda database: str(database.get_attribute_from_alias(alias)),
        )


def _names(answer: Iterable[Any]) -> Names:
    """Return names in alphabetical order, each once: databases order by case, and by spelling."""
    unique = {name.lower(): name for name in map(str, answer) if name}
    return tuple(unique[key] for key in sorted(unique))


def _without_never(names: Names) -> Names:
    return tuple(name for name in names if name.lower() not in _NEVER)


def _row(database: tango.Database, device: str) -> DeviceRow:
    name = device
    if "/" not in device:
        name = str(database.get_device_from_alias(device))
    info = database.get_device_info(name)
    return DeviceRow(
        name=name,
        alias=_alias(database, name),
        class_name=info.class_name,
        server=info.ds_full_name,
        host=_known(info.host),
        exported=bool(info.exported),
        started=_known(info.started_date),
        stopped=_known(info.stopped_date),
        pid=max(int(info.pid), 0),
        idl_version=_known(info.version),
    )


def _alias(database: tango.Database, device: str) -> str:
    try:
        return _known(database.get_alias_from_device(device))
    except (tango.ConnectionFailed, tango.CommunicationFailed):
        raise
    except tango.DevFailed:
        return ""  # an error is how databases say that there is none, each its own


def _known(text: Any) -> str:
    """Return what a database says, or nothing where that is its way to say that it knows none."""
    words = str(text or "").strip()
    return "" if words.lower() in _NEVER or words.startswith("?") else words


def _served(database: tango.Database, server: str) -> tuple[ServedDevice, ...]:
    flat = list(map(str, database.get_device_class_list(server)))
    pairs = sorted(zip(flat[::2], flat[1::2], strict=True), key=lambda pair: pair[0].lower())
    return tuple(ServedDevice(*pair) for pair in pairs)


def _server(database: tango.Database, server: str) -> ServerRow:
    info = database.get_server_info(server)
    return ServerRow(info.name, _known(info.host), bool(info.mode), int(info.level))
