"""How a Tango database is connected to, by its address, and asked what holds up nobody else."""

from __future__ import annotations

import tango

__all__ = ["database_at", "report_lines"]


def database_at(host: str) -> tango.Database:
    """Connect to the database at ``host:port``. Blocks; raises `tango.DevFailed`."""
    name, _, port = host.rpartition(":")
    return tango.Database(name, int(port))


def report_lines(database: tango.Database) -> list[str]:
    """Ask a database for the report on itself. Blocks; raises `tango.DevFailed`.

    `tango.Database.get_info` would keep Python's global lock while it waits (PyTango 10.3).
    """
    return list(map(str, database.command_inout("DbInfo")))
