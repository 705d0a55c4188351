"""Feeds on real devices: where readings come from, in which order, and what is shared."""

import logging
import math
import socket
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from ipytango.client import Feeds, Following
from ipytango.client.feeds import _feed, _followed_device
from ipytango.demo import Demo
from ipytango.errors import AttributeNameError, OptionError, StreamClosed
from support.listeners import Listener, until
from support.servers.event_server import SCRIPT

from .conftest import NOTHING, Proxy

OFTEN_S = 0.05
FLOOD = 20_000

Follow = Callable[..., tuple[Following, Listener]]


@pytest.fixture
def follow(feeds: Feeds, event_device: Any, on_demo: Callable[[str], str]) -> Follow:
    """Follow an attribute of `test/event/1`, or one with its full name."""

    def start(name: str, **options: Any) -> tuple[Following, Listener]:
        listener = Listener()
        full = name if "/" in name else f"test/event/1/{name}"
        return feeds.follow(on_demo(full), listener, **options), listener

    return start


def live_by(following: Following, source: str) -> None:
    until(lambda: following.status.source == source, lambda: following.status)
    assert following.status.state == "live"


# --- where readings come from ---------------------------------------------------------------------


def test_change_events_are_taken_where_the_device_sends_them(
    follow: Follow, event_device: Any
) -> None:
    following, listener = follow("pushed")
    live_by(following, "change")
    event_device.pushed = 42.5
    reading = listener.wait_for_value(42.5)
    assert reading.source == "change"
    assert reading.quality == "VALID"
    assert reading.attribute.endswith("test/event/1/pushed")
    event_device.push_quality("ALARM")
    assert listener.wait_for(lambda heard: heard.quality == "ALARM").value == 42.5


def test_periodic_events_come_second(follow: Follow) -> None:
    following, listener = follow("periodic")
    live_by(following, "periodic")
    listener.wait_for(lambda reading: reading.source == "periodic")
    heard = len(listener.readings)
    listener.wait_for(lambda reading: reading.source == "periodic", after=heard)


def test_what_has_no_events_is_polled(follow: Follow, event_device: Any) -> None:
    following, listener = follow("silent", period_s=OFTEN_S)
    assert listener.wait_for_value(0.0).source == "poll"
    event_device.silent = 3.0
    assert listener.wait_for_value(3.0).source == "poll"
    assert following.status.source == "poll"


def test_the_first_value_comes_whatever_the_source(follow: Follow, event_device: Any) -> None:
    event_device.pushed = 7.0  # before anybody listens
    following, listener = follow("pushed")
    listener.wait_for_value(7.0)
    assert following.latest is not None
    assert following.latest.value == 7.0


def test_the_shortest_period_counts(follow: Follow) -> None:
    _, seldom = follow("silent", period_s=1000.0)
    seldom.wait_for_count(1)
    often, _ = follow("silent", period_s=OFTEN_S)
    seldom.wait_for_count(10)
    often.close()


def test_a_device_gets_one_call_for_all_that_is_polled(follow: Follow, event_device: Any) -> None:
    names = ("silent", "mode", "lamp", "lamps", "not_a_number")
    listeners = [follow(name, period_s=OFTEN_S)[1] for name in names]
    for listener in listeners:
        listener.wait_for_count(20)
    # The server's own polling reads too.
    calls = [line for line in event_device.black_box(50) if "silent" in line or "lamp" in line]
    together = [line for line in calls if all(name in line for name in names)]
    assert len(together) > len(calls) * 2 / 3, calls


def test_facts_are_there_with_the_first_reading(feeds: Feeds, follow: Follow) -> None:
    following, listener = follow("pushed")
    listener.wait_for_count(1)
    facts = following.status.facts
    assert facts is not None
    assert (facts.unit, facts.label, facts.format) == ("mm", "Gap", "%8.3f")
    assert facts.writable


# --- what is shared -------------------------------------------------------------------------------


def test_one_subscription_however_many_follow(
    feeds: Feeds, follow: Follow, event_device: Any
) -> None:
    # Tango's names are the same in any case.
    pairs = [follow(name) for name in ["pushed", "PUSHED", "Pushed"] * 5]
    live_by(pairs[0][0], "change")
    census = feeds.census()
    assert (census.devices, census.attributes, census.followings) == (1, 1, len(pairs))
    assert census.subscriptions == 1
    event_device.pushed = 1.5
    for _, listener in pairs:
        listener.wait_for_value(1.5)
    for following, _ in pairs[1:]:
        following.close()
    event_device.pushed = 2.5
    pairs[0][1].wait_for_value(2.5)
    assert feeds.census().subscriptions == 1
    assert all(2.5 not in listener.values for _, listener in pairs[1:])
    pairs[0][0].close()
    until(lambda: feeds.census() == NOTHING, feeds.census)


def test_a_late_comer_gets_what_is_known(follow: Follow) -> None:
    _, first = follow("pushed", period_s=1000.0)
    first.wait_for_count(1)
    _, second = follow("pushed", period_s=1000.0)
    second.wait_for_value(0.0)


def test_follow_again_after_everything_has_ended(
    feeds: Feeds, follow: Follow, event_device: Any
) -> None:
    for value in (1.0, 2.0):
        following, listener = follow("pushed")
        live_by(following, "change")
        event_device.pushed = value
        listener.wait_for_value(value)
        following.close()
        following.close()  # as often as you like
        until(lambda: feeds.census() == NOTHING, feeds.census)


def test_closed_feeds_follow_nothing(feeds: Feeds, follow: Follow) -> None:
    following, _ = follow("pushed")
    live_by(following, "change")
    feeds.close()
    until(lambda: feeds.census() == NOTHING, feeds.census)
    with pytest.raises(StreamClosed, match="load_ext"):
        follow("pushed")


def test_a_sink_that_fails_is_reported_and_left_out(
    feeds: Feeds, follow: Follow, on_demo: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the gauge is off")

    _, listener = follow("silent", period_s=OFTEN_S)
    with caplog.at_level(logging.ERROR, "ipytango.client"):
        failing = feeds.follow(on_demo("test/event/1/silent"), fail)
        until(lambda: not failing.open)
        listener.wait_for_count(len(listener.readings) + 3)
    assert len(caplog.records) == 1
    assert "the gauge is off" in (caplog.text)


# --- order, errors, loss --------------------------------------------------------------------------


def test_an_older_reading_never_replaces_a_newer_one(follow: Follow, event_device: Any) -> None:
    following, listener = follow("pushed")
    live_by(following, "change")
    event_device.pushed = 1.0
    listener.wait_for_value(1.0)
    event_device.push_aged(60.0)
    event_device.pushed = 2.0
    listener.wait_for_value(2.0)
    assert -1.0 not in listener.values
    assert following.status.dropped == 1


def test_a_clock_that_was_set_back_does_not_stop_the_feed(
    follow: Follow, event_device: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_feed, "LATE_FOR_S", 0.5)
    following, listener = follow("pushed")
    live_by(following, "change")
    event_device.pushed = 1.0
    listener.wait_for_value(1.0)

    def push_and_look() -> bool:
        event_device.push_aged(60.0)
        return -1.0 in listener.values

    until(push_and_look, lambda: following.status)


def test_errors_are_readings(follow: Follow, event_device: Any) -> None:
    following, listener = follow("failing", period_s=OFTEN_S)
    reading = listener.wait_for_reason("Test_Failed")
    assert reading.value is None
    assert SCRIPT in reading.failure.description  # type: ignore[union-attr]
    assert following.status.state == "live"
    assert following.status.errors > 0
    event_device.fail(False)
    listener.wait_for_value(1.0)


def test_error_events_are_readings(follow: Follow, event_device: Any) -> None:
    following, listener = follow("pushed")
    live_by(following, "change")
    event_device.push_error(SCRIPT)
    assert listener.wait_for_reason("Test_Pushed").source == "change"
    assert following.status.errors == 1
    event_device.pushed = 5.0
    listener.wait_for_value(5.0)


def test_what_has_silent_events_is_polled_until_they_come_again(
    feeds: Feeds, follow: Follow, event_device: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_followed_device, "SILENT_PERIOD_S", 0.5)
    following, listener = follow("pushed", period_s=OFTEN_S)
    live_by(following, "change")
    event_device.push_silence()
    listener.wait_for(lambda reading: reading.source == "poll")
    event_device.pushed = 8.0
    listener.wait_for_value(8.0)
    live_by(following, "change")
    assert feeds.census().subscriptions == 1
    event_device.pushed = 9.0
    listener.wait_for_value(9.0)
    assert following.status.errors == 0


@pytest.mark.parametrize("every", [True, False])
def test_a_flood_ends_with_its_last_value(
    follow: Follow, event_device: Any, *, every: bool
) -> None:
    following, listener = follow("flooded", every=every)
    live_by(following, "change")
    event_device.flood([float(FLOOD), 0.0])
    listener.wait_for_value(float(FLOOD))
    assert listener.values == sorted(listener.values)
    status = following.status
    # Each event was delivered, or is known to have been dropped; Tango counts a gap once.
    assert len(listener.readings) + status.dropped >= status.received
    if not every:
        assert status.dropped > 0


# --- values ---------------------------------------------------------------------------------------


def test_arrays_come_as_they_are_pushed(follow: Follow, event_device: Any) -> None:
    following, listener = follow("pushed_spectrum")
    live_by(following, "change")
    values = np.linspace(0.0, 1.0, 100_000)
    event_device.pushed_spectrum = values
    heard = listener.wait_for(lambda one: one.value is not None and len(one.value) == len(values))
    assert np.array_equal(heard.value, values)
    _, pictures = follow("pushed_image")
    pictures.wait_for_count(1)
    pixels = np.arange(600 * 400, dtype=np.uint16).reshape(400, 600)
    event_device.pushed_image = pixels
    shown = pictures.wait_for(lambda one: one.value is not None and one.value.shape == (400, 600))
    assert np.array_equal(shown.value, pixels)


def test_odd_values(follow: Follow) -> None:
    def first(name: str) -> Any:
        return follow(name)[1].wait_for(lambda _: True).value

    assert math.isnan(first("not_a_number"))
    assert first("infinite") == -math.inf
    assert np.array_equal(
        first("odd_numbers"), [np.nan, 1, np.inf, -np.inf, 2, np.nan], equal_nan=True
    )
    assert len(first("huge_text")) == 1 << 20
    assert first("hostile") == SCRIPT
    assert first("mode") == 2
    empty = first("no_numbers")
    assert empty is None or len(empty) == 0


# --- what is not there ----------------------------------------------------------------------------


def test_a_missing_attribute_fails_by_itself(follow: Follow) -> None:
    missing, nothing = follow("nosuch")
    present, listener = follow("silent", period_s=OFTEN_S)
    listener.wait_for_count(3)
    nothing.wait_for_reason("API_AttrNotFound")
    assert missing.status.state == "failed"
    assert missing.status.failure is not None
    assert present.status.state == "live"


def test_a_missing_device_fails_by_itself(follow: Follow) -> None:
    missing, nothing = follow("no/such/device/value")
    _, listener = follow("silent", period_s=OFTEN_S)
    listener.wait_for_count(3)
    nothing.wait_for_reason("DB_DeviceNotDefined")
    assert missing.status.state == "failed"


@pytest.fixture
def mute_database() -> Iterator[str]:
    """Listen as a database does, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_database_that_never_answers_keeps_nothing_waiting(
    feeds: Feeds, follow: Follow, mute_database: str
) -> None:
    nobody = Listener()
    away = feeds.follow(f"tango://{mute_database}/sys/tg_test/1/ampli", nobody)
    _, listener = follow("silent", period_s=OFTEN_S)
    listener.wait_for_count(3)
    nobody.wait_for(lambda reading: reading.failure is not None)
    assert away.status.state == "away"


BAD = ["", "ampli", "sys/tg_test/1", "a//b/c", "a/b/c/d/e", "a/b/c/two words", "tango://x:1/a"]


@pytest.mark.parametrize("name", BAD)
def test_bad_names_are_refused_at_once(feeds: Feeds, name: str) -> None:
    with pytest.raises(AttributeNameError, match="attribute"):
        feeds.follow(name, Listener())
    assert feeds.census() == NOTHING


@pytest.mark.parametrize("period_s", [0.0, -1.0, math.nan, math.inf, "1", None])
def test_bad_periods_are_refused_at_once(feeds: Feeds, period_s: Any) -> None:
    with pytest.raises(OptionError, match="period"):
        feeds.follow("sys/tg_test/1/ampli", Listener(), period_s=period_s)


# --- slow attributes ------------------------------------------------------------------------------


def test_a_blocking_attribute_is_read_apart(
    feeds: Feeds, follow: Follow, event_device: Any, proxy: Proxy
) -> None:
    blocking, slow = follow("blocking", period_s=0.5)
    _, beside = follow("silent", period_s=0.5)
    _, elsewhere = follow("test/event/2/silent", period_s=0.5)
    elsewhere.wait_for_count(4)
    assert not slow.readings  # it still is being read
    slow.wait_for_count(1)
    # From now on the device has time for others: at that period several fit between its readings.
    until(lambda: blocking.feed is not None and blocking.feed.slow, lambda: blocking.status)
    beside.wait_for_count(len(beside.readings) + 5)
    assert blocking.status.state == "live"


def test_feeds_of_the_demo(follow: Follow, demo: Demo) -> None:
    """TangoTest itself, which sends change events of what it polls."""
    following, listener = follow("sys/tg_test/1/double_scalar")
    live_by(following, "change")
    listener.wait_for(lambda reading: reading.source == "change")
