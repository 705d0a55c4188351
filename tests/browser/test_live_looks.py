"""How displays look in JupyterLab's themes: pictures to be looked at, and text that can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from browser.live import LOAD, expect_live, let_go, switch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser.conftest import OpenNotebook, Outside
    from browser.page import NotebookPage, Theme

# To be looked at after a run; .gitignore and `make clean` know it.
LOOKS = Path("build") / "looks"

LEAST_CONTRAST = 3.0
"""What the web's guidelines (WCAG 2) want of large text; most has far more."""

DRAWN_JS = """() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""

# The contrast of each visible piece of text with what is behind it, where that is too little.
FAINT_JS = """([output, least]) => {
    const parsed = (color) => {
        const numbers = color.match(/[\\d.]+/g).map(Number);
        const unit = color.startsWith('color(') ? 255 : 1;
        const [r, g, b, a = 1] = numbers;
        return [r * unit, g * unit, b * unit, a];
    };
    const over = ([r, g, b, a], [R, G, B]) =>
        [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const light = (color) => {
        const [r, g, b] = color.slice(0, 3).map((byte) => {
            const part = byte / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const layers = [];
        let color = [255, 255, 255, 1];
        for (let at = element; at; at = at.parentElement) {
            const layer = parsed(getComputedStyle(at).backgroundColor);
            layers.push(layer);
            if (layer[3] === 1) break;
        }
        for (const layer of layers.reverse()) color = over(layer, color);
        return color;
    };
    const faint = new Set();
    const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || element.closest('.jp-OutputPrompt')) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        if (element.closest(':disabled')) continue;
        const ground = behind(element);
        const ink = parsed(getComputedStyle(element).color);
        for (let at = element; at; at = at.parentElement) ink[3] *= getComputedStyle(at).opacity;
        if (ink[3] === 0) continue; // shown below the mouse only
        const [a, b] = [light(over(ink, ground)), light(ground)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < least) faint.add(`${node.textContent.trim()}: ${contrast.toFixed(2)}`);
    }
    return [...faint];
}"""

DISPLAYS = {
    "scalar": "dev.read_attribute('double_scalar')",
    "spectrum": "event.read_attribute('spectrum')",
    "image": "event.read_attribute('image')",
    "lamps": "event.read_attribute('lamps')",
    "texts": "event.read_attribute('hostile_texts')",
    "mode": "event.read_attribute('mode')",
    "state": "dev.read_attribute('State')",
    "readings": "dev.read_attributes(['double_scalar', 'State', 'no_value', 'wave'])",
    "proxy": "dev",
    "config": "event.get_attribute_config('pushed')",
    "live-scalar": "event.read_attribute('pushed')",
    "live-spectrum": "event.read_attribute('pushed_spectrum')",
    "live-image": "event.read_attribute('pushed_image')",
    "watch": (
        "ipytango.watch('sys/tg_test/1/*_scalar', *(f'{event.dev_name()}/{name}' for name in"
        " ('pushed', 'pushed_text', 'pushed_mode', 'failing', 'lamps', 'State', 'infinite')))"
    ),
    "trend": "ipytango.plot('sys/tg_test/1/double_scalar', f'{event.dev_name()}/pushed')",
    "curve": "ipytango.plot(f'{event.dev_name()}/pushed_spectrum')",
    "picture": "ipytango.plot(f'{event.dev_name()}/pushed_image')",
    "pending": "slow.read_attribute('ts_hang', wait=False)",
    "done": "dev.read_attribute('double_scalar', wait=False)",
    "failed": "event.read_attribute('failing', wait=False)",
    "many": (
        "[dev.read_attribute('double_scalar', wait=False) for _ in range(5)]"
        " + [event.read_attribute('failing', wait=False)]"
        " + [slow.read_attribute('ts_hang', wait=False)]"
    ),
}


@pytest.fixture
def every_display(
    open_notebook: OpenNotebook, outside: Outside, device: str, slow_devices: tuple[str, ...]
) -> Iterator[NotebookPage]:
    """A notebook with all of them, live where they can be."""
    load = (
        f"{LOAD}%tango_green futures\ndev = tango.DeviceProxy('sys/tg_test/1')\n"
        f"event = tango.DeviceProxy('{device}')\nslow = tango.DeviceProxy('{slow_devices[0]}')"
        "\nslow.set_timeout_millis(300_000)"
    )
    notebook = open_notebook(load, *DISPLAYS.values())
    proxy = outside(device)
    angle = np.linspace(0, 20, 2000)
    wave = np.sin(angle) * np.exp(-angle / 10)
    pixels = (1000 + 900 * np.outer(np.sin(angle[:400] * 8), np.cos(angle[:600] * 6))).astype("u2")
    for name in ("spectrum", "pushed_spectrum"):
        proxy.write_attribute(name, wave)
    for name in ("image", "pushed_image"):
        proxy.write_attribute(name, pixels)
    proxy.write_attribute("pushed", 12.5)
    notebook.run_all()
    names = list(DISPLAYS)
    for number, name in enumerate(names, start=1):
        if name.startswith("live"):
            switch(notebook, number).click()  # which scrolls there
            notebook.wait_for_text(number, "events")
    for value in (20.0, 35.0, 30.0, 120.0):
        proxy.write_attribute("pushed", value)
    expect_live(notebook, names.index("trend") + 1, "120.000")
    expect_live(notebook, names.index("many") + 1, "5 done")
    yield notebook
    let_go(outside(slow_devices[0]))


@pytest.mark.timeout(400)
def test_displays_can_be_read_in_both_themes(every_display: NotebookPage) -> None:
    notebook = every_display
    LOOKS.mkdir(parents=True, exist_ok=True)
    faint: dict[str, list[str]] = {}
    themes: tuple[Theme, ...] = ("light", "dark")
    for theme in themes:
        notebook.set_theme(theme)
        for cell, name in enumerate(DISPLAYS, start=1):
            output = notebook.output(cell)
            output.evaluate("output => output.scrollIntoView({ block: 'center' })")
            notebook.page.evaluate(DRAWN_JS)
            picture = notebook.page.screenshot(clip=output.bounding_box())
            (LOOKS / f"{name}-{theme}.png").write_bytes(picture)
            found = notebook.page.evaluate(FAINT_JS, [output.element_handle(), LEAST_CONTRAST])
            if found:
                faint[f"{name} in {theme}"] = found
    assert not faint, "\n".join(f"{where}: {what}" for where, what in faint.items())
