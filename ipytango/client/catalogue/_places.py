"""Where a device is: the database (or server) before its name, as Tango writes it."""

from __future__ import annotations

import dataclasses
import re

import tango

from ...errors import CatalogueError

__all__ = ["DevicePlace", "completed_hosts", "hosts_in", "tango_host"]

_PLACE = re.compile(
    r"(?:(?:tango:)?//(?P<host>[^/:#\s]+:\d+)/|(?P<bare>[^/:#\s]+:\d+)/)?(?P<path>[^#]*)"
    r"(?P<option>#.*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"[^/:#,\s]+:\d+")

USUAL_PORT = 10000


@dataclasses.dataclass(frozen=True)
class DevicePlace:
    """The name of a device, an alias or an attribute: what it is called, and where."""

    path: str
    """``domain/family/member``, an alias, or either with ``/attribute`` behind it."""

    host: str = ""
    """``host:port`` before the name; empty where none is written."""

    has_database: bool = True
    """Whether a database knows it; ``host`` is its server's where none does (``#dbase=no``)."""

    @classmethod
    def of(cls, name: str) -> DevicePlace:
        """Take a name apart; of one that Tango would refuse, all is the path."""
        found = _PLACE.fullmatch(name.strip())
        if found is None:
            return cls(name.strip())
        option = (found["option"] or "").lower()
        return cls(found["path"], found["host"] or found["bare"] or "", option != "#dbase=no")

    def within(self, host: str) -> DevicePlace:
        """Return the same name with its database written before it; one that has any keeps it."""
        return self if self.host else dataclasses.replace(self, host=host)

    def __str__(self) -> str:
        address = f"tango://{self.host}/{self.path}" if self.host else self.path
        return address if self.has_database else f"{address}#dbase=no"


def tango_host() -> str:
    """Return what new proxies take for their database: ``host:port``, or several with commas.

    From the environment or Tango's own files (``~/.tangorc``, ``/etc/tangorc``). Raises
    `CatalogueError` where nothing is set.
    """
    host = (tango.ApiUtil.get_env_var("TANGO_HOST") or "").strip()
    if not host:
        raise CatalogueError(
            "A Tango database was asked for, and TANGO_HOST is not set. "
            "Choose one with %tango_db host:port."
        )
    return host


def completed_hosts(text: str, current: str = "") -> str:
    """Return what a person types for a database as ``host:port``, or several with commas.

    A host alone is on the usual port, a port alone (``10001``) on the host of `current`.
    """
    usual = current.split(",", maxsplit=1)[0].rpartition(":")[0] or "localhost"
    hosts = []
    for host in (part.strip() for part in text.split(",")):
        if host.isdecimal():
            hosts.append(f"{usual}:{host}")
        else:
            hosts.append(host if ":" in host or not host else f"{host}:{USUAL_PORT}")
    return ",".join(hosts)


def hosts_in(text: str) -> tuple[str, ...]:
    """Take ``host:port`` or a list ``a:1,b:2`` apart, in lower case. Raises `CatalogueError`."""
    hosts = tuple(host.strip().lower() for host in text.split(","))
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise CatalogueError(
                f"{text!r} names no Tango database: {host!r} is not written host:port "
                "(10000 is the usual port), as in 'tango-db:10000' or 'a:10000,b:10000'."
            )
    return hosts
