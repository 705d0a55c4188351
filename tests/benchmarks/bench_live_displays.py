"""What thirty live displays in one notebook cost, all of them in view and changing at 10 Hz."""

import pytest
import tango

from browser.cdp import BareBrowser
from browser.lab import Lab
from conftest import StartServer

from .conftest import Figures
from .live_notebook import LOAD, live_notebook, summary
from .live_pages import COUNT_CANVASES, COUNT_TEXTS, DRAWN, SIDE_BY_SIDE

RATE_HZ = 10
DISPLAYS = 30

VALUES = "for number in range({0}): display(device.read_attribute(f'pushed_{{number}}'))"
PLOTS = "for number in range({0}): display(ipytango.plot(f'{{device.name()}}/{1}_{{number}}'))"

SWITCH_ON = "() => document.querySelectorAll('.ipytango-value-switch').forEach(one => one.click())"


@pytest.mark.parametrize("kind", ["values", "curves", "trends"])
def test_thirty_displays(
    kind: str,
    lab: Lab,
    browser: BareBrowser,
    tango_host: str,
    start_server: StartServer,
    figures: Figures,
) -> None:
    """Thirty attributes that push their events."""
    name = start_server("many").devices[0]
    device = tango.DeviceProxy(f"tango://{tango_host}/{name}")
    if kind == "curves":
        device.push_curves(RATE_HZ)
    else:
        device.push_scalars(RATE_HZ)
    shown = {
        "values": VALUES.format(DISPLAYS),
        "curves": PLOTS.format(DISPLAYS, "curve"),
        "trends": PLOTS.format(DISPLAYS, "pushed"),
    }[kind]
    cells = [LOAD, f"device = tango.DeviceProxy('{name}')\n{shown}"]
    with live_notebook(lab, browser, cells) as notebook:
        notebook.run()
        notebook.evaluate(SIDE_BY_SIDE)
        notebook.run()
        live = f"() => document.querySelectorAll('.ipytango-live').length === {DISPLAYS}"
        notebook.wait_for(live)
        if kind == "values":
            notebook.evaluate(SWITCH_ON)
            notebook.evaluate(COUNT_TEXTS, ".ipytango-value-number")
        else:
            notebook.evaluate(COUNT_CANVASES)
        notebook.wait_for(f"() => ({DRAWN})() > 10 * {DISPLAYS}")
        rounds = notebook.rounds(f"() => ({DRAWN})() / {DISPLAYS}")
    figures.add(f"{DISPLAYS} live {kind}", summary(rounds, "updates/s of each"))
