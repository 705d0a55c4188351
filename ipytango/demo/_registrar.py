"""Register a device server in the demo's database, then wait until its devices answer.

This file runs as a process of its own, for two reasons. Importing PyTango takes 0.3 s, which pass
here while the database starts; and a Tango client that waits for a hung database cannot be
stopped, but a process can. It reads one request from its standard input and answers with one JSON
object per line: `registered`, then `answering`; or `error`. It ends when its input closes, so it
does not outlive its owner. It is run by its path and imports nothing of ipytango, which would cost
it time before it can import PyTango.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

import tango

POLL_S = 0.01
CALL_TIMEOUT_MS = 1000


class Refused(Exception):
    """The request cannot be carried out; the message is for the user."""


def confirm_own(database: tango.Database, device: str, pid: int, deadline: float) -> None:
    """Make sure that the database is the process that the demo has started.

    Raises:
        Refused: another database answers at this address; nothing has been written to it.
    """
    while True:
        info = database.get_device_info(device)
        if info.exported and info.pid == pid:
            return
        # A database listens a few milliseconds before it has entered itself.
        if info.exported or time.monotonic() > deadline:
            raise Refused(
                f"A database that is not the demo's (pid {info.pid}, expected {pid}) answers at "
                "its port; it was left alone. Start the demo again."
            )
        time.sleep(POLL_S)


def register(database: tango.Database, request: dict[str, Any]) -> None:
    """Define the server's devices with their properties."""
    server = request["server"]
    infos = []
    for class_name, names in request["devices"].items():
        for name in names:
            info = tango.DbDevInfo()
            info.name, info._class, info.server = name, class_name, server
            infos.append(info)
    database.add_server(server, infos, with_dserver=True)
    # A killed server stays exported, and its successor could not be told from it.
    database.unexport_server(server)
    for name, properties in request["properties"].items():
        database.put_device_property(name, properties)
    for name, properties in request["attribute_properties"].items():
        database.put_device_attribute_property(name, properties)


def wait_until_answering(database: tango.Database, names: list[str], deadline: float) -> None:
    """Wait until all devices are exported and answer a ping.

    The database is asked first: a proxy that fails once refuses to try again for a second.

    Raises:
        Refused: some do not answer in time.
    """
    address = f"tango://{database.get_db_host()}:{database.get_db_port_num()}"
    for name in names:
        why = "it is not exported"
        while True:
            if database.get_device_info(name).exported:
                try:
                    proxy = tango.DeviceProxy(f"{address}/{name}")
                    proxy.set_timeout_millis(CALL_TIMEOUT_MS)
                    proxy.ping()
                    break
                except tango.DevFailed as failed:
                    why = failed.args[0].desc
            if time.monotonic() > deadline:
                raise Refused(f"{name} does not answer: {why}")
            time.sleep(POLL_S)


def carry_out(request: dict[str, Any]) -> None:
    """Register, say so, wait for the devices, say so."""
    deadline = time.monotonic() + request["timeout_s"]
    database = tango.Database(request["host"], request["port"])
    confirm_own(database, request["database_device"], request["database_pid"], deadline)
    register(database, request)
    _say(registered=True)
    names = [name for names in request["devices"].values() for name in names]
    wait_until_answering(database, names, deadline)
    _say(answering=True)


def _say(**message: object) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201 - the owner reads it


def _end_with_owner() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Carry out the one request on the standard input."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_owner, daemon=True).start()
    try:
        carry_out(request)
    except Refused as refused:
        _say(error=str(refused))
    except tango.DevFailed as failed:
        _say(error=f"the database refused: {failed.args[0].desc}")


if __name__ == "__main__":
    main()
