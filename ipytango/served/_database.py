"""A server's entry in a Tango database: made before it runs, taken out when it has ended."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import tango

from ._failures import Refused
from ._messages import REGISTERED, Order

__all__ = ["register", "unregister"]

PING_TIMEOUT_MS = 1000


def register(order: Order, directory: Path) -> None:
    """Enter the server and its devices, and have them taken out when this process has ended.

    However it ends: a process of its own waits for that, as none of a server's own can ask a
    database any more.

    Raises:
        Refused: another server runs under this name, or serves such a device.
    """
    if not order.kept:
        _enter(order)
    (directory / REGISTERED).touch()
    subprocess.Popen(  # noqa: S603 - of our own
        [
            sys.executable,
            "-m",
            f"{__package__}._leaving",
            json.dumps(dataclasses.asdict(order)),
            directory,
        ],
        stdin=subprocess.PIPE,  # held open by this process alone
        start_new_session=True,
    )


def unregister(order: Order) -> None:
    """Take the server and its devices out, with their properties."""
    database = _open(order.database)
    for names in order.devices.values():
        for name in names:
            if _server_of(database, name).lower() == order.server.lower():
                database.delete_device(name)
    database.delete_server(order.server)


def _enter(order: Order) -> None:
    database = _open(order.database)
    _refuse_running(database, order)
    if _devices_of(database, order.server):
        raise Refused(
            f"{order.server} is in the database {order.database} already, and was not entered by "
            "this kernel: it was left alone. Choose another --name."
        )
    wanted = [(cls, name) for cls, names in order.devices.items() for name in names]
    for _, name in wanted:
        if holder := _server_of(database, name):
            raise Refused(
                f"The device {name} is in the database {order.database} already, of the server "
                f"{holder}: it was left alone. Choose another --device."
            )
    database.add_server(order.server, [_info(*one, order.server) for one in wanted])


def _open(host: str) -> tango.Database:
    # Of several that are one facility's, as TANGO_HOST may name them, any does.
    name, _, port = host.partition(",")[0].rpartition(":")
    return tango.Database(name, int(port))


def _info(class_name: str, name: str, server: str) -> tango.DbDevInfo:
    info = tango.DbDevInfo()
    info.name, info._class, info.server = name, class_name, server
    return info


def _refuse_running(database: tango.Database, order: Order) -> None:
    try:
        info = database.get_device_info(f"dserver/{order.server}")
    except tango.DevFailed:
        return  # the database knows no such server
    if not info.exported:
        return
    try:
        admin = tango.DeviceProxy(f"dserver/{order.server}")
        admin.set_timeout_millis(PING_TIMEOUT_MS)
        admin.ping()
    except tango.DevFailed:
        return  # a server that has died without a goodbye
    raise Refused(
        f"A server {order.server} runs already (pid {info.pid}), and is not this kernel's: it was "
        "left alone. Choose another --name."
    )


def _devices_of(database: tango.Database, server: str) -> list[str]:
    names = list(database.get_device_class_list(server))[::2]
    return [name for name in names if not name.lower().startswith("dserver/")]


def _server_of(database: tango.Database, name: str) -> str:
    try:
        return str(database.get_device_info(name).ds_full_name)
    except tango.DevFailed:
        return ""  # the database knows no such device
