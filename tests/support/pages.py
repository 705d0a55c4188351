"""A page of a browser, played by a test: what it says to the hub, what the hub says to it."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from support.kernels import RUN_TIMEOUT_S, Cell, Kernel, value


class Page:
    """A page of a browser, as the kernel knows it."""

    def __init__(self, kernel: Kernel, comm: str, name: str) -> None:
        self.kernel, self.comm, self.name = kernel, comm, name
        self._since_s = time.monotonic()
        self._confirmed = 0
        self.subshell: str | None = None
        """Where what it says is handled; None is the main shell, which a cell may block."""

    def say(self, kind: str, **content: Any) -> Cell:
        """Send a message to the hub."""
        message = {"k": kind, "c": self.name, **content}
        data = {"method": "custom", "content": message}
        return self.kernel.send_comm(self.comm, data, subshell=self.subshell)

    def hello(self, *panels: str, px: int = 600) -> None:
        """Come up with these panels in view."""
        self.say("hello", v=1)
        self.see(*panels, px=px)

    def see(self, *panels: str, px: int = 600) -> None:
        """Have these panels, and no others, in view; nothing of them has been seen yet."""
        self.say("vis", m=panels, p=dict.fromkeys(panels, px), n=panels)

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """Give the messages of a kind that have come since this page was made."""
        messages = sorted(self.kernel.comm_messages(self.comm), key=lambda m: m.arrived_at)
        return [
            {**content, "buffers": message.buffers}
            for message in messages
            if message.arrived_at > self._since_s
            and (content := message.content.get("data", {}).get("content"))
            and content["k"] == kind
        ]

    def wait_for(self, kind: str, condition: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait for a message; gives the first that meets the condition."""

        def found() -> list[dict[str, Any]]:
            return [message for message in self.heard(kind) if condition(message)]

        return self.kernel.wait_until(found, f"{kind} for {self.name}")[0]

    def wait_for_frame(self, panel: str, text: object) -> dict[str, Any]:
        """Wait for a frame with this text; gives its entry in the batch."""

        def shows(entry: dict[str, Any]) -> bool:
            return bool(entry["p"] == panel and entry.get("d", {}).get("text") == text)

        batch = self.wait_for("b", lambda message: any(map(shows, message["p"])))
        self.say("ack", s=batch["s"])
        entry = next(entry for entry in batch["p"] if shows(entry))
        return {**entry, "buffers": batch["buffers"]}

    def drawn(self, panel: str) -> list[dict[str, Any]]:
        """Give the data of all frames of a panel."""
        return [
            entry["d"] for batch in self.heard("b") for entry in batch["p"] if entry["p"] == panel
        ]

    def wait_for_data(
        self, panel: str, condition: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Wait for a frame whose data meets the condition; gives the data.

        Confirms what comes meanwhile, so that more comes.
        """

        def found() -> list[dict[str, Any]]:
            self._confirm([*self.heard("b"), *self.heard("h")])
            return [data for data in self.drawn(panel) if condition(data)]

        return self.kernel.wait_until(found, f"a frame of {panel}")[0]

    def _confirm(self, messages: list[dict[str, Any]]) -> None:
        if len(messages) > self._confirmed:
            self._confirmed = len(messages)
            self.say("ack", s=max((message.get("s", 0) for message in messages), default=0))


class PanelPage(Page):
    """A page with one panel in view, that keeps what it is told as the view does."""

    def __init__(self, kernel: Kernel, panel: str, *, name: str = "page", px: int = 600) -> None:
        """Come up with the panel whose id is the value of the expression `panel`."""
        wire = "ipytango.extension.loaded().hub._wire"
        super().__init__(kernel, value(kernel, f"{wire}._model.comm.comm_id"), name)
        self.panel = value(kernel, panel)
        self._taken = self._beats = 0
        self._numbers = itertools.count(1)
        self.say("hello", v=1)
        self.say("ask", u=[self.panel])
        self.see(self.panel, px=px)

    @property
    def config(self) -> dict[str, Any]:
        """What the view was last told of the whole; empty while that is nothing."""
        opened = [
            entry["c"]
            for message in self.heard("o")
            for entry in message["p"]
            if entry["p"] == self.panel
        ]
        return dict(opened[-1]) if opened else {}

    @property
    def shown(self) -> object:
        """What the view draws, for who reads that a test has failed."""
        return self.drawn(self.panel)[-1:]

    def draw(self, data: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> None:
        """Show a frame: a view that keeps something says how."""

    def take(self) -> None:
        """Take in what has come, and confirm it."""
        batches = self.heard("b")
        for batch in batches[self._taken :]:
            self.say("ack", s=batch["s"])
            buffers = iter(batch["buffers"])
            for entry in batch["p"]:
                arrays = [
                    np.frombuffer(next(buffers), "<" + told["t"]).reshape(told["s"])
                    for told in entry.get("b", ())
                ]
                if entry["p"] == self.panel:
                    assert "e" not in entry, entry
                    self.draw(entry["d"], arrays)
        self._taken = len(batches)
        beats = len(self.heard("h"))
        if beats > self._beats:  # a page that owes its answer for long is sent nothing more
            self._beats = beats
            self.say("ack", s=batches[-1]["s"] if batches else 0)

    def wait(
        self, condition: Callable[[], object], what: str, timeout: float = RUN_TIMEOUT_S
    ) -> None:
        """Wait for a state of the page."""

        def met() -> bool:
            self.take()
            return bool(condition())

        try:
            self.kernel.wait_until(met, what, timeout)
        except AssertionError as error:
            raise AssertionError(f"{what}: {self.config}, {self.shown}") from error

    def command(self, op: str, argument: Any = None) -> dict[str, Any]:
        """Give a command; returns the answer."""
        number = next(self._numbers)
        self.say("cmd", n=number, p=self.panel, op=op, a=argument)
        answer = self.wait_for("r", lambda told: told["c"] == self.name and told["n"] == number)
        return dict(answer)
