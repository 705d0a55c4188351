"""What code takes along into another process: found without running it."""

import pickle
import threading
import types
from typing import Any

import pytest

from ipytango.errors import ServerError
from ipytango.serve._code import Code, job_for
from ipytango.serve._service import Plan


def taken(text: str, **names: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """The modules and values that come along with some code."""
    job = job_for(Code(text, "Cell In[1]"), names, str)
    carried = pickle.loads(job.carried) if job.carried else {}  # noqa: S301 - just pickled
    return dict(job.modules), carried


@pytest.mark.parametrize(
    "text",
    [
        "gain",
        "def f():\n    return gain",
        "class A:\n    x = gain",
        "class A:\n    def f(self):\n        return [gain for _ in ()]",
        "f = lambda: gain",
        "def f(x=gain): pass",
        "@gain\ndef f(): pass",
        "class A(gain): pass",
        "def f() -> gain: pass",
        "def f(x: 'list[gain]'): pass",
        "from __future__ import annotations\ndef f(x: gain): pass",
        "def f():\n    global gain\n    return gain",
        "print(f'{gain}')",
    ],
)
def test_a_name_that_is_used_comes_along(text: str) -> None:
    assert taken(text, gain=2, other=3) == ({}, {"gain": 2})


@pytest.mark.parametrize(
    "text",
    [
        "gain = 1\ngain",
        "import gain\ngain.x",
        "from x import y as gain\ngain",
        "def f(gain): return gain",
        "[gain for gain in ()]",
        "def gain(): pass\ngain()",
        "class gain: pass\ngain()",
        "def f():\n    global gain\n    gain = 1\ndef g():\n    return gain",
        "with open('x') as gain: gain",
        "x.gain",
        "print(gain=1)",
    ],
)
def test_a_name_of_its_own_does_not(text: str) -> None:
    assert "gain" not in taken(text, gain=2, x=3)[1]


def test_modules_come_along_as_imports() -> None:
    assert taken("threading.Lock(), n", threading=threading, n=1) == (
        {"threading": "threading"},
        {"n": 1},
    )


def test_what_belongs_together_stays_together() -> None:
    shared = [1]
    _, values = taken("a, b", a=shared, b=[shared])
    assert values["b"][0] is values["a"]


def test_missing_names_are_told_with_their_lines() -> None:
    with pytest.raises(ServerError, match=r"first \(line 2\), second \(line 4\) of Cell In\[1\]"):
        taken("\nfirst\ndef f():\n    second\n    first")


def test_a_star_import_may_bring_any_name() -> None:
    assert taken("from x import *\nfirst, gain", gain=1) == ({}, {"gain": 1})


def test_what_cannot_be_pickled_is_named() -> None:
    with pytest.raises(ServerError, match=r"^lock \(lock\) cannot be taken along"):
        taken("lock, n", lock=threading.Lock(), n=1)


def test_a_module_of_no_file_is_taken_by_its_name() -> None:
    assert taken("m.x", m=types.ModuleType("made"))[0] == {"m": "made"}


def test_devices_of_classes() -> None:
    assert Plan().devices_of(("Lamp",)) == {"Lamp": ("ipytango/lamp/1",)}
    two = Plan(devices={"B": ("x/y/z",)})
    assert two.devices_of(("A", "B")) == {"A": ("ipytango/a/1",), "B": ("x/y/z",)}
    with pytest.raises(ServerError, match="There is no class B"):
        two.devices_of(("A",))
    with pytest.raises(ServerError, match="Write A=x/y/z"):
        Plan(devices={"": ("x/y/z",)}).devices_of(("A", "B"))
