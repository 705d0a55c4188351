"""Feeds against a plain PyTango callback: events per second of a flooding device, and CPU.

Each figure is of a process of its own; nothing is asserted but that the work was done.
"""

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from ipytango.demo import Demo

from .conftest import Figures

PROGRAM = Path(__file__).parent / "flood_programs.py"
SERVERS = Path(__file__).parents[1] / "support" / "servers"
ROUNDS = 3
BURST = 30_000


@pytest.fixture(scope="module")
def flooding(demo: Demo) -> str:
    server = demo.add_server(SERVERS / "event_server.py", "flood", {"Event": ["test/flood/1"]})
    return f"tango://{demo.tango_host}/{server.devices[0]}"


def run(how: str, device: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), how, device, str(BURST)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [float(word) for word in done.stdout.split()]


@pytest.mark.parametrize("how", ["newest", "every"])
def test_a_flood(how: str, flooding: str, figures: Figures) -> None:
    """A burst, flat out, with plain PyTango in turn; per event that arrived."""
    ours, plain = [], []
    for _ in range(ROUNDS):
        ours.append(run(how, flooding))
        plain.append(run("plain", flooding))
    for column, what in enumerate(("s per event", "CPU s per event", "share lost")):
        ours_of, plain_of = ([row[column] for row in rows] for rows in (ours, plain))
        if what == "share lost":
            lost = statistics.median(ours_of), statistics.median(plain_of)
            figures.add(f"flood, {how}: share lost", f"ipytango {lost[0]:.3f}, plain {lost[1]:.3f}")
        else:
            figures.compare(
                f"flood, {how}: {what.replace('s per', 'us per')}",
                [one * 1e6 for one in ours_of],
                [one * 1e6 for one in plain_of],
                "us",
            )
