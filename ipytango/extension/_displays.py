"""Tango's objects as a cell's result or passed to `display`: what IPython does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.utils.dir2 import get_real_method

from ..client import Client, Snapshot, snapshot_of, snapshotted_types
from ..display import html_of, line_of, text_of
from ..green import Patches

__all__ = ["show_tango_values"]

_OWN = ("__repr__", "_repr_html_", "_repr_pretty_", "_repr_mimebundle_", "_ipython_display_")


def show_tango_values(patches: Patches, shell: Any, client: Client) -> None:
    """Have the shell show Tango's objects, and lists of them, as what they are.

    As HTML and text in a kernel, as text in a terminal.
    """
    displays = _TangoDisplays(client, with_html=hasattr(shell, "kernel"))
    formatter = shell.display_formatter
    bundles = formatter.mimebundle_formatter.type_printers
    texts = formatter.formatters["text/plain"].type_printers
    for kind in snapshotted_types():
        _register(patches, bundles, kind, displays.bundle)
        _register(patches, texts, kind, displays.print)
    _register(patches, bundles, list, displays.bundle)


def _register(
    patches: Patches, printers: dict[type, Any], kind: type, printer: Callable[..., Any]
) -> None:
    before = printers.get(kind)
    printers[kind] = printer

    def put_back() -> None:
        if before is None:
            printers.pop(kind, None)
        else:
            printers[kind] = before

    patches.on_undo(put_back)


class _TangoDisplays:
    """The printers that IPython calls."""

    def __init__(self, client: Client, *, with_html: bool) -> None:
        self._lookups = client.lookups
        self._with_html = with_html

    def bundle(self, value: Any) -> Any:
        """Return the displays of `value` by MIME type; None leaves it to IPython's others."""
        snapshot = None if _shows_itself(value) else snapshot_of(value)
        if snapshot is None:
            method = get_real_method(value, "_repr_mimebundle_")
            return None if method is None else method()
        snapshot = self._lookups.complete(snapshot)
        shown = {"text/plain": text_of(snapshot)}
        if self._with_html:
            shown["text/html"] = self._html(snapshot)
        return shown

    def print(self, value: Any, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - IPython's
        """Print `value` where it stands among others: in a line."""
        snapshot = snapshot_of(value)
        if snapshot is None or len(printer.stack) < 2:
            lines = repr(value) if snapshot is None else text_of(self._lookups.complete(snapshot))
        else:
            lines = line_of(snapshot)
        for number, line in enumerate(lines.split("\n")):
            if number:
                printer.break_()
            printer.text(line)

    @staticmethod
    def _html(snapshot: Snapshot) -> str:
        return html_of(snapshot)


def _shows_itself(value: Any) -> bool:
    """Say whether a class derived from Tango's has a display of its own."""
    known = (*snapshotted_types(), list, tuple)
    for kind in type(value).__mro__:
        if kind in known:
            return False
        if any(name in vars(kind) for name in _OWN):
            return True
    return False
