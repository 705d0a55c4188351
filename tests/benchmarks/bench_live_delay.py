"""How long it takes from a device's event to the screen: the same machine, the same clock.

The device pushes the time at moments that follow no rhythm.
"""

import bisect
import statistics
from collections.abc import Sequence

import pytest
import tango

from browser.cdp import BareBrowser
from browser.lab import Lab
from conftest import StartServer

from .bench_live_displays import SWITCH_ON
from .conftest import Figures
from .live_notebook import LOAD, LiveNotebook, live_notebook, load
from .live_pages import MOMENTS_OF_CANVAS, STAMPS_OF_TEXT

SHOWN = {
    "a value": "tango.DeviceProxy('{0}').read_attribute('stamp')",
    "a watch": "watch = ipytango.watch('{0}/stamp'); watch",
    "a curve": "plot = ipytango.plot('{0}/stamp_curve'); plot",
}
TEXTS = {
    "a value": ".ipytango-value-number",
    "a watch": ".ipytango-watch-row .ipytango-watch-value",
}
EVENTS = 60


@pytest.mark.parametrize("rate_hz", [2, 10])
@pytest.mark.parametrize("shown", SHOWN)
def test_delay(
    shown: str,
    rate_hz: int,
    lab: Lab,
    browser: BareBrowser,
    tango_host: str,
    start_server: StartServer,
    figures: Figures,
) -> None:
    """One display, of a device whose events come at 2 Hz or at 10 Hz."""
    name = start_server("many").devices[0]
    device = tango.DeviceProxy(f"tango://{tango_host}/{name}")
    with live_notebook(lab, browser, [LOAD, SHOWN[shown].format(name)]) as notebook:
        notebook.run()
        notebook.run()
        notebook.wait_for("() => !!document.querySelector('.ipytango-live')")
        notebook.evaluate(SWITCH_ON)
        device.push_stamps(rate_hz)
        if shown == "a curve":
            delays = _delays_of_canvas(notebook, device)
        else:
            notebook.wait_for(f"() => Number(document.querySelector('{TEXTS[shown]}').innerText)")
            notebook.evaluate(STAMPS_OF_TEXT, TEXTS[shown])
            enough = f"() => window.delays.length >= {EVENTS}"
            notebook.wait_for(enough, timeout=3 * EVENTS / rate_hz + 30)
            delays = notebook.evaluate("() => window.delays")
    figures.add(f"delay to {shown}, {rate_hz} Hz", _summary(delays))


def _delays_of_canvas(notebook: LiveNotebook, device: tango.DeviceProxy) -> list[float]:
    """Pair what was pushed with the first time that the canvas was drawn after it."""
    notebook.evaluate(MOMENTS_OF_CANVAS)
    notebook.wait_for(f"() => window.moments.length >= {EVENTS}", timeout=120)
    stamps = device.read_attribute("stamps").value
    moments: Sequence[float] = notebook.evaluate("() => window.moments")
    pairs = [(bisect.bisect(moments, stamp), stamp) for stamp in stamps if stamp > moments[0]]
    return [(moments[at] - stamp) * 1e3 for at, stamp in pairs if at < len(moments)]


def _summary(delays: Sequence[float]) -> str:
    median, worst = statistics.median(delays), statistics.quantiles(delays, n=20)[-1]
    return f"median {median:.0f} ms, 95 % within {worst:.0f} ms   {load()}"
