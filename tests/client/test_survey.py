"""All devices of a database at once: by its command for tables, and where it has none."""

from typing import Any

import pytest
import tango

from ipytango.client import matcher_of_glob, matcher_of_regex
from ipytango.client.inventory._database_side import moment
from ipytango.client.inventory._survey import _ask, _ask_for_beginning
from ipytango.client.inventory._tables import devices_beginning
from ipytango.errors import OptionError


class Asked:
    """A real database, and the commands that it is asked by; it can refuse that for tables."""

    def __init__(self, host: str, *, refusing: bool) -> None:
        name, _, port = host.rpartition(":")
        self.database = tango.Database(name, int(port))
        self.refusing = refusing
        self.commands: set[str] = set()

    def put(self, command: str, argument: Any) -> Any:
        self.commands.add(command)
        if self.refusing and command == "DbMySqlSelect":
            tango.Except.throw_exception("API_CommandNotFound", "not here", "Asked.put")
        return self.database.command_inout(command, argument)


def test_both_ways_find_the_same(tango_host: str) -> None:
    quick, slow = (Asked(tango_host, refusing=refusing) for refusing in (False, True))
    quick.database.put_device_alias("sys/database/2", "surveyed")
    try:
        in_one, by_server = _ask(quick.put), _ask(slow.put)
    finally:
        quick.database.delete_device_alias("surveyed")
    assert quick.commands == {"DbMySqlSelect"}
    assert "DbGetDeviceClassList" in slow.commands
    assert in_one == by_server
    found = {device.name: device for device in in_one.devices}
    assert found["sys/database/2"].alias == "surveyed"
    assert found["sys/tg_test/1"].server == "TangoTest/test"
    assert found["sys/tg_test/1"].exported
    assert in_one.servers["tangotest/test"].runs


@pytest.mark.parametrize("beginning", ["SYS/tg_", "survey", "sys/tg_test/1", "nothing/"])
def test_devices_that_begin_so_are_those_of_the_survey(tango_host: str, beginning: str) -> None:
    asked = Asked(tango_host, refusing=False)
    asked.database.put_device_alias("sys/tg_test/1", "surveyed")
    try:
        found = _ask_for_beginning(asked.put, beginning)
        every = _ask(asked.put).devices
    finally:
        asked.database.delete_device_alias("surveyed")
    low = beginning.lower()
    fitting = [
        one for one in every if one.name.lower().startswith(low) or one.alias.startswith(low)
    ]
    assert found is not None
    assert list(found) == fitting
    assert bool(found) is (beginning != "nothing/")


def test_refused_beginning_is_left_to_other_questions(tango_host: str) -> None:
    assert _ask_for_beginning(Asked(tango_host, refusing=True).put, "sys/") is None


@pytest.mark.parametrize("beginning", ["", "x' OR '1'='1", "a\\", "a b", "a%", "a;b", "ä"])
def test_nothing_strange_gets_into_a_statement(tango_host: str, beginning: str) -> None:
    asked = Asked(tango_host, refusing=False)
    with pytest.raises(ValueError, match="not for a statement"):
        devices_beginning(asked.put, beginning)
    assert asked.commands == set()


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("", "a/b/c", True),
        ("b/", "A/B/C", True),
        ("a/?/c", "a/b/c", True),
        ("a/*", "x/a/b", False),
        ("[ab]/*", "B/c/d", True),
        ("a.b", "axb", False),
    ],
)
def test_glob(pattern: str, name: str, fits: bool) -> None:
    assert matcher_of_glob(pattern)(name) is fits


@pytest.mark.parametrize(
    ("pattern", "coarse"), [("a/b*", "a/b*"), ("a/?/c", "a/*"), ("a/[bc]/*", "a/*"), ("a", "*a*")]
)
def test_database_is_asked_for_no_less_than_fits(pattern: str, coarse: str) -> None:
    assert matcher_of_glob(pattern).coarse == coarse


def test_regular_expression_begins_a_name_in_any_case() -> None:
    assert matcher_of_regex("SYS/tg.*")("sys/tg_test/1")
    assert not matcher_of_regex("tg")("sys/tg_test/1")
    with pytest.raises(OptionError, match="no regular expression"):
        matcher_of_regex("(")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("22-11-2026 at 15:41:45", "2026-11-22 15:41:45"),
        ("1st-November-2026 at 15:41:45", "2026-11-01 15:41:45"),
        ("22/11/2026 15:41:45", "2026-11-22 15:41:45"),
        ("2026-11-22 15:41:45", "2026-11-22 15:41:45"),
        ("?", ""),
        ("some day", "some day"),
    ],
)
def test_moment(written: str, read: str) -> None:
    assert moment(written) == read


@pytest.mark.parametrize(
    ("expression", "coarse"),
    [
        ("sys/tg_test/.*", "sys/tg_test/*"),
        ("sys*", "sy*"),
        ("sy[st]", "sy*"),
        ("a{2}b", "*"),
        ("sys|lab", "*"),
        (".*tg", "*"),
        ("", "*"),
    ],
)
def test_what_an_expression_begins_with_is_left_to_the_database(
    expression: str, coarse: str
) -> None:
    assert matcher_of_regex(expression).coarse == coarse
