"""The full names of attributes: what Tango takes for one, and what is none."""

import pytest

from ipytango.client._attribute_names import AttributeName, device_and_name
from ipytango.errors import AttributeNameError


@pytest.mark.parametrize(
    ("written", "device", "name"),
    [
        ("sys/tg_test/1/ampli", "sys/tg_test/1", "ampli"),
        (" an-alias/ampli ", "an-alias", "ampli"),
        ("rev/test/a b/State", "rev/test/a b", "State"),
        ("rev/col:on/1/State", "rev/col:on/1", "State"),
        ("rev/col:1/2:3/State", "rev/col:1/2:3", "State"),
        ("tango://h:1/a/b:c/d e/f", "tango://h:1/a/b:c/d e", "f"),
        ("h:1/a/b/c/d", "tango://h:1/a/b/c", "d"),
        ("tango://h:1/a/b/c/d#dbase=no", "tango://h:1/a/b/c#dbase=no", "d"),
    ],
)
def test_name_is_taken_apart(
    monkeypatch: pytest.MonkeyPatch, written: str, device: str, name: str
) -> None:
    monkeypatch.delenv("TANGO_HOST", raising=False)
    parsed = AttributeName.parse(written)
    assert (parsed.device, parsed.name) == (device, name)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ampli",
        "sys/tg_test/1",
        "sys/tg_test//ampli",
        "sys/ /1/ampli",
        "sys/tg_test /1/ampli",
        "sys/tg\n_test/1/ampli",
        "sys/tg_test/1:/ampli",
        "sys/tg_test/*/ampli",
        "h:x/a/b/c",
        "tango://h/a/b/c/d",
        "tango://h/a",
        "tango:h:1/a/b/c/d",
        "sys/tg_test/1/two words",
        "sys/tg_test/1/am:pli",
        "sys/tg_test/1/ampli sys/tg_test/1/State",
    ],
)
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(AttributeNameError):
        AttributeName.parse(written)


def test_suffix_stays_with_the_device() -> None:
    parted = device_and_name("tango://h:1/a/b/c/d#dbase=no")
    assert parted == ("tango://h:1/a/b/c#dbase=no", "d")
    assert device_and_name("an-alias/ampli") == ("an-alias", "ampli")
