"""What is sent to a browser: arrays copied and described, JSON that is JSON."""

import enum
import json
from typing import Any

import numpy as np
import pytest

from ipytango.widgets import Frame
from ipytango.widgets.hub._protocol import json_safe, pack


def test_arrays_are_copied() -> None:
    """What is sent is read long after by another thread."""
    array, text = np.arange(4.0), bytearray(b"abc")
    _, buffers = pack(Frame({}, [array, memoryview(text)]))  # type: ignore[list-item]
    array.fill(7)
    text[:] = b"xyz"
    assert buffers == [np.arange(4.0).tobytes(), b"abc"]


@pytest.mark.parametrize(
    ("array", "sent"),
    [
        (np.array([1, 2], ">u2"), np.array([1, 2], "<u2")),
        (np.array([1, -2], np.int64), np.array([1, -2], np.float64)),
        (np.array([True]), np.array([1], np.uint8)),
        (np.array([1.5], np.float16), np.array([1.5], np.float32)),
        (np.arange(6).astype("f4").reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]], "f4")),
        (np.float32(2.5), np.array(2.5, "f4")),
        (np.zeros((0, 3), "i1"), np.zeros((0, 3), "i1")),
    ],
)
def test_arrays_are_what_a_browser_can_read(array: Any, sent: Any) -> None:
    entry, buffers = pack(Frame({}, [np.asarray(array)]))
    assert entry["b"] == [{"t": sent.dtype.str[1:], "s": list(sent.shape)}]
    assert buffers == [sent.tobytes()]


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([1j]), np.array([None])])
def test_arrays_that_no_browser_can_read_are_refused(array: Any) -> None:
    with pytest.raises(TypeError, match="cannot be sent"):
        pack(Frame({}, [array]))


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float("nan"), None),
        (np.float32("-inf"), "-Infinity"),
        ({1: (Colour.RED, None, True)}, {"1": [1, None, True]}),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        ("lone \udce9 surrogate, é", "lone ? surrogate, é"),
        (np.str_("text"), "text"),
    ],
)
def test_json_is_safe(value: Any, plain: Any) -> None:
    said = json_safe(value)
    assert said == plain
    json.dumps(said, allow_nan=False).encode()


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object cannot go as JSON"):
        json_safe({"a": [object()]})
