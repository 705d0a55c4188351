"""Run a device server from a cell: load its code, say what it serves, be told how, serve.

Started with the files of a `Job` and of a socket on which the kernel listens. What it prints goes
into a log; what concerns the kernel, to the socket.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from pathlib import Path
from typing import Any

import tango.server

from ._database import register
from ._failures import told
from ._loading import Loaded, load
from ._messages import Job, Line, Order
from ._rules import green_mode_of


def main() -> int:
    """Run the server to its end; give its exit code."""
    job_file, socket_file = map(Path, sys.argv[1:])
    job: Job = pickle.loads(job_file.read_bytes())  # noqa: S301 - from the kernel that started us
    job_file.unlink()  # it has the user's values in it
    with socket.socket(socket.AF_UNIX) as connected:
        connected.connect(str(socket_file))
        line = Line(connected)
        labels = [source.label for source in (*job.before, job.source)]
        try:
            loaded = load(job)
            mode = green_mode_of(loaded, (*job.before, job.source))
            line.say(classes=[cls.__name__ for cls in loaded.classes], mode=mode.name.lower())
            message = line.hear()
            if message is None:  # what was loaded is not wanted
                return 0
            serve(loaded, mode, Order(**message), job_file.parent, line)
        except BaseException as error:
            words, traceback = told(error, labels)
            line.say(failed=words, traceback=traceback)
            raise
    return 0


def serve(loaded: Loaded, mode: Any, order: Order, directory: Path, line: Line) -> None:
    """Serve until SIGTERM, in the database or with a file in its place."""
    executable, _, instance = order.server.partition("/")
    arguments = [executable, instance, "-ORBendPoint", f"giop:tcp:{order.host}:{order.port}"]
    if order.database:
        os.environ["TANGO_HOST"] = order.database
        register(order, directory)
    else:
        arguments.append(f"-file={device_file(order, directory)}")
    ready = False

    def say_ready() -> None:
        nonlocal ready
        ready = True
        line.say(serving=True)

    try:
        tango.server.run(
            loaded.classes,
            args=arguments,
            msg_stream=None,
            post_init_callback=say_ready,
            green_mode=mode,
            raises=True,
        )
    except RuntimeError as error:
        # With greenlets PyTango fails at the very end of a server: there is nothing left to do.
        if not ready:
            raise
        print(f"At its end PyTango said: {error}")  # noqa: T201 - into the log


def device_file(order: Order, directory: Path) -> Path:
    """Write which devices there are, unless an earlier process of the server has done so."""
    path = directory / "devices.txt"
    if not (order.kept and path.exists()):
        path.write_text(
            "".join(
                f"{order.server}/DEVICE/{name}: " + ", ".join(f'"{one}"' for one in devices) + "\n"
                for name, devices in order.devices.items()
            )
        )
    return path


if __name__ == "__main__":
    sys.exit(main())
