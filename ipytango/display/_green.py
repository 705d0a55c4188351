"""The state of green Tango in a shell, as text and as HTML."""

from __future__ import annotations

import dataclasses

from ..client import MODES, ClientStatus
from ._html import escape, rows

__all__ = ["GreenStatus"]

SHOWN_DEVICES = 10
"""Devices with calls in flight that are listed by name."""


@dataclasses.dataclass(frozen=True)
class GreenStatus:
    """What `%tango_green` answers: a snapshot that shows itself."""

    client: ClientStatus

    hub: str
    """Where gevent's greenlets run, in words."""

    nest: bool
    """Whether a wait in the loop's own callbacks runs the loop re-entrantly."""

    notes: tuple[str, ...] = ()
    """What is not as it should be in this shell."""

    @property
    def mode(self) -> str:
        """The global green mode, in lower case."""
        return self.client.mode

    @property
    def _gives_values(self) -> bool:
        return self.client.autoawait or self.mode != "asyncio"

    def _facts(self) -> list[tuple[str, str]]:
        calls, limits = self.client.calls, self.client.calls.limits
        pending = f"{calls.running} pending, {calls.queued} queued, on {calls.threads} threads"
        caps = (
            f"{limits.workers} workers, {limits.per_device} per device, "
            f"{limits.per_server} per server"
        )
        facts = [
            (
                "call in a cell",
                _MEANING[self.mode] if self._gives_values else "PyTango's awaitable",
            ),
            ("auto-await", "on" if self.client.autoawait else "off"),
            ("gevent hub", self.hub),
            ("calls", pending),
            ("limits", caps),
        ]
        if self.nest:
            facts.insert(2, ("nested loop", "on"))
        return facts

    def rows(self) -> list[tuple[str, str]]:
        """Give what is shown beside the modes: names and values."""
        lanes = [(f"→ {name}", value) for name, value in self._lanes()]
        return self._facts() + lanes + [("note", note) for note in self.notes]

    def _lanes(self) -> list[tuple[str, str]]:
        lanes = self.client.calls.devices
        shown = [
            (lane.name, f"{lane.running} pending, {lane.queued} queued")
            for lane in lanes[:SHOWN_DEVICES]
        ]
        hidden = len(lanes) - SHOWN_DEVICES
        return shown + ([("others", f"{hidden} more devices")] if hidden > 0 else [])

    def __repr__(self) -> str:
        modes = " ".join(f"[{name}]" if name == self.mode else name for name in MODES)
        lines = [f"Tango green mode: {modes}"]
        lines += [f"  {name:<15} {value}" for name, value in self._facts()]
        lines += [f"    {name}: {value}" for name, value in self._lanes()]
        return "\n".join(lines + [f"  note: {note}" for note in self.notes])

    def _repr_html_(self) -> str:
        modes = "".join(_badge(name, chosen=name == self.mode) for name in MODES)
        facts = [(name, escape(value)) for name, value in self.rows()]
        return (
            '<div class="ipytango-green" style="font-family:var(--jp-ui-font-family,sans-serif);'
            'color:var(--jp-ui-font-color1,inherit)">'
            f'<div style="margin-bottom:4px"><b>Tango green mode</b> {modes}</div>'
            f'<table style="margin-left:0">{rows(facts)}</table></div>'
        )


_GREEN = "its value; the cell waits, the kernel does not"

_MEANING = {
    "synchronous": "PyTango's direct call: fastest, and everything waits",
    "futures": _GREEN,
    "gevent": _GREEN,
    "asyncio": _GREEN,
}


def _badge(name: str, *, chosen: bool) -> str:
    style = (
        "background:var(--jp-brand-color1,#1976d2);color:var(--jp-ui-inverse-font-color1,#fff)"
        if chosen
        else "border:1px solid var(--jp-border-color2,#bdbdbd);"
        "color:var(--jp-ui-font-color2,#616161)"
    )
    tag = "b" if chosen else "span"  # a notebook that is not trusted shows no styles
    return (
        f'<{tag} style="display:inline-block;margin-left:4px;padding:1px 8px;border-radius:9px;'
        f'font-size:90%;{style}">{escape(name)}</{tag}>'
    )
