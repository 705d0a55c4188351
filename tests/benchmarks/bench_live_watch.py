"""What a watch of 500 attributes at 10 Hz costs, beside what plain PyTango takes to follow them.

All of them change every time. The device server is another process, whose time is not counted.
"""

from collections.abc import Callable

import pytest
import tango

from browser.cdp import BareBrowser
from browser.lab import Lab
from conftest import StartServer

from .conftest import Figures
from .live_notebook import LOAD, live_notebook, summary
from .live_pages import COUNT_TEXTS, DRAWN

RATE_HZ = 10
DEVICES, ROWS_OF_EACH = 10, 50

SHOWN = ".ipytango-watch-row:not([hidden]) .ipytango-watch-value"

PlainProgram = Callable[..., list[float]]


@pytest.mark.parametrize("kind", ["polled", "pushed"])
def test_a_watch(
    kind: str,
    lab: Lab,
    browser: BareBrowser,
    tango_host: str,
    start_server: StartServer,
    plain_program: PlainProgram,
    figures: Figures,
) -> None:
    """500 rows, of which a page shows what fits."""
    devices = start_server("many", DEVICES).devices
    if kind == "pushed":
        for device in devices:
            tango.DeviceProxy(f"tango://{tango_host}/{device}").push_scalars(RATE_HZ)
    names = [f"{device}/{kind}_{number}" for device in devices for number in range(ROWS_OF_EACH)]
    cells = [LOAD, f"watch = ipytango.watch({names}, period={1 / RATE_HZ}); watch"]
    with live_notebook(lab, browser, cells) as notebook:
        notebook.run()
        notebook.run()
        notebook.wait_for(f"() => document.body.innerText.includes('{len(names)} rows')")
        notebook.evaluate(COUNT_TEXTS, SHOWN)
        notebook.wait_for(f"() => ({DRAWN})() > 100")
        shown = notebook.evaluate(f"() => document.querySelectorAll('{SHOWN}').length")
        rounds = notebook.rounds(f"() => ({DRAWN})() / {shown}")
    figures.add(f"watch of {len(names)} {kind} rows", summary(rounds, "updates/s"))
    plain = [plain_program("follow", kind, ROWS_OF_EACH, RATE_HZ, *devices)[0] for _ in range(3)]
    figures.add(f"plain PyTango, {len(names)} {kind}", f"{min(plain) * 100:.1f} % of a core")
