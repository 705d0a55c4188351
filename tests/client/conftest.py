"""Feeds of their own for the tests, and devices to be followed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tango

from ipytango.client import FeedCensus, Feeds
from ipytango.demo import Demo
from support.listeners import until

SERVERS = Path(__file__).parents[1] / "support" / "servers"
NOTHING = FeedCensus(devices=0, attributes=0, followings=0, subscriptions=0, threads=0)

Proxy = Callable[[str], Any]


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    """Feeds of the test's own; afterwards nothing of them may be left."""
    feeds = Feeds()
    yield feeds
    feeds.close()
    until(lambda: feeds.census() == NOTHING, lambda: f"left behind: {feeds.census()}")


@pytest.fixture
def on_demo(demo: Demo) -> Callable[[str], str]:
    """Name a device or an attribute of the demo in full."""
    return lambda name: f"tango://{demo.tango_host}/{name}"


@pytest.fixture
def proxy(on_demo: Callable[[str], str]) -> Proxy:
    """Make a proxy of a device of the demo."""
    return lambda name: tango.DeviceProxy(on_demo(name))


@pytest.fixture(scope="session")
def event_devices(demo: Demo) -> tuple[str, ...]:
    """`test/event/1` and `/2`, of one server: see `support/servers/event_server.py`."""
    names = ["test/event/1", "test/event/2"]
    return demo.add_server(SERVERS / "event_server.py", "shared", {"Event": names}).devices


@pytest.fixture
def event_device(event_devices: tuple[str, ...], proxy: Proxy) -> Any:
    """A proxy of `test/event/1`, as it is at its start."""
    device = proxy(event_devices[0])
    device.init()
    return device
