"""Servers and databases that die, hang and come back, under feeds."""

import random
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tango

from ipytango.client import Feeds, Following
from ipytango.client.feeds import _followed_device
from ipytango.demo import Demo, DeviceServer
from ipytango.demo import demo as make_demo
from support.listeners import Listener, until

from .conftest import SERVERS, Proxy

OFTEN_S = 0.05
# Below the ports that a client gets for its own end of a connection: nobody takes it meanwhile.
LOW_PORTS = range(20_000, 30_000)

StartServer = Callable[..., DeviceServer]
Follow = Callable[..., tuple[Following, Listener]]


@pytest.fixture
def follow(feeds: Feeds, on_demo: Callable[[str], str]) -> Follow:
    """Follow an attribute of the demo."""

    def start(name: str, **options: Any) -> tuple[Following, Listener]:
        listener = Listener()
        return feeds.follow(on_demo(name), listener, **options), listener

    return start


def becomes(following: Following, state: str, source: str = "") -> None:
    until(
        lambda: (following.status.state, following.status.source) == (state, source),
        lambda: following.status,
    )


def event_arrives(listener: Listener, device: Any, value: float) -> None:
    def push_and_look() -> bool:
        device.pushed = value
        return any(one.value == value and one.source == "change" for one in listener.readings)

    # Again and again: what is sent right after a subscription may get lost, and is read then.
    until(push_and_look, lambda: listener.readings[-5:])


@pytest.mark.parametrize("fault", ["kill", "suspend"])
def test_a_server_that_dies_or_hangs_is_away_until_it_is_back(
    feeds: Feeds, follow: Follow, start_server: StartServer, proxy: Proxy, fault: str
) -> None:
    server = start_server("event")
    device = server.devices[0]
    pushed, listener = follow(f"{device}/pushed")
    silent, polled = follow(f"{device}/silent", period_s=OFTEN_S)
    _, living = follow("sys/tg_test/1/ampli", period_s=OFTEN_S)
    becomes(pushed, "live", "change")
    event_arrives(listener, proxy(device), 1.0)
    polled.wait_for_value(0.0)
    heard = len(living.readings)

    getattr(server, fault)()
    for following, told in ((pushed, listener), (silent, polled)):
        becomes(following, "away")
        told.wait_for(lambda reading: reading.failure is not None and not reading.source)
        assert following.status.failure is not None
    until(lambda: feeds.census().subscriptions == 0, feeds.census)
    living.wait_for_count(heard + 10)

    if fault == "kill":
        server.restart()
    else:
        server.resume()
    becomes(pushed, "live", "change")
    event_arrives(listener, proxy(device), 2.0)
    after = len(polled.readings)
    polled.wait_for(lambda reading: reading.source == "poll", after=after)


def test_a_restart_between_two_looks_is_noticed(
    follow: Follow, start_server: StartServer, proxy: Proxy
) -> None:
    server = start_server("event")
    device = server.devices[0]
    following, listener = follow(f"{device}/pushed")
    becomes(following, "live", "change")
    restart_unseen(server, following)
    event_arrives(listener, proxy(device), 3.0)


def test_a_restart_that_another_call_meets_first_is_noticed(
    follow: Follow, start_server: StartServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call fails, and with it Tango has renewed the connection: the next one works."""
    server = start_server("event")
    device = server.devices[0]
    following, listener = follow(f"{device}/pushed")
    becomes(following, "live", "change")
    # Beside the events it is read twice, and then it is only looked at.
    until(lambda: [one.source for one in listener.readings].count("read") >= 2)
    monkeypatch.setattr(_followed_device, "QUIET_S", 1000.0)
    assert following.feed is not None
    following.feed.device.post(following.feed.device.wake)
    restart_unseen(server, following, lambda: follow(f"{device}/silent"))
    event_arrives(listener, proxy(device), 3.0)


def restart_unseen(
    server: DeviceServer, following: Following, then: Callable[[], object] = lambda: None
) -> None:
    """Kill and restart a server; wait until it is subscribed to again."""
    since_s = following.status.since_s
    server.kill()
    server.restart()
    then()
    until(
        lambda: following.status.since_s > since_s and following.status.source == "change",
        lambda: (since_s, following.status),
    )


def test_a_server_that_starts_later_is_found(
    follow: Follow, start_server: StartServer, proxy: Proxy
) -> None:
    server = start_server("event")
    server.stop()
    following, listener = follow(f"{server.devices[0]}/pushed")
    becomes(following, "away")
    server.restart()
    becomes(following, "live", "change")
    event_arrives(listener, proxy(server.devices[0]), 4.0)


def test_closing_does_not_wait_for_a_hung_server(
    feeds: Feeds, follow: Follow, start_server: StartServer
) -> None:
    server = start_server("event", 2)
    followings = [follow(f"{device}/pushed")[0] for device in server.devices]
    for following in followings:
        becomes(following, "live", "change")
    server.suspend()
    for following in followings:
        following.close()
    until(lambda: feeds.census().subscriptions == 0, feeds.census)
    server.resume()


# --- the database ---------------------------------------------------------------------------------


@pytest.fixture
def port() -> int:
    """A port for a database that is to be started twice."""
    for port in random.sample(LOW_PORTS, 100):  # another run may look for one, too
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


@pytest.fixture
def own_demo(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of the test's own, whose database may die."""
    demo = make_demo(port=port, log_directory=tmp_path_factory.mktemp("demo"))
    demo.start()
    yield demo
    demo.stop()


def test_a_database_that_dies_and_comes_back(
    own_demo: Demo, port: int, feeds: Feeds, tmp_path_factory: pytest.TempPathFactory
) -> None:
    prefix = f"tango://{own_demo.tango_host}"
    names = {"Event": ["test/event/1"]}
    own_demo.add_server(SERVERS / "event_server.py", "one", names)
    device = tango.DeviceProxy(f"{prefix}/test/event/1")
    listener, polled, late = Listener(), Listener(), Listener()
    pushed = feeds.follow(f"{prefix}/test/event/1/pushed", listener)
    becomes(pushed, "live", "change")
    feeds.follow(f"{prefix}/sys/tg_test/1/ampli", polled, period_s=OFTEN_S)
    polled.wait_for_count(3)

    own_demo.database.kill()
    event_arrives(listener, device, 1.0)
    polled.wait_for_count(len(polled.readings) + 10)
    newcomer = feeds.follow(f"{prefix}/test/event/1/silent", late)
    late.wait_for_value(0.0)  # its device is known already
    unknown = feeds.follow(f"{prefix}/test/event/2/silent", late)
    becomes(unknown, "away")
    assert unknown.status.failure is not None
    becomes(newcomer, "live", "poll")
    own_demo.stop()
    becomes(pushed, "away")

    names = {"Event": ["test/event/1", "test/event/2"]}
    again = make_demo(port=port, log_directory=tmp_path_factory.mktemp("demo"))
    again.start()
    try:
        again.add_server(SERVERS / "event_server.py", "one", names)
        for following, source in ((pushed, "change"), (newcomer, "poll"), (unknown, "poll")):
            becomes(following, "live", source)
        event_arrives(listener, tango.DeviceProxy(f"{prefix}/test/event/1"), 2.0)
    finally:
        again.stop()


def test_a_database_that_hangs_keeps_no_living_device_waiting(own_demo: Demo, feeds: Feeds) -> None:
    prefix = f"tango://{own_demo.tango_host}"
    names = {"Event": ["test/event/1", "test/event/2"]}
    own_demo.add_server(SERVERS / "event_server.py", "one", names)
    device = tango.DeviceProxy(f"{prefix}/test/event/1")
    listener, polled, late, unknown = Listener(), Listener(), Listener(), Listener()
    pushed = feeds.follow(f"{prefix}/test/event/1/pushed", listener)
    becomes(pushed, "live", "change")
    feeds.follow(f"{prefix}/sys/tg_test/1/ampli", polled, period_s=OFTEN_S)
    polled.wait_for_count(3)

    own_demo.database.suspend()
    try:
        newcomer = feeds.follow(f"{prefix}/test/event/2/pushed", unknown)
        becomes(newcomer, "away")
        event_arrives(listener, device, 1.0)
        # Its device is known already; to subscribe to it needs the database.
        feeds.follow(f"{prefix}/test/event/1/pushed_text", late, period_s=OFTEN_S)
        late.wait_for_count(3)
        event_arrives(listener, device, 2.0)
        polled.wait_for_count(len(polled.readings) + 10)
        assert pushed.status.state == "live"
    finally:
        own_demo.database.resume()
    becomes(newcomer, "live", "change")
