"""What live plots draw and cost in a real JupyterLab: frames per second, processor time.

The readings come from a thread of the kernel, faster than they can be drawn: it is the way from a
reading to the screen that is measured, not Tango's. The browser is driven by bare CDP, as
Playwright falsifies rates. Nothing is asserted but that frames were drawn.
"""

import pytest

from browser.cdp import BareBrowser
from browser.lab import Lab

from .conftest import Figures
from .live_notebook import LOAD, live_notebook, summary
from .live_pages import COUNT_CANVASES, DRAWN

PUMP_HZ = 60

# A plot whose readings a thread makes: `values` in turn, as if a device had sent them.
PUMP = """
import threading, time
import numpy as np
from ipytango.client import Reading

def pump(plot, values, data_format):
    plot._rest()
    channel, number, start = plot._channels[0], 0, time.monotonic()
    while not plot.closed:
        now = time.time()
        value = values[number % len(values)]
        plot._take(channel, Reading(channel.attribute, value, None, "VALID", now, now, "DevDouble",
                                    data_format))
        number += 1
        time.sleep(max(0.0, start + number / {rate} - time.monotonic()))

{values}
p = ipytango.plot("sys/tg_test/1/{attribute}")
p
"""
START = 'threading.Thread(target=pump, args=(p, values, "{}"), daemon=True).start()'
SPECTRUM = (
    "values = [np.sin(np.arange({n}) / {n} * 50 + k) + np.random.rand({n}) for k in range(4)]"
)
IMAGE = "values = [(np.random.rand({n}, {n}) * 4000).astype('{type}') for k in range(4)]"

SPECTRA = [
    (f"a spectrum of {n:,}", SPECTRUM.format(n=n), "wave")
    for n in (256, 10_000, 100_000, 1_000_000)
]
IMAGES = [
    (f"an image of {n} x {n}, {type_}", IMAGE.format(n=n, type=type_), "double_image_ro")
    for n in (512, 2048)
    for type_ in ("u2", "f8")
]


@pytest.mark.parametrize(
    ("what", "values", "attribute"), [pytest.param(*one, id=one[0]) for one in [*SPECTRA, *IMAGES]]
)
def test_frames_drawn(
    lab: Lab, browser: BareBrowser, figures: Figures, what: str, values: str, attribute: str
) -> None:
    """One plot in view, and a kernel that is idle but for it."""
    data_format = "SPECTRUM" if attribute == "wave" else "IMAGE"
    shown = PUMP.format(values=values, attribute=attribute, rate=PUMP_HZ)
    with live_notebook(lab, browser, [LOAD, shown, START.format(data_format)]) as notebook:
        notebook.run()
        notebook.run()
        notebook.run()
        notebook.wait_for("() => !!document.querySelector('.ipytango-plot canvas')")
        notebook.evaluate(COUNT_CANVASES)
        notebook.wait_for("() => window.drawn > 5")
        rounds = notebook.rounds(DRAWN)
    figures.add(f"plot of {what}", summary(rounds, "frames/s drawn"))
