"""When a panel's frame may go: its rate, and what it may send beyond it after a pause."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from ipytango.widgets.hub._seats import Seat

START_S = 1000.0
RATE_HZ = 10.0
STEP_S = 0.001


def awake(rate_hz: float = RATE_HZ) -> Seat:
    panel: Any = SimpleNamespace(rate_hz=rate_hz)
    return Seat(panel=lambda: panel, awake=panel)  # type: ignore[arg-type] # as a weakref


def frames(seat: Seat, since_s: float, seconds: float) -> list[float]:
    """Change all the time; give the moments at which frames go, a batch for each."""
    sent, batch_s = [], since_s - 100
    for step in range(int(seconds / STEP_S)):
        now_s = since_s + step * STEP_S
        seat.dirty = True
        if now_s >= seat.due_s(batch_s) and seat.may_go(now_s):
            seat.sends(now_s)
            sent.append(now_s)
            batch_s = now_s
    return sent


@pytest.mark.parametrize("rate_hz", [1.0, 10.0, 30.0])
def test_in_the_long_run_the_rate_is_kept(rate_hz: float) -> None:
    assert len(frames(awake(rate_hz), START_S, 10)) == pytest.approx(10 * rate_hz, abs=3)


def test_after_a_pause_two_frames_go_at_once() -> None:
    first, second, third = frames(awake(), START_S, 0.3)[:3]
    assert first == START_S
    assert second - first < 0.05
    assert third - first > 0.09


def test_frames_of_one_panel_keep_a_distance() -> None:
    sent = frames(awake(), START_S, 2)
    assert min(b - a for a, b in itertools.pairwise(sent)) > 0.025


def test_a_quiet_panel_does_not_wait_for_the_others() -> None:
    seat = awake()
    assert seat.due_s(batch_s=START_S) < START_S + 0.05


def test_a_busy_panel_goes_with_the_others() -> None:
    seat = awake()
    last_s = frames(seat, START_S, 2)[-1]
    batch_s = last_s + 0.06  # one of another panel
    assert not seat.may_go(batch_s)
    assert seat.due_s(batch_s) > batch_s + 0.08
