"""A page of a browser, played by a test: what it says to the hub, what the hub says to it."""

import time
from collections.abc import Callable
from typing import Any

from support.kernels import Cell, Kernel


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
