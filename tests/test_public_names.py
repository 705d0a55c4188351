"""The names that packages hand on are there, and can be found by looking."""

import importlib

import pytest

import ipytango

PACKAGES = (
    "client",
    "display",
    "explore",
    "extension",
    "green",
    "magics",
    "processes",
    "serve",
    "served",
    "widgets",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_hands_on_is_there(package: str) -> None:
    module = importlib.import_module(f"ipytango.{package}")
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_a_name_is_a_function_though_its_room_has_the_same() -> None:
    importlib.import_module("ipytango.extension")
    assert importlib.import_module("ipytango.explore").__name__ == "ipytango.explore"
    assert importlib.import_module("ipytango.demo").__name__ == "ipytango.demo"
    assert callable(ipytango.explore)
    assert callable(ipytango.demo)
    assert importlib.import_module("ipytango.serve").__name__ == "ipytango.serve"
    assert callable(ipytango.serve)


def test_names_that_come_on_first_use_are_listed_before() -> None:
    assert set(ipytango.__all__) <= set(dir(ipytango))
    assert [name for name in ipytango.__all__ if not hasattr(ipytango, name)] == []
