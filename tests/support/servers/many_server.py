"""A device server with many attributes that change by themselves, polled or pushed.

    python many_server.py INSTANCE

Of each device: `polled_N` differs at every reading and sends no events; `pushed_N`, `curve_N`,
`stamp` and `stamp_curve` send change events once `push` has been called, and only then.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tango
from tango.server import Device, attribute, command, run

SCALARS = 50
CURVES = 30
CURVE_POINTS = 500
STAMP_POINTS = 256
STAMPS_KEPT = 1000


class Many(Device):
    """Numbers and curves, as many as a beamline has."""

    def init_device(self) -> None:
        """Start with nothing pushed."""
        super().init_device()
        self._end = threading.Event()
        self._numbers = itertools.count()
        self._stamps: list[float] = []
        self._waves = np.random.default_rng(1).normal(size=(8, CURVE_POINTS))
        for name in ("stamp", "stamp_curve"):
            self.set_change_event(name, True, False)

    def initialize_dynamic_attributes(self) -> None:
        """Add what there are many of."""
        for number in range(SCALARS):
            self._add(f"polled_{number}", float, self._read_scalar, pushed=False)
            self._add(f"pushed_{number}", float, self._read_scalar, pushed=True)
        for number in range(CURVES):
            self._add(f"curve_{number}", (float,), self._read_curve, pushed=True)

    def _add(self, name: str, dtype: object, read: Callable[..., object], *, pushed: bool) -> None:
        made = attribute(
            name=name, dtype=dtype, max_dim_x=CURVE_POINTS, fget=read, unit="mm", format="%8.3f"
        )
        self.add_attribute(made)
        self.set_change_event(name, pushed, False)

    def delete_device(self) -> None:
        """Push nothing more."""
        self._end.set()
        super().delete_device()

    def _read_scalar(self, _: tango.Attribute) -> float:
        return self._scalar()

    def _read_curve(self, _: tango.Attribute) -> npt.NDArray[np.float64]:
        return self._curve()

    def _scalar(self) -> float:
        return next(self._numbers) % 1_000_003 / 7

    def _curve(self) -> npt.NDArray[np.float64]:
        wave: npt.NDArray[np.float64] = self._waves[next(self._numbers) % len(self._waves)]
        return wave

    @attribute(dtype=float, format="%.6f")
    def stamp(self) -> float:
        """The time, seconds since the epoch."""
        return time.time()

    @attribute(dtype=(float,), max_dim_x=STAMP_POINTS)
    def stamp_curve(self) -> npt.NDArray[np.float64]:
        """The time in every point."""
        return np.full(STAMP_POINTS, time.time())

    @attribute(dtype=(float,), max_dim_x=STAMPS_KEPT)
    def stamps(self) -> list[float]:
        """The times that were pushed last."""
        return self._stamps[-STAMPS_KEPT:]

    @command(dtype_in=float, doc_in="how often, in Hz")
    def push_scalars(self, rate_hz: float) -> None:
        """Push every `pushed_N` so often from now on."""
        self._repeat(lambda: 1 / rate_hz, self._push_scalars)

    @command(dtype_in=float, doc_in="how often, in Hz")
    def push_curves(self, rate_hz: float) -> None:
        """Push every `curve_N` so often from now on."""
        self._repeat(lambda: 1 / rate_hz, self._push_curves)

    @command(dtype_in=float, doc_in="how often, in Hz")
    def push_stamps(self, rate_hz: float) -> None:
        """Push the time at moments that follow no rhythm, so often from now on."""
        self._repeat(lambda: random.uniform(0.5, 1.5) / rate_hz, self._push_stamps)  # noqa: S311

    def _push_scalars(self) -> None:
        for number in range(SCALARS):
            self.push_change_event(f"pushed_{number}", self._scalar())

    def _push_curves(self) -> None:
        for number in range(CURVES):
            self.push_change_event(f"curve_{number}", self._curve())

    def _push_stamps(self) -> None:
        now = time.time()
        self._stamps.append(now)
        self.push_change_event("stamp", now)
        self.push_change_event("stamp_curve", np.full(STAMP_POINTS, now))

    def _repeat(self, pause_s: Callable[[], float], push: Callable[[], None]) -> None:
        def pushes() -> None:
            with tango.EnsureOmniThread():
                due_s = time.monotonic()
                while not self._end.wait(max(0.0, due_s - time.monotonic())):
                    push()
                    due_s = max(due_s + pause_s(), time.monotonic())

        threading.Thread(target=pushes, daemon=True).start()


if __name__ == "__main__":
    run((Many,))
