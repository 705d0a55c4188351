"""Pending results as a cell's result or passed to `display`: what IPython does with them."""

from __future__ import annotations

import base64
import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from IPython.display import publish_display_data
from IPython.utils.dir2 import get_real_method

from ..client import PENDING_TYPES, Client, pending_of, snapshot_of
from ..display import Shown, escape, line_of, pending_html, pending_line, tally_html, tally_lines
from ..green import Patches
from ..widgets import Hub, PendingManyPanel, PendingPanel, PendingTally, shown_outcome

__all__ = ["show_pending_results"]

COLLECTION_TYPES: tuple[type, ...] = (list, tuple, dict, set, frozenset)

MAX_LINE = 120
"""Characters of a value that are shown in a line."""
MAX_TEXT = 20_000
MAX_HTML = 2_000_000
"""A value whose HTML is larger is shown as text: the card stays in the saved notebook."""


def show_pending_results(
    patches: Patches, shell: Any, client: Client, hub: Callable[[], Hub]
) -> None:
    """Have the shell show futures and their kin; `hub` is asked for when there is one to show."""
    pending = _PendingDisplays(shell, client, hub)
    texts = shell.display_formatter.formatters["text/plain"].type_printers
    for kind in PENDING_TYPES:
        patches.set_item(texts, kind, pending.print_one)
    for kind in COLLECTION_TYPES:
        before = texts[kind]
        patches.set_item(texts, kind, functools.partial(pending.print_many, before))
    if not hasattr(shell, "kernel"):
        return  # a terminal has no place for anything but text
    displays = shell.display_formatter.ipython_display_formatter.type_printers
    for kind in PENDING_TYPES:
        patches.set_item(displays, kind, pending.display_one)
    for kind in COLLECTION_TYPES:
        patches.set_item(displays, kind, pending.display_many)


class _Formats:
    """How the shell displays values, by the formatters that are registered with it."""

    def __init__(self, shell: Any, client: Client, *, wait: bool) -> None:
        self._shell = shell
        self._lookups = client.lookups
        self._wait = wait

    def full(self, value: Any) -> Shown:
        """Display a value; None, which most commands give, is nothing to show."""
        if value is None:
            return Shown("", "")
        with self._waiting_or_not():
            html = self._html(value)
            text = self._text(value)  # in IPython's order: Tango's displays make both at once
        if html is None or len(html) > MAX_HTML:
            html = _PLAIN.format(escape(text))
        return Shown(html, text)

    def line(self, value: Any) -> str:
        """Display it in a line of text."""
        snapshot = snapshot_of(value)
        with self._waiting_or_not():
            if snapshot is None:
                text = self._text(value)
            else:
                text = line_of(self._lookups.complete(snapshot))
        first, _, rest = text.partition("\n")
        return f"{first[:MAX_LINE]}…" if rest or len(first) > MAX_LINE else first

    def when_more_is_known(self, value: Any, told: Callable[[], object]) -> bool:
        """Ask what belongs beside a value, and have `told` called when it is known."""
        snapshot = snapshot_of(value)
        return snapshot is not None and self._lookups.when_more_is_known(snapshot, told)

    def _waiting_or_not(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self._wait else self._lookups.without_waiting()

    def _text(self, value: Any) -> str:
        text = str(self._format("text/plain", value))
        return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"

    def _html(self, value: Any) -> str | None:
        bundle, _ = self._shell.display_formatter.mimebundle_formatter(value)
        html = bundle.get("text/html") or self._format("text/html", value)
        if html is not None:
            return str(html)
        svg = self._format("image/svg+xml", value)
        if svg is not None:
            return _IMAGE.format("svg+xml", base64.b64encode(str(svg).encode()).decode())
        png = self._format("image/png", value)
        if isinstance(png, bytes):
            png = base64.b64encode(png).decode()
        return None if png is None else _IMAGE.format("png", png)

    def _format(self, kind: str, value: Any) -> Any:
        shown = self._shell.display_formatter.formatters[kind](value)
        return shown[0] if isinstance(shown, tuple) else shown  # with its metadata


_PLAIN = (
    '<pre style="margin:0;white-space:pre-wrap;overflow-wrap:anywhere;background:none;'
    'color:inherit">{}</pre>'
)
_IMAGE = '<img src="data:image/{};base64,{}" style="max-width:100%">'


class _PendingDisplays:
    """The printers that IPython calls."""

    def __init__(self, shell: Any, client: Client, hub: Callable[[], Hub]) -> None:
        self._hub = hub
        self._formats = _Formats(shell, client, wait=True)
        # Panels display in the hub's thread, where others wait, and are displayed again.
        self._formats_of_panels = _Formats(shell, client, wait=False)

    # --- text: called by IPython's pretty printer -------------------------------------------------

    def print_one(self, thing: Any, printer: Any, _cycle: bool) -> None:  # noqa: FBT001
        """Print what was asked and how it stands, in a line, then what came."""
        if _shows_itself(thing):
            printer.text(repr(thing))
            return
        pending = pending_of(thing)
        facts = pending.facts()
        outcome = shown_outcome(pending, facts.phase, self._formats).text
        separator = "\n" if "\n" in outcome else ": "
        printer.text(pending_line(facts) + (separator + outcome if outcome else ""))

    def print_many(self, before: Any, things: Any, printer: Any, cycle: bool) -> None:  # noqa: FBT001
        """Print their counts and what came; a collection of other things as `before`."""
        if not _all_pending(things):
            before(things, printer, cycle)
            return
        lines = tally_lines(self._tally_of(things).look_at_all())
        for number, line in enumerate(lines):
            if number:
                printer.break_()
            printer.text(line)

    # --- notebooks: called by IPython's display formatter -----------------------------------------

    def display_one(self, thing: Any) -> None:
        """Show one that is pending as a live panel, one that has ended as what came."""
        if _shows_itself(thing):
            _decline(thing)
            return
        pending = pending_of(thing)
        facts = pending.facts()
        if not facts.over:
            self._show(PendingPanel(self._hub(), pending, self._formats_of_panels))
            return
        outcome = shown_outcome(pending, facts.phase, self._formats)
        separator = "\n" if "\n" in outcome.text else ": "
        text = pending_line(facts) + (separator + outcome.text if outcome.text else "")
        publish_display_data({"text/html": pending_html(facts, outcome.html), "text/plain": text})

    def display_many(self, things: Any) -> None:
        """Show a collection of nothing but pending results as one panel; decline any other."""
        if not _all_pending(things):
            _decline(things)
            return
        members = self._tally_of(things, self._formats_of_panels)
        if not all(one.over for _, one in members.waiting.values()):
            self._show(PendingManyPanel(self._hub(), members))
            return
        tally = self._tally_of(things).look_at_all()
        text = "\n".join(tally_lines(tally))
        publish_display_data({"text/html": tally_html(tally), "text/plain": text})

    @staticmethod
    def _show(panel: PendingPanel | PendingManyPanel) -> None:
        panel.hub.display(panel)
        if panel.over:
            panel.refresh_saved()  # it ended while it was being shown

    def _tally_of(self, things: Any, formats: _Formats | None = None) -> PendingTally:
        members = ((key, pending_of(thing)) for key, thing in _named(things))
        return PendingTally(members, formats or self._formats)


def _all_pending(things: Any) -> bool:
    """Say whether there are only pending results in it; for others that is soon said."""
    if type(things) not in COLLECTION_TYPES or not things:
        return False
    return all(isinstance(thing, PENDING_TYPES) for _, thing in _named(things))


def _named(things: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(things, dict):
        return ((str(key)[:MAX_LINE], thing) for key, thing in things.items())
    return ((str(number), thing) for number, thing in enumerate(things))


def _shows_itself(thing: Any) -> bool:
    """Say whether a library has given its kind of future a display of its own."""
    names = ("_ipython_display_", "_repr_mimebundle_", "_repr_html_", "_repr_pretty_")
    return any(hasattr(type(thing), name) for name in names)


def _decline(thing: Any) -> None:
    """Leave it to what it can itself, or to the other formatters of IPython."""
    method = get_real_method(thing, "_ipython_display_")
    if method is None:
        raise NotImplementedError("IPython takes it for: ask the others")
    method()
