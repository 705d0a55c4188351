"""Tango's objects as a cell's result or passed to `display`: what IPython does with them."""

from __future__ import annotations

import contextlib
import functools
import weakref
from collections.abc import Callable
from typing import Any

from IPython.utils.dir2 import get_real_method

from ..client import (
    Client,
    DeviceSnapshot,
    Snapshot,
    StateSnapshot,
    ValueSnapshot,
    snapshot_of,
    snapshotted_types,
)
from ..display import html_of, line_of, text_of
from ..green import Patches
from ..widgets import DeviceOpener, Hub, ValuePanel

__all__ = ["show_tango_values"]

_NOTHING: tuple[Callable[[], Any], str] = (lambda: _NOTHING), ""
"""Stands for the display of a value that nobody has: its value is never asked for."""

_OWN = ("__repr__", "_repr_html_", "_repr_pretty_", "_repr_mimebundle_", "_ipython_display_")


def show_tango_values(patches: Patches, shell: Any, client: Client, hub: Callable[[], Hub]) -> None:
    """Have the shell show Tango's objects, and lists of them, as what they are.

    As HTML and text in a kernel, as text in a terminal. `hub` is asked for when a reading is shown.
    """
    displays = _TangoDisplays(client, hub, with_html=hasattr(shell, "kernel"))
    formatter = shell.display_formatter
    bundles = formatter.mimebundle_formatter.type_printers
    texts = formatter.formatters["text/plain"].type_printers
    for kind in snapshotted_types():
        patches.set_item(bundles, kind, displays.bundle)
        patches.set_item(texts, kind, displays.print)
    patches.set_item(bundles, list, displays.bundle)
    patches.set_item(texts, list, functools.partial(displays.print_list, texts[list]))


class _TangoDisplays:
    """The printers that IPython calls."""

    def __init__(self, client: Client, hub: Callable[[], Hub], *, with_html: bool) -> None:
        self._hub = hub
        self._lookups = client.lookups
        self._with_html = with_html
        self._written: tuple[Callable[[], Any], str] = _NOTHING

    def bundle(self, value: Any) -> Any:
        """Return the displays of `value` by MIME type; None leaves it to IPython's others."""
        snapshot = None if _shows_itself(value) else snapshot_of(value)
        if snapshot is None:
            method = get_real_method(value, "_repr_mimebundle_")
            return None if method is None else method()
        snapshot = self._lookups.complete(snapshot)
        text = repr(value) if _is_brief(snapshot) else text_of(snapshot)
        with contextlib.suppress(TypeError):  # of lists, which are quickly written again
            self._written = weakref.ref(value), text
        return {"text/plain": text} | (
            {"text/html": self._html(snapshot)} if self._with_html else {}
        )

    def _html(self, snapshot: Snapshot) -> str:
        """Return the HTML display, to which a page adds a live switch, or the device's panel."""
        html = html_of(snapshot)
        if isinstance(snapshot, ValueSnapshot) and snapshot.origin:
            return ValuePanel(self._hub(), snapshot).wrapped(html)
        if isinstance(snapshot, DeviceSnapshot):
            return DeviceOpener(self._hub(), snapshot).wrapped(html)
        return html

    def print(self, value: Any, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - IPython's
        """Print `value`: in full where it stands alone, in a line where it is one of others."""
        if len(printer.stack) < 2:
            _print(printer, self._text(value))
        else:
            snapshot = snapshot_of(value)
            is_brief = snapshot is None or _is_brief(snapshot)
            _print(printer, repr(value) if is_brief else line_of(snapshot))

    def print_list(
        self,
        before: Callable[[Any, Any, bool], None],
        values: Any,
        printer: Any,
        cycle: bool,  # noqa: FBT001
    ) -> None:
        """Print a list of nothing but Tango's objects of one kind; others as `before`."""
        alone = len(printer.stack) < 2 and type(values) is list
        snapshot = snapshot_of(values) if alone else None
        if snapshot is None:
            before(values, printer, cycle)
        else:
            _print(printer, text_of(self._lookups.complete(snapshot)))

    def _text(self, value: Any) -> str:
        """Return the text of `value`; IPython asks for it right after `bundle`, of the same."""
        seen, text = self._written
        if seen() is value:
            self._written = _NOTHING
            return text
        snapshot = snapshot_of(value)
        if snapshot is None or _is_brief(snapshot):
            return repr(value)
        return text_of(self._lookups.complete(snapshot))


def _print(printer: Any, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            printer.break_()
        printer.text(line)


def _is_brief(snapshot: Snapshot) -> bool:
    """Say whether Python's own text says all, and is known to everybody."""
    return isinstance(snapshot, StateSnapshot)


def _shows_itself(value: Any) -> bool:
    """Say whether a class derived from Tango's has a display of its own."""
    known = (*snapshotted_types(), list, tuple)
    for kind in type(value).__mro__:
        if kind in known or kind.__module__.partition(".")[0] == "tango":
            return False
        if any(name in vars(kind) for name in _OWN):
            return True
    return False
