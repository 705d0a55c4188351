"""The look-alike against the C++ TangoTest, attribute by attribute and command by command."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tango

from ipytango.demo import demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipytango.demo import Demo

    Proxy = Callable[[Demo, str], Any]

# TangoTest 9.5 has them, the 9.3 of Debian 12 does not.
NEW_IN_9_5 = {
    "freq",
    "enum_scalar",
    "enum_scalar_ro",
    "enum_spectrum",
    "enum_spectrum_ro",
    "enum_image",
    "enum_image_ro",
}
# PyTango cannot name the associated attribute that READ_WITH_WRITE needs.
READ_WRITE_INSTEAD = {"double_scalar_rww", "long_scalar_rww", "short_scalar_rww"}
LEFT_OUT = {"CrashFromDevelopperThread", "CrashFromOmniThread", "DumpExecutionState"}

CONFIGURATION = (
    "data_format",
    "data_type",
    "description",
    "disp_level",
    "display_unit",
    "enum_labels",
    "format",
    "label",
    "max_alarm",
    "max_dim_x",
    "max_dim_y",
    "max_value",
    "min_alarm",
    "min_value",
    "standard_unit",
    "unit",
    "writable",
    "writable_attr_name",
)


@pytest.fixture(scope="module")
def look_alike(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Any]:
    """Give a proxy to the look-alike."""
    ground = demo(look_alike=True, log_directory=tmp_path_factory.mktemp("look-alike"))
    ground.start()
    assert ground.kind == "look-alike"
    device = proxy(ground, ground.device)
    device.set_source(tango.DevSource.DEV)  # not what polling has read before a write
    yield device
    ground.stop()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Any]:
    """Give a proxy to the C++ TangoTest."""
    ground = demo(log_directory=tmp_path_factory.mktemp("original"))
    ground.start()
    if ground.kind != "C++":
        ground.stop()
        pytest.skip(ground.note)
    yield proxy(ground, ground.device)
    ground.stop()


def test_it_has_all_69_attributes_and_27_commands(look_alike: Any) -> None:
    assert len(look_alike.get_attribute_list()) == 69
    assert len(look_alike.get_command_list()) == 27


def test_attributes_are_configured_as_in_the_original(look_alike: Any, original: Any) -> None:
    def configuration(proxy: Any) -> dict[str, dict[str, Any]]:
        return {
            info.name: {key: comparable(getattr(info, key)) for key in CONFIGURATION}
            for info in proxy.get_attribute_config_ex(list(proxy.get_attribute_list()))
        }

    ours, theirs = configuration(look_alike), configuration(original)
    assert set(ours) - set(theirs) <= NEW_IN_9_5
    assert set(theirs) <= set(ours)
    for name, wanted in theirs.items():
        if name in READ_WRITE_INSTEAD:
            wanted |= {"writable": tango.AttrWriteType.READ_WRITE, "writable_attr_name": name}
        assert ours[name] == wanted, name


def comparable(value: Any) -> Any:
    """Give something that can be compared of a value of the attribute configuration."""
    return value if isinstance(value, (str, int)) else list(value)


def test_values_have_the_types_and_shapes_of_the_original(look_alike: Any, original: Any) -> None:
    for name in original.get_attribute_list():
        assert what(look_alike, name) == what(original, name), name


def what(proxy: Any, name: str) -> tuple[object, ...]:
    """Tell what reading the attribute gives: type and shape, or the reason of the error."""
    try:
        read = proxy.read_attribute(name)
    except tango.DevFailed as failed:
        return (failed.args[0].reason, failed.args[0].desc)
    value = read.value
    element = value.dtype if isinstance(value, np.ndarray) else None
    return (read.quality, read.type, type(value), element, read.dim_x, read.dim_y)


def test_commands_are_those_of_the_original_without_those_that_harm(
    look_alike: Any, original: Any
) -> None:
    def commands(proxy: Any) -> dict[str, tuple[object, ...]]:
        return {
            info.cmd_name: (info.in_type, info.out_type, info.in_type_desc, info.disp_level)
            for info in proxy.command_list_query()
        }

    ours, theirs = commands(look_alike), commands(original)
    assert ours == {name: info for name, info in theirs.items() if name not in LEFT_OUT}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("boolean_scalar", False),
        ("string_scalar", "grün"),
        ("double_spectrum", [1.0, 2.0]),
        ("string_spectrum", ["a", "b"]),
        ("ushort_image", [[1, 2], [3, 4], [5, 6]]),
        ("string_image", [["a", "b"], ["c", "d"]]),
        ("enum_spectrum", [2, 1]),
    ],
)
def test_what_is_written_is_read_back(look_alike: Any, name: str, value: Any) -> None:
    look_alike.write_attribute(name, value)
    read = look_alike.read_attribute(name)
    assert np.array_equal(read.value, value)
    assert np.array_equal(read.w_value, value)
    look_alike.Init()
    assert not np.array_equal(look_alike.read_attribute(name).value, value)


def test_a_number_goes_on_changing_after_a_write(look_alike: Any) -> None:
    look_alike.write_attribute("double_scalar", 1000.0)
    read = look_alike.read_attribute("double_scalar")
    assert read.w_value == 1000.0
    assert abs(read.value) <= 256


def test_the_wave_has_the_amplitude_that_is_set(look_alike: Any) -> None:
    look_alike.write_attribute("ampli", 3.0)
    assert 2.9 < np.abs(look_alike.read_attribute("wave").value).max() <= 3.0


def test_commands_echo_and_states_switch(look_alike: Any) -> None:
    assert look_alike.DevString("grün") == "grün"
    assert list(look_alike.DevVarLong64Array([1, 2**40])) == [1, 2**40]
    numbers, words = look_alike.DevVarDoubleStringArray([[1.5, 2], ["a", "b"]])
    assert (list(numbers), list(words)) == ([1.5, 2], ["a", "b"])
    assert look_alike.DevVoid() is None
    look_alike.SwitchStates()
    assert look_alike.state() == tango.DevState.FAULT
    assert look_alike.status() == "The device is in FAULT state."
    look_alike.SwitchStates()
    assert look_alike.state() == tango.DevState.RUNNING


@pytest.mark.parametrize("kind", ["look_alike", "original"])
def test_polled_values_arrive_as_events(kind: str, request: pytest.FixtureRequest) -> None:
    device = request.getfixturevalue(kind)
    values: queue.Queue[Any] = queue.Queue()
    subscription = device.subscribe_event("double_scalar", tango.EventType.CHANGE_EVENT, values.put)
    try:
        events = [values.get(timeout=10) for _ in range(4)]
    finally:
        device.unsubscribe_event(subscription)
    assert not any(event.err for event in events)
    assert len({event.attr_value.value for event in events}) >= 3
