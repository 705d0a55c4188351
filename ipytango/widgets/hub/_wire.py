"""The hub's way to the front end: one anywidget model, and the kernel's displays.

Imported with the first panel that is shown: it brings ipywidgets and anywidget along.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from ipywidgets import widget_serialization

from ._protocol import VERSION

__all__ = ["PanelWidget", "Wire"]

_STATIC = Path(__file__).parents[2] / "static"

Receive = Callable[[dict[str, Any]], None]


class HubModel(anywidget.AnyWidget):
    """The model whose browser side finds the panels in the page."""

    _esm: ClassVar[Any] = (_STATIC / "ipytango.js").read_text("utf-8")
    _css: ClassVar[Any] = (_STATIC / "ipytango.css").read_text("utf-8")
    version = traitlets.Int(VERSION).tag(sync=True)


class PanelWidget(anywidget.AnyWidget):
    """One panel in a layout of ipywidgets: a place that the hub's browser side finds."""

    _esm: ClassVar[Any] = (_STATIC / "panel.js").read_text("utf-8")
    hub = traitlets.Any().tag(sync=True, **widget_serialization)
    panel = traitlets.Unicode().tag(sync=True)
    shown: Any = None
    """The panel, which lives as long as the widget does."""

    def close(self) -> None:
        """Close the widget; the panel goes on."""
        super().close()
        self.shown = None


class Wire:
    """The model on its comm, and displays with an id."""

    def __init__(self, kernel: Any, receive: Receive) -> None:
        self._kernel = kernel
        self._receive = receive
        self._widgets: list[PanelWidget] = []
        self._model = HubModel()
        route_by_sender(self._model.comm)
        self._model.on_msg(self._on_message)

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send to every page. Any thread."""
        self._model.send(content, buffers)

    def update_display(self, display_id: str, bundle: dict[str, str]) -> None:
        """Exchange what is shown under the id. Any thread."""
        # Not by the shell's publisher: it may capture what the main thread displays just now.
        kernel = self._kernel
        content = {"data": bundle, "metadata": {}, "transient": {"display_id": display_id}}
        kernel.session.send(
            kernel.iopub_socket,
            "update_display_data",
            content,
            parent=kernel.get_parent(),
            ident=b"display_data",
        )

    def widget(self, panel: str) -> PanelWidget:
        """Make a widget that shows the panel of that id."""
        widget = PanelWidget(hub=self._model, panel=panel)
        route_by_sender(widget.comm)
        self._widgets = [known for known in self._widgets if known.comm is not None]
        self._widgets.append(widget)
        return widget

    def close_widgets(self, panel: str) -> None:
        """Close the widgets of a panel."""
        for widget in [widget for widget in self._widgets if widget.panel == panel]:
            self._widgets.remove(widget)
            close_whole(widget)

    def close(self) -> None:
        """Close the comms."""
        self._model.on_msg(self._on_message, remove=True)
        for widget in (*self._widgets, self._model):
            close_whole(widget)
        self._widgets.clear()

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        # Any thread, perhaps with a loop that is not ours: the message is only handed on.
        if isinstance(content, dict):
            self._receive(content)


def close_whole(widget: Any) -> None:
    """Close a widget and its layout, which ipywidgets leaves open."""
    layout = widget.layout
    widget.close()
    layout.close()


def route_by_sender(comm: Any) -> None:
    """Have messages of the page handled in the subshell that the page chose.

    ipykernel 7.4 handles them where the kernel last sent from on the comm: in the main thread,
    which a cell may block, or, as the hub sends from a thread of its own, anywhere.
    """
    if hasattr(comm, "_reply_subshell_for"):
        with contextlib.suppress(AttributeError):  # slots, in a later one
            comm._reply_subshell_for = lambda _data, default: default
