"""The compose file, as far as it goes without containers: its services run here, side by side."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())[
    "services"
]

TANGO = ("tango_admin", "/usr/lib/tango/TangoTest")
READY_S = 60.0

ASK = "import os, tango; print(tango.DeviceProxy('sys/tg_test/1').state())"


@pytest.fixture
def address() -> str:
    """Where the database is, in place of the container's name."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def here(words: list[str], address: str) -> list[str]:
    """Write a command of a container for this machine."""
    host, _, port = address.partition(":")
    places = {"database": host, "10000": port}
    return [places.get(word, word) for word in words]


def environment_of(service: dict[str, Any], address: str) -> dict[str, str]:
    """Give the variables of a service for this machine."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: str(value) for name, value in service["environment"].items()}
    assert own["TANGO_HOST"] == "database:10000"
    return {**os.environ, "PATH": path, **own, "TANGO_HOST": address}


@contextlib.contextmanager
def running(service: dict[str, Any], address: str, directory: Path) -> Iterator[None]:
    """Run a service until it is healthy, by its own check, and end it afterwards."""
    environment = environment_of(service, address)
    process = subprocess.Popen(here(service["command"], address), env=environment, cwd=directory)
    try:
        check = here(service["healthcheck"]["test"], address)
        assert check.pop(0) == "CMD"
        deadline = time.monotonic() + READY_S
        while subprocess.run(check, env=environment, check=False).returncode:
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # without its database it takes its time
            process.kill()
            process.wait()


def test_services_wait_for_each_other_and_publish_jupyter_alone() -> None:
    assert set(SERVICES) == {"database", "tangotest", "jupyter"}
    assert all(service["build"] == "." for service in SERVICES.values())
    healthy = {"condition": "service_healthy"}
    assert SERVICES["tangotest"]["depends_on"] == {"database": healthy}
    assert SERVICES["jupyter"]["depends_on"] == {"tangotest": healthy}
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"jupyter": ["127.0.0.1:8888:8888"]}


def test_image_has_what_the_services_run() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert "--no-install-recommends tango-test" in image
    assert "pip install --no-cache-dir '.[lab]'" in image


@pytest.mark.skipif(
    not all(map(shutil.which, TANGO)),
    reason="TangoTest and tango_admin are not installed (Debian and Ubuntu: tango-test)",
)
def test_services_run(address: str, tmp_path: Path) -> None:
    with (
        running(SERVICES["database"], address, tmp_path),
        running(SERVICES["tangotest"], address, tmp_path),
    ):
        environment = environment_of(SERVICES["jupyter"], address)
        asked = subprocess.run(
            [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
        )
    assert asked.stdout == "RUNNING\n"
