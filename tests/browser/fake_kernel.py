"""The browser side without Jupyter: the bundle in an empty page, on a model that the test plays.

Most of what a view does is tested so: it takes a fraction of a second, and the test says exactly
what the kernel sends, and sees all that it would be sent.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipytango import widgets
from ipytango.widgets import Frame
from ipytango.widgets.hub._protocol import VERSION, json_safe, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Locator, Page

STATIC = Path(widgets.__file__).parents[1] / "static"

_START_JS = """async ([source, version]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const bundle = (await import(url)).default;
    const fake = { sent: [], listeners: new Set() };
    fake.receive = (content, buffers) => {
        // As Jupyter gives them: views into one buffer, at any offset.
        const bytes = buffers.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
        const whole = new Uint8Array(1 + bytes.reduce((sum, part) => sum + part.length, 0));
        let at = 1;
        const views = bytes.map((part) => {
            whole.set(part, at);
            const view = new DataView(whole.buffer, at, part.length);
            at += part.length;
            return view;
        });
        for (const listener of fake.listeners) listener(content, views);
    };
    const model = {
        get: (name) => ({ version })[name],
        send: (content) => fake.sent.push(content),
        on: (event, listener) => event === "msg:custom" && fake.listeners.add(listener),
        off: (event, listener) => fake.listeners.delete(listener),
    };
    fake.close = bundle.initialize({ model });
    (window.fakes ??= []).push(fake);
    return window.fakes.length - 1;
}"""


class FakeKernel:
    """The kernel of a page, played by the test. Several can have the same page."""

    def __init__(self, page: Page, *, version: int = VERSION) -> None:
        """Load the bundle into the page."""
        self.page = page
        self._batches = 0
        style = (STATIC / "ipytango.css").read_text("utf-8")
        page.add_style_tag(content=style)
        source = (STATIC / "ipytango.js").read_text("utf-8")
        self._number = int(page.evaluate(_START_JS, [source, version]))

    # --- what the kernel sends ------------------------------------------------------------------

    def send(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a message of the protocol."""
        texts = [base64.b64encode(buffer).decode() for buffer in buffers]
        self.page.evaluate(
            "([number, message, buffers]) => window.fakes[number].receive(message, buffers)",
            [self._number, {"t": time.time(), **message}, texts],
        )

    def open(self, panel: str, view: str, config: dict[str, Any] | None = None) -> None:
        """Tell of a panel."""
        self.send({"k": "o", "p": [{"p": panel, "w": view, "c": json_safe(config or {})}]})

    def draw(self, panel: str, frame: Frame, *, first: bool = True) -> int:
        """Send a batch with one frame; gives its number."""
        entry, buffers = pack(frame)
        return self.batch([{"p": panel, **entry, **({"f": 1} if first else {})}], buffers)

    def batch(self, entries: list[dict[str, Any]], buffers: Sequence[bytes] = ()) -> int:
        """Send a batch; gives its number."""
        self._batches += 1
        self.send({"k": "b", "s": self._batches, "p": entries}, buffers)
        return self._batches

    def answer(self, command: dict[str, Any], **answer: Any) -> None:
        """Answer a command: `v=` a value, or `e=` an error."""
        self.send({"k": "r", "c": command["c"], "n": command["n"], **answer})

    def close_panels(self, *panels: str) -> None:
        """Close some panels."""
        self.send({"k": "x", "p": list(panels)})

    def close_model(self) -> None:
        """Close the model, as anywidget tells of a comm that was closed."""
        self.page.evaluate("number => window.fakes[number].close()", self._number)

    # --- what the page sends --------------------------------------------------------------------

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """Give the messages of a kind that the page has sent until now."""
        messages = self.page.evaluate("number => window.fakes[number].sent", self._number)
        return [message for message in messages if message["k"] == kind]

    def forget(self) -> None:
        """Forget what the page has sent."""
        self.page.evaluate("number => { window.fakes[number].sent.length = 0; }", self._number)

    def wait_for(self, kind: str, condition: str = "message => true") -> dict[str, Any]:
        """Wait for a message of a kind that meets a JavaScript condition; gives the newest."""
        handle = self.page.wait_for_function(
            "([number, kind, condition]) => window.fakes[number].sent"
            ".findLast(m => m.k === kind && eval(condition)(m))",
            arg=[self._number, kind, condition],
        )
        return dict(handle.json_value())

    def wait_for_ack(self, batch: int) -> None:
        """Wait until the page has confirmed a batch: it is drawn."""
        self.wait_for("ack", f"message => message.s >= {batch}")

    # --- the page -------------------------------------------------------------------------------

    def place(self, panel: str, snapshot: str = "", *, into: str = "body") -> Locator:
        """Put a panel's output at the end of the element; gives it."""
        self.page.evaluate(
            "([into, html]) => document.querySelector(into).insertAdjacentHTML('beforeend', html)",
            [into, f'<div data-ipytango="{panel}">{snapshot}</div>'],
        )
        return self.page.locator(f'[data-ipytango="{panel}"]').last

    def show(
        self,
        panel: str,
        view: str,
        config: dict[str, Any] | None = None,
        frame: Frame | None = None,
        snapshot: str = "",
    ) -> Locator:
        """Open a panel, put it into the page and wait until it is in view; draw a first frame."""
        self.open(panel, view, config)
        slot = self.place(panel, snapshot)
        self.wait_for("vis", f"message => message.n.includes('{panel}')")
        if frame is not None:
            self.wait_for_ack(self.draw(panel, frame))
        return slot
