"""Sync code that waits without stopping the event loop: the bridge, the gevent hub, the door.

Knows neither Tango nor Jupyter.
"""

from ._bridge import await_, can_park, can_wait, in_green_task, run_coroutine, spawn
from ._door import Door, door_of
from ._gates import LoopGate, ThreadGate, gate_here
from ._green_task import GreenSeat, GreenTask
from ._hub import AsyncioHub
from ._hub_install import install_hub, uninstall_hub
from ._interrupts import Interrupts
from ._loop_calls import exchange_loop_calls
from ._native import allocate_lock, get_ident, start_new_thread
from ._patches import Patches
from ._places import AwaitMarker, Boundaries, Place, place_of

__all__ = [
    "AsyncioHub",
    "AwaitMarker",
    "Boundaries",
    "Door",
    "GreenSeat",
    "GreenTask",
    "Interrupts",
    "LoopGate",
    "Patches",
    "Place",
    "ThreadGate",
    "allocate_lock",
    "await_",
    "can_park",
    "can_wait",
    "door_of",
    "exchange_loop_calls",
    "gate_here",
    "get_ident",
    "in_green_task",
    "install_hub",
    "place_of",
    "run_coroutine",
    "spawn",
    "start_new_thread",
    "uninstall_hub",
]
