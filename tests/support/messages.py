"""What a kernel says, as values: one message, and all that belongs to one request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def without_ansi(text: str) -> str:
    """Give the text without the escape sequences that colour it."""
    return _ANSI.sub("", text)


@dataclass(frozen=True)
class Message:
    """One message from the kernel."""

    channel: Literal["shell", "iopub", "control"]
    type: str
    content: dict[str, Any]
    parent_id: str
    """The id of the request that it answers, or under whose cell a front end shows it."""
    metadata: dict[str, Any]
    buffers: tuple[bytes, ...]
    arrived_at: float
    """In seconds of `time.monotonic`."""


@dataclass(frozen=True)
class KernelError:
    """An exception as the kernel reported it, without colours."""

    ename: str
    evalue: str
    traceback: str


@dataclass(frozen=True)
class Outcome:
    """All that one request has led to so far; for a finished cell, what stands under it."""

    messages: tuple[Message, ...]
    """In order of arrival on each channel."""
    status: Literal["running", "ok", "error", "aborted"]
    stdout: str
    stderr: str
    result: str | None
    """The `text/plain` of the last expression."""
    result_data: dict[str, Any]
    """The last expression's representations by MIME type."""
    displays: tuple[dict[str, Any], ...]
    """What `display` was called with, by MIME type, in order; updates come as further entries."""
    error: KernelError | None
    sent_at: float
    """In seconds of `time.monotonic`, as `ended_at`."""
    ended_at: float | None = field(default=None)
    """When both the reply and the idle status had arrived."""

    @property
    def text(self) -> str:
        """Everything that a person would read under the cell."""
        shown = [str(data.get("text/plain", "")) for data in self.displays]
        error = [self.error.traceback] if self.error else []
        return "\n".join([self.stdout, self.stderr, *shown, self.result or "", *error])

    @property
    def seconds(self) -> float:
        """How long it took from the request to its end, seen from here."""
        assert self.ended_at is not None, f"Still running: {self}"
        return self.ended_at - self.sent_at

    def check(self) -> "Outcome":
        """Give the outcome itself, or fail with the kernel's traceback if it is not "ok"."""
        if self.status != "ok":
            raise AssertionError(f"The cell ended with status {self.status!r}:\n{self.text}")
        return self


def gather(messages: Sequence[Message], sent_at: float) -> Outcome:
    """Make the outcome of one request from the messages that carry its id as their parent."""
    published = [message for message in messages if message.channel == "iopub"]
    replies = [message for message in messages if message.channel != "iopub"]
    idles = [m for m in published if m.type == "status" and m.content["execution_state"] == "idle"]
    results = [m.content["data"] for m in published if m.type == "execute_result"]
    errors = [m.content for m in published if m.type == "error"]
    ended = bool(replies and idles)
    return Outcome(
        messages=tuple(messages),
        status=replies[0].content["status"] if ended else "running",
        stdout=_stream(published, "stdout"),
        stderr=_stream(published, "stderr"),
        result=results[-1].get("text/plain") if results else None,
        result_data=results[-1] if results else {},
        displays=tuple(
            m.content["data"]
            for m in published
            if m.type in {"display_data", "update_display_data"}
        ),
        error=_error(errors[-1]) if errors else None,
        sent_at=sent_at,
        ended_at=max(replies[0].arrived_at, idles[0].arrived_at) if ended else None,
    )


def _stream(published: Sequence[Message], name: str) -> str:
    return "".join(
        m.content["text"] for m in published if m.type == "stream" and m.content["name"] == name
    )


def _error(content: dict[str, Any]) -> KernelError:
    return KernelError(
        content["ename"], content["evalue"], without_ansi("\n".join(content["traceback"]))
    )
