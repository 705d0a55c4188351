"""The full names of attributes, as Tango writes them."""

from __future__ import annotations

import dataclasses
import os
import re

from ..errors import AttributeNameError

__all__ = ["AttributeName", "device_and_name"]

_HOST = re.compile(r"(?:tango:)?//(?P<host>[^/:#]+:\d+)/|(?P<bare>[^/:#]+:\d+)/", re.IGNORECASE)
_SUFFIX = re.compile(r"#dbase=(?:yes|no)$", re.IGNORECASE)
_WORD = re.compile(r"[^\s:#*?]+")
# Tango takes nearly all in a device's name, blanks and "?" too; a colon in the first part is of a
# host's port.
_FIRST_PART = re.compile(r"[^\s:#*](?:[^\t\n\r\f\v:#*]*[^\s:#*])?")
_PART = re.compile(r"[^\s:#*](?:[^\t\n\r\f\v#*]*[^\s:#*])?")
_ALIAS, _DEVICE, _ATTRIBUTE = 2, 3, 4
_WRITTEN = (
    "An attribute is written domain/family/member/name, alias/name, or with its database's "
    "tango://host:port/ before that."
)


@dataclasses.dataclass(frozen=True)
class AttributeName:
    """The full name of an attribute, taken apart."""

    full: str
    """As it was written."""

    device: str
    """What a proxy of its device is made of: names the database wherever that is known."""

    name: str
    """The attribute's own name."""

    @property
    def key(self) -> tuple[str, str]:
        """Device and name in lower case: Tango's names are the same in any case."""
        return self.device.lower(), self.name.lower()

    @classmethod
    def parse(cls, written: str) -> AttributeName:
        """Take a full name apart. Raises `AttributeNameError`."""
        if not isinstance(written, str):
            raise AttributeNameError(f"{written!r} is no attribute's name. {_WRITTEN}")
        full = written.strip()
        suffix = _SUFFIX.search(full)
        path = full[: suffix.start()] if suffix else full
        host = _HOST.match(path)
        parts = (path[host.end() :] if host else path).split("/")
        if len(parts) == _DEVICE and _are_of_device(parts):
            raise AttributeNameError(
                f"{written!r} names a device; add the attribute, as in {path}/State."
            )
        is_long_enough = len(parts) in (_ALIAS, _ATTRIBUTE)
        if not (is_long_enough and _are_of_device(parts[:-1]) and _WORD.fullmatch(parts[-1])):
            raise AttributeNameError(f"{written!r} is no attribute's name. {_WRITTEN}")
        device = "/".join(parts[:-1])
        address = (host["host"] or host["bare"]) if host else _only_database()
        if address:
            # Named in full: the feed keeps to its database, whatever TANGO_HOST becomes later.
            device = f"tango://{address}/{device}"
        return cls(full, device + (suffix.group() if suffix else ""), parts[-1])


def device_and_name(attribute: str) -> tuple[str, str]:
    """Part an attribute's full name into its device's, that keeps ``#dbase=no``, and its own."""
    path, mark, option = attribute.partition("#")
    device, _, name = path.rpartition("/")
    return device + mark + option, name


def _are_of_device(parts: list[str]) -> bool:
    return bool(_FIRST_PART.fullmatch(parts[0])) and all(map(_PART.fullmatch, parts[1:]))


def _only_database() -> str:
    """Return the database of ``TANGO_HOST``, unless there are several or it is set elsewhere."""
    host = os.environ.get("TANGO_HOST", "").strip()
    return host if re.fullmatch(r"[^,:/]+:\d+", host) else ""
