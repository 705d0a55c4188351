"""From what a person types to what a device is given."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
import tango

from ipytango.client import (
    AttributeFacts,
    CommandFacts,
    DeviceName,
    class_property_action,
    delete_class_property_action,
    property_action,
    write_action,
)
from ipytango.client.writing import (
    ValueField,
    call_text,
    field_of_command,
    parse_value,
    value_text,
)
from ipytango.errors import ValueTextError
from support.facts import attribute_facts

AMPLI = ValueField("ampli", "DevDouble", unit="A", min_value=-2.5, max_value=10)
SHORT = ValueField("short", "DevShort")
VALVE = ValueField("valve", "DevEnum", labels=("CLOSED", "OPEN", "ON THE WAY"))
PADDED = ValueField("padded", "DevEnum", labels=(" UP", "UP", "DOWN "))
CURVE = ValueField("curve", "DevDouble", "SPECTRUM", max_x=4)
PATH = ValueField("path", "DevEnum", "SPECTRUM", labels=VALVE.labels, max_x=4)
TEXTS = ValueField("texts", "DevString", "SPECTRUM", max_x=3)
IMAGE = ValueField("image", "DevUChar", "IMAGE", max_x=3, max_y=2)
PAIR = ValueField("pair", "DevLong", "PAIR")


DEVICE = DeviceName.of("tango://host:1/a/b/c")


def attribute(data_type: str, data_format: str = "SCALAR") -> AttributeFacts:
    return attribute_facts(
        "it", data_type=data_type, data_format=data_format, max_dim_x=4, max_dim_y=4
    )


def argument(in_type: str) -> ValueField:
    return field_of_command(CommandFacts("Move", in_type, "", "DevVoid", "", "OPERATOR"))


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (AMPLI, " 1e-3 ", 0.001),
        (AMPLI, "-2.5", -2.5),
        (AMPLI, "0x0a", 10.0),
        (SHORT, "-0x10", -16),
        (SHORT, "007", 7),
        (ValueField("u", "DevULong64"), str(2**64 - 1), 2**64 - 1),
        (ValueField("f", "DevFloat"), "inf", math.inf),
        (ValueField("b", "DevBoolean"), "On", True),
        (ValueField("b", "DevBoolean"), "0", False),
        (ValueField("t", "DevString"), " <b> ", " <b> "),
        (VALVE, "OPEN", 1),
        (VALVE, "on the way", 2),
        (VALVE, "0", 0),
        (PADDED, " UP", 0),
        (PADDED, "UP", 1),
        (PADDED, "DOWN ", 2),
        (PADDED, "down", 2),
        (ValueField("e", "DevEnum"), "7", 7),
        (CURVE, "1, 2;3\n4", [1.0, 2.0, 3.0, 4.0]),
        (CURVE, "[1e3 -2]", [1000.0, -2.0]),
        (CURVE, "", []),
        (PATH, "OPEN, on the way", [1, 2]),
        (TEXTS, "one\ntwo words", ["one", "two words"]),
        (TEXTS, "one\x0cpage\ntwo\u2028\x85words\n", ["one\x0cpage", "two\u2028\x85words"]),
        (TEXTS, "['a, b', 'c']", ["a, b", "c"]),
        (IMAGE, "1 2 3\n4 5 6", [[1, 2, 3], [4, 5, 6]]),
        (IMAGE, "[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        (ValueField("w", "DevString", "IMAGE"), 'a, "b, c"\nd, e', [["a", "b, c"], ["d", "e"]]),
        (PAIR, "1, 2\nfirst\nsecond", ([1, 2], ["first", "second"])),
        (PAIR, "([3], ['x'])", ([3], ["x"])),
        (argument("DevVoid"), "", None),
        (argument("DevVarCharArray"), "0 255", [0, 255]),
        (argument("DevVarDoubleStringArray"), "1.5\na", ([1.5], ["a"])),
        (argument("DevVarBooleanArray"), "true, 0", [True, False]),
        (argument("DevState"), "fault", tango.DevState.FAULT),
        (argument("ConstDevString"), "text", "text"),
        (argument("DevEncoded"), r"('RAW8', b'\x01')", ("RAW8", b"\x01")),
    ],
)
def test_value_is_taken(field: ValueField, text: str, value: Any) -> None:
    parsed = parse_value(field, text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (AMPLI, "abc", "ampli: 'abc' is no number. It takes a number from -2.5 to 10 A."),
        (AMPLI, "", "nothing was given"),
        (AMPLI, "10.5", "above its greatest value 10"),
        (AMPLI, "-3", "below its least value -2.5"),
        (SHORT, "1.5", "is no whole number. It takes a whole number from -32768 to 32767"),
        (SHORT, "40000", "does not fit in a DevShort"),
        (ValueField("f", "DevFloat"), "1e39", "does not fit in a DevFloat"),
        (ValueField("b", "DevBoolean"), "2", "It takes true or false"),
        (VALVE, "SHUT", "It takes one of CLOSED, OPEN, ON THE WAY"),
        (VALVE, "3", "is no label"),
        (CURVE, "1 2 3 4 5", "5 values were given. It takes up to 4 values"),
        (CURVE, "1 x", "'x' is no number"),
        (TEXTS, "a\nb\nc\nd", "4 values were given"),
        (IMAGE, "1 2\n3", "rows of 1 and 2 values"),
        (IMAGE, "1 2 3 4", "1 rows of 4 were given. It takes rows and columns of up to 2 x 3"),
        (IMAGE, "1\n2\n3", "3 rows of 1"),
        (IMAGE, "256", "does not fit in a DevUChar (0 to 255)"),
        (PAIR, "a\nb", "'a' is no whole number"),
        (argument("DevVoid"), "1", "is more than nothing"),
        (argument("DevEncoded"), "b'raw'", "is no such pair"),
        (argument("DevPipeBlob"), "x", "cannot be given as text"),
        (argument("DevState"), "GONE", "is no label"),
        (SHORT, "9" * 1000, "9…' does not fit"),
        (ValueField("w", "DevString", "IMAGE"), "a\rb", "cannot be cut into texts"),
        (AMPLI, "0x" + "f" * 300, "f…' does not fit in a DevDouble"),
    ],
)
def test_what_is_no_value_says_what_is_taken(field: ValueField, text: str, said: str) -> None:
    with pytest.raises(ValueTextError) as caught:
        parse_value(field, text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ([1.5, math.nan, -math.inf], "[1.5, float('nan'), float('-inf')]"),
        (([1], ["it's"]), '([1], ["it\'s"])'),
        (tango.DevState.ON, "tango.DevState.ON"),
        ({"gain": ["1"]}, "{'gain': ['1']}"),
        (("RAW", b"\x00"), "('RAW', b'\\x00')"),
    ],
)
def test_value_can_be_written_as_python(value: Any, source: str) -> None:
    assert value_text(value) == source


def test_call_is_a_line_of_python() -> None:
    line = call_text("tango://host:1/a/b/c", "write_attribute", "it's", 1.5)
    assert line == "tango.DeviceProxy('tango://host:1/a/b/c').write_attribute(\"it's\", 1.5)"
    compile(line, "line", "eval")


def test_state_is_written_by_its_name() -> None:
    action = write_action(DEVICE, attribute("DevState"), "fault")
    assert action.said == "it = tango.DevState.FAULT"
    assert action.line.endswith("write_attribute('it', tango.DevState.FAULT)")


@pytest.mark.parametrize("data_format", ["SPECTRUM", "IMAGE"])
@pytest.mark.parametrize("data_type", ["DevDouble", "DevString"])
def test_array_is_emptied_only_when_that_is_said(data_type: str, data_format: str) -> None:
    facts = attribute(data_type, data_format)
    for blank in ("", " \n"):
        with pytest.raises(ValueTextError, match=r"nothing was given.*\[\] stands for none"):
            write_action(DEVICE, facts, blank)
    assert write_action(DEVICE, facts, "[]").line.endswith("write_attribute('it', [])")


def test_what_is_read_only_is_not_written() -> None:
    facts = dataclasses.replace(attribute("DevDouble"), writable=False)
    with pytest.raises(ValueTextError, match="it is read-only"):
        write_action(DEVICE, facts, "1")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("1\n2\n", ["1", "2"]),
        ("a\x0cb\x85c\u2028d\n\ne", ["a\x0cb\x85c\u2028d", "", "e"]),
    ],
)
def test_property_is_cut_at_line_ends_alone(text: str, lines: list[str]) -> None:
    assert property_action(DEVICE, "name", text).line.endswith(f"{ ({'name': lines})!r})")


def test_properties_of_a_class_are_changed_in_the_devices_database() -> None:
    database = "tango.DeviceProxy('tango://host:1/a/b/c').get_device_db()"
    change = class_property_action(DEVICE, "Motor", " mains ", "110\n230")
    assert change.line == f"{database}.put_class_property('Motor', {{'mains': ['110', '230']}})"
    assert change.changes_settings
    change = delete_class_property_action(DEVICE, "Motor", "mains")
    assert change.line == f"{database}.delete_class_property('Motor', 'mains')"
    with pytest.raises(ValueTextError, match="needs a name"):
        class_property_action(DEVICE, "Motor", "  ", "110")
    alone = DeviceName.of("tango://host:1/a/b/c#dbase=no")
    with pytest.raises(ValueTextError, match="has no database"):
        class_property_action(alone, "Motor", "mains", "110")
