"""What live plots draw and cost in a real JupyterLab: frames per second, processor time.

The readings come from a thread of the kernel, faster than they can be drawn: it is the way from a
reading to the screen that is measured, not Tango's. The browser is driven by bare CDP, as
Playwright falsifies rates. Nothing is asserted but that frames were drawn.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from browser.cdp import BareBrowser, BareNotebook
from browser.conftest import CHROMIUM, CHROMIUM_OPTIONS
from browser.lab import Lab

from .conftest import Figures

MEASURED_S = 5.0
PUMP_HZ = 60

# A plot whose readings a thread makes: `values` in turn, as if a device had sent them.
CELLS = (
    """
%load_ext ipytango
import threading, time
import numpy as np
import ipytango
from ipytango.client import Reading
""",
    """
def pump(plot, values, data_format, rate_hz):
    plot._rest()
    channel, number, start = plot._channels[0], 0, time.monotonic()
    while not plot.closed:
        now = time.time()
        value = values[number % len(values)]
        plot._take(channel, Reading(channel.attribute, value, None, "VALID", now, now, "DevDouble",
                                    data_format))
        number += 1
        time.sleep(max(0.0, start + number / rate_hz - time.monotonic()))

{values}
p = ipytango.plot("sys/tg_test/1/{attribute}")
p
""",
    'threading.Thread(target=pump, args=(p, values, "{data_format}", {rate}), daemon=True).start()',
)
COUNT_JS = """() => {
    window.drawn = 0;
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
        if (this.canvas.isConnected && this.canvas.closest(".ipytango-plot")) window.drawn++;
        return clear.apply(this, args);
    };
}"""

SPECTRUM = (
    "values = [np.sin(np.arange({n}) / {n} * 50 + k) + np.random.rand({n}) for k in range(4)]"
)
IMAGE = "values = [(np.random.rand({n}, {n}) * 4000).astype('{type}') for k in range(4)]"


@pytest.fixture(scope="module")
def lab(tango_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server for these measurements."""
    with Lab(tmp_path_factory.mktemp("lab"), tango_host=tango_host) as lab:
        yield lab


@pytest.mark.parametrize(
    ("what", "values", "attribute"),
    [
        *(
            (f"spectrum of {n:,}", SPECTRUM.format(n=n), "wave")
            for n in (256, 10_000, 100_000, 1_000_000)
        ),
        *(
            (f"image of {n} x {n}, {type_}", IMAGE.format(n=n, type=type_), "double_image_ro")
            for n in (512, 2048)
            for type_ in ("u2", "f8")
        ),
    ],
)
def test_frames_drawn(
    lab: Lab, tmp_path: Path, figures: Figures, what: str, values: str, attribute: str
) -> None:
    """One plot in view, and a kernel that is idle but for it."""
    if CHROMIUM is None:
        pytest.skip("no chromium: `make chromium` installs it where it can")
    data_format = "SPECTRUM" if attribute == "wave" else "IMAGE"
    cells = [CELLS[0], CELLS[1].replace("{values}", values).replace("{attribute}", attribute)]
    cells.append(CELLS[2].format(data_format=data_format, rate=PUMP_HZ))
    lab.write_notebook("plot.ipynb", cells)
    with BareBrowser(CHROMIUM, CHROMIUM_OPTIONS, tmp_path) as browser:
        notebook = BareNotebook(browser, lab, "plot.ipynb")
        for cell in range(len(cells)):
            notebook.run(cell)
        browser.wait_for("() => !!document.querySelector('.ipytango-plot canvas')")
        browser.evaluate(COUNT_JS)
        browser.wait_for("() => window.drawn > 5")
        processes = {
            "kernel": psutil.Process(lab.kernel_pids()[0]),
            "server": psutil.Process(lab.pid),
            "renderer": browser.renderer(),
        }
        for process in processes.values():
            process.cpu_percent()
        before, since = browser.evaluate("() => window.drawn"), time.monotonic()
        time.sleep(MEASURED_S)
        drawn = browser.evaluate("() => window.drawn") - before
        took_s = time.monotonic() - since
        loads = ", ".join(f"{name} {one.cpu_percent():.0f} %" for name, one in processes.items())
    lab.tidy()
    assert drawn > 0
    figures.add(f"plot of a {what}", f"{drawn / took_s:5.1f} frames/s drawn   {loads}")
