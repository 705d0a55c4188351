"""The shell's hub of live panels, and the one that shows the green mode."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..client import Client
from ..display import GreenStatus
from ..green import Patches
from ..widgets import GreenPanel, Hub

__all__ = ["open_hub", "show_status_live"]


def open_hub(patches: Patches, shell: Any, client: Client) -> Hub:
    """Make the hub of the shell's panels; in a terminal it has no pages to carry them to."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        hub = Hub(client)
    else:
        hub = Hub(client, kernel, RunningCell(patches, shell))
        shell.events.register("pre_run_cell", hub.cell_begins)
        patches.on_undo(functools.partial(shell.events.unregister, "pre_run_cell", hub.cell_begins))
    patches.on_undo(hub.close)
    return hub


def show_status_live(
    patches: Patches, shell: Any, hub: Callable[[], Hub], status: Callable[[], GreenStatus]
) -> None:
    """Have the status that `%tango_green` gives kept up to date where there is a page."""
    if not hasattr(shell, "kernel"):
        return

    def bundle(shown: GreenStatus) -> Any:
        return GreenPanel(hub(), shown, status)._repr_mimebundle_()[0]

    printers = shell.display_formatter.mimebundle_formatter.type_printers
    patches.set_item(printers, GreenStatus, bundle)


class RunningCell:
    """Says whether a cell runs, and so may keep messages of pages from an older kernel."""

    def __init__(self, patches: Patches, shell: Any) -> None:
        self._runs = True  # the one that needs the hub
        for event, runs in (("pre_run_cell", True), ("post_run_cell", False)):
            callback = functools.partial(self._note, runs)
            shell.events.register(event, callback)
            patches.on_undo(functools.partial(shell.events.unregister, event, callback))

    def __call__(self) -> bool:
        return self._runs

    def _note(self, runs: bool, *_: object) -> None:  # noqa: FBT001 - of a partial
        self._runs = runs
