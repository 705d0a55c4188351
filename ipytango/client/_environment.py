"""What Tango's own libraries say of themselves, and of where they look for a database."""

from __future__ import annotations

import os
from pathlib import Path

import tango

from ._databases import database_at, report_lines
from .snapshots import report_facts

__all__ = ["database_report", "database_setting", "library_versions"]

_FILES = ("~/.tangorc", "/etc/tangorc")


def library_versions() -> dict[str, str]:
    """Name PyTango, and the library of Tango below it, with their versions."""
    return {"PyTango": tango.__version__, "cppTango": str(tango.constants.TgLibVers)}


def database_setting() -> tuple[str, str]:
    """Return the database of new proxies (``host:port``, or several), and where that is written.

    Both are empty where nothing names one.
    """
    host = (tango.ApiUtil.get_env_var("TANGO_HOST") or "").strip()
    if not host:
        return "", ""
    if os.environ.get("TANGO_HOST", "").strip():
        return host, "the environment"
    files = [name for name in _FILES if Path(name).expanduser().is_file()]
    return host, " or ".join(files)


def database_report(host: str) -> dict[str, str]:
    """Ask the database at ``host:port`` for its report on itself; blocks.

    Raises `tango.DevFailed`.
    """
    return dict(report_facts(report_lines(database_at(host))))
