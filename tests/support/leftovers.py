"""What a test leaves behind: threads and tasks in this process, processes anywhere.

A process counts as started by the tests if it carries the mark of this run in its environment,
which everything that is started here inherits: so those are found too whose parent is long gone.
"""

import asyncio
import contextlib
import os
import sys
import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil

MARK = "IPYTANGO_TEST_RUN"

# What was told to end may take so long; what stays longer was forgotten.
GRACE_S = 5.0
KILL_GRACE_S = 1.0


def new_mark() -> str:
    """Give a mark that no other run of the tests has."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Census:
    """What runs at one moment."""

    threads: frozenset[threading.Thread]
    tasks: frozenset["asyncio.Task[object]"]
    processes: frozenset[psutil.Process]


def take_census() -> Census:
    """Find the threads and pending tasks of this process, and the processes with the mark."""
    return Census(frozenset(_threads()), frozenset(_tasks()), frozenset(_processes()))


class Leftovers:
    """What has come since a first census and was not adopted."""

    def __init__(self) -> None:
        """Take the first census."""
        self._before = take_census()
        self._adopted: set[int] = set()

    def adopt(self, pid: int) -> None:
        """Expect the process to stay: something that lives longer than the test will end it."""
        self._adopted.add(pid)

    def end(self, *, grace_s: float = GRACE_S) -> list[str]:
        """Describe what is still there after `grace_s` seconds; kill the processes of it."""
        now = take_census()
        tasks = [task for task in now.tasks - self._before.tasks if not task.done()]
        return [
            *(f"the task {task!r}" for task in tasks),
            *(f"the thread {thread!r}" for thread in self._remaining_threads(now, grace_s)),
            *(f"the process {name}" for name in self._kill_remaining_processes(now, grace_s)),
        ]

    def _remaining_threads(self, now: Census, grace_s: float) -> list[threading.Thread]:
        new = now.threads - self._before.threads
        for thread in new:
            thread.join(grace_s)
        return [thread for thread in new if thread.is_alive()]

    def _kill_remaining_processes(self, now: Census, grace_s: float) -> list[str]:
        new = [
            process
            for process in now.processes - self._before.processes
            if process.pid not in self._adopted
        ]
        _, alive = psutil.wait_procs(new, timeout=grace_s)
        # Not those that have ended meanwhile, only their parent has not noticed yet.
        remaining = [process for process in alive if process in frozenset(_processes())]
        names = [_describe(process) for process in remaining]
        for process in remaining:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(remaining, timeout=KILL_GRACE_S)
        return names


def _threads() -> Iterator[threading.Thread]:
    for thread in threading.enumerate():
        # Python's stand-in for a thread that it did not start (Tango's, omniORB's): it stays in the
        # list for ever.
        if not isinstance(thread, threading._DummyThread):
            yield thread


def _tasks() -> Iterator["asyncio.Task[object]"]:
    # asyncio.all_tasks asks for a loop, and a forgotten loop is what we look for. The set has
    # another name since Python 3.12.
    name = "_all_tasks" if sys.version_info < (3, 12) else "_scheduled_tasks"
    known: Iterable[asyncio.Task[object]] = getattr(asyncio.tasks, name)
    return (task for task in tuple(known) if not task.done())


def _processes() -> Iterator[psutil.Process]:
    mark = os.environ.get(MARK)
    children = set(psutil.Process().children())
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            marked = process.environ().get(MARK) == mark
        except psutil.Error:  # it has just ended, is another user's, or is a zombie
            marked = process in children
        if marked or process in children:
            yield process


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.pid}: {' '.join(process.cmdline()) or process.name()}"
    except psutil.Error:
        return f"{process.pid}, which is ending just now"
