"""Programs that end while Tango has threads of theirs: none may crash, or say a word."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from ipytango.demo import DeviceServer

PATIENCE_S = 60.0
FOLLOWED = """
import sys, time
from ipytango.client import Feeds
NAMES = ("pushed", "periodic", "silent", "lamp", "flooded", "pushed_spectrum", "State")
heard = set()
feeds = Feeds()
def follow(*names):
    return [
        feeds.follow(f"{sys.argv[1]}/{name}", lambda reading: heard.add(reading.attribute),
                     period_s=0.005)
        for name in names
    ]
def wait_for(condition):
    while not condition(): time.sleep(0.005)
"""
EVERYTHING = f"""{FOLLOWED}
followings = follow(*NAMES)
wait_for(lambda: len(heard) == len(NAMES) and followings[0].status.source == "change")
"""
STREAMED = """
import gc, sys, ipytango
stream = ipytango.stream(*(f"{sys.argv[1]}/{name}" for name in ("periodic", "silent")), period=0.01)
for reading in stream:
    if reading.source == "periodic": break
"""
FLOODED = f"""{EVERYTHING}
import tango
tango.DeviceProxy(sys.argv[1]).flood([1e6, 0.0])
received = followings[4].status.received
wait_for(lambda: followings[4].status.received > received + 100)
"""
BEING_READ = f"""{FOLLOWED}
followings = follow("blocking", "silent")
wait_for(lambda: followings[0].status.source == "poll")
wait_for(lambda: feeds._engine._pool.snapshot().running)
"""
CELL_CALL = """
import asyncio, sys, tango
from ipytango.client import CallPool, Limits
pool = CallPool(Limits())
proxy = tango.DeviceProxy(sys.argv[1])
call = pool.submit("one", proxy.read_attribute, ("blocking",), {})
while not call.running: pass
"""

PROGRAMS = {
    "followed": EVERYTHING,
    "all closed": f"{EVERYTHING}\nfor following in followings: following.close()",
    "just followed": f"{FOLLOWED}\nfollowings = follow(*NAMES)",
    "feeds closed": f"{EVERYTHING}\nfeeds.close()",
    "in a flood": FLOODED,
    "streamed": STREAMED,
    "stream dropped": f"{STREAMED}\ndel stream; gc.collect()",
    "being read": BEING_READ,
    "a call in flight": CELL_CALL,
}

StartServer = Callable[..., DeviceServer]


def end_of(program: str, device: str) -> tuple[int, str]:
    """Run a program to its end: its exit status, which it chooses, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nsys.exit(7)", device],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_program_ends_as_it_wants(
    program: str, event_devices: tuple[str, ...], on_demo: Callable[[str], str]
) -> None:
    assert end_of(program, on_demo(event_devices[1])) == (7, "")


def test_a_program_ends_while_its_device_hangs(
    start_server: StartServer, on_demo: Callable[[str], str]
) -> None:
    server = start_server("event")
    pid = server.pid
    program = f"""{EVERYTHING}
import os, signal
os.kill({pid}, signal.SIGSTOP)
wait_for(lambda: followings[0].status.state == "away")
"""
    try:
        assert end_of(program, on_demo(server.devices[0])) == (7, "")
    finally:
        server.resume()
