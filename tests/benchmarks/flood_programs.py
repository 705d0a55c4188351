"""One flood of events, taken in one of several ways.

    python flood_programs.py plain|every|newest DEVICE COUNT

Prints seconds and CPU seconds per event that arrived, and the share that did not.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import tango

from ipytango.client import Feeds, Reading

SILENCE_S = 1.0
"""When nothing has come for so long, the last event was lost."""


def taken_by_pytango(device: Any, count: int) -> tuple[Callable[[], bool], Callable[[], int]]:
    """Subscribe with a callback that does next to nothing."""
    state = {"events": 0, "value": 0.0}

    def hear(event: Any) -> None:
        if not event.err:
            state["events"] += 1
            state["value"] = event.attr_value.value

    device.subscribe_event("flooded", tango.EventType.CHANGE_EVENT, hear)
    return lambda: state["value"] == count, lambda: int(state["events"])


def taken_by_feeds(
    name: str, count: int, *, every: bool
) -> tuple[Callable[[], bool], Callable[[], int]]:
    """Follow the attribute with a sink that does next to nothing."""
    state = {"value": 0.0}

    def take(reading: Reading) -> None:
        state["value"] = reading.value

    following = Feeds().follow(f"{name}/flooded", take, every=every)
    while following.status.source != "change":
        time.sleep(0.01)
    return lambda: state["value"] == count, lambda: following.status.received


def main(how: str, name: str, count: int) -> None:
    """Have the device send its events, and print what became of them."""
    device = tango.DeviceProxy(name)
    device.init()
    if how == "plain":
        over, received = taken_by_pytango(device, count)
    else:
        over, received = taken_by_feeds(name, count, every=how == "every")
    before = received()
    start, cpu = time.perf_counter(), time.process_time()
    device.flood([float(count), 0.0])
    arrived, news = 0, start
    while not over() and time.perf_counter() - news < SILENCE_S:
        time.sleep(0.005)
        if received() - before != arrived:
            arrived, news = received() - before, time.perf_counter()
    wall_s, cpu_s = news - start, time.process_time() - cpu
    print(wall_s / arrived, cpu_s / arrived, 1 - arrived / count)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
