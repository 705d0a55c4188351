"""The device explorer: a tree of a database's devices, with a panel for those that are opened."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..client import Answer, DevicePlace, DeviceRow, Question
from ..display import state_colour, tree_html, tree_text
from ..errors import CatalogueError, OptionError
from ..widgets import DevicePanel, Frame, Look, Panel, weakly
from ._nodes import Node, Path
from ._states import States
from ._tree import Tree
from ._ways import WAYS

if TYPE_CHECKING:
    from ..client import Catalogue, Client
    from ..widgets import Hub

__all__ = ["Explorer"]

FIRST_ANSWER_S = 3.0
"""How long what code asks for waits for the database, so that the snapshot is not empty."""

MOST_PANELS = 8


class Explorer(Panel):
    """A tree of the devices of a Tango database, lazy by level, searchable, with device panels.

    Made by `ipytango.explore`. Nothing is asked but what is open, and only the states of devices
    that can be seen are followed.
    """

    view = "explore"

    def __init__(
        self,
        hub: Hub,
        catalogue: Catalogue,
        *,
        by: str = "device",
        path: str = "",
        search: str = "",
    ) -> None:
        # What is asked holds these, which must not hold the explorer: nobody would let go of it.
        changed = weakly(self.changed)
        self._tree = Tree(catalogue, by, changed)
        self._place = _place_of(hub.client, catalogue)
        self._states = States(hub.client, self._place, changed)
        self._panels: dict[str, DevicePanel] = {}
        self._selected = ""
        self._row: Answer[DeviceRow] | None = None
        self._end = weakref.finalize(self, self._states.close)
        self._end.atexit = False
        super().__init__(hub)
        self._tree.open(())
        if path:
            with contextlib.suppress(CatalogueError):  # the tree says so in its place
                self.open(path)
        if search:
            self._tree.search(search)
        self._tree.settling.wait(FIRST_ANSWER_S)

    # --- for the user -----------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The database, ``host:port``."""
        return self._tree.catalogue.host

    @property
    def selected(self) -> str:
        """The device that was selected last; empty if none was."""
        return self._selected

    @property
    def panels(self) -> dict[str, DevicePanel]:
        """The panels that are open, by their devices."""
        return self._panels.copy()

    def by(self, way: str) -> None:
        """Arrange the tree by ``device``, ``class``, ``server``, ``host`` or ``alias``.

        Raises `OptionError`.
        """
        self._tree.choose(way)
        self.changed()

    def open(self, path: str) -> None:
        """Open the tree down to a path, in any case: ``sys/tg_test``; a device is selected.

        Raises `OptionError` where there is no such path, `CatalogueError` where that is not known.
        """
        device = self._tree.reach(path)
        if device:
            self._select(device)
        self.changed()
        self._tree.settling.wait(FIRST_ANSWER_S)

    def search(self, text: str) -> None:
        """Find devices by a part of their name or alias, or a pattern with ``*``.

        Classes and servers are found too, and can be opened; in a tree by host, hosts. Empty text
        shows the tree again.
        """
        self._tree.search(text)
        self._tree.settling.wait(FIRST_ANSWER_S)

    def panel(self, device: str) -> DevicePanel:
        """Open a device's panel beside the tree, and return it.

        Raises `OptionError` if there are too many.
        """
        key = device.lower()
        panel = self._panels.get(key)
        if panel is None or panel.closed:
            if len(self._panels) >= MOST_PANELS:
                raise OptionError(f"{MOST_PANELS} panels are open here: close one of them first.")
            name = str(DevicePlace.of(device).within(self._place))
            # Without waiting: a browser may have asked, in the hub's thread.
            panel = self._panels[key] = DevicePanel(self.hub, name, patience_s=0.0)
            self.hub.show(panel)
            self.configured()
        return panel

    def refresh(self) -> None:
        """Ask the database anew for everything that is shown."""
        self._tree.refresh()

    def close(self) -> None:
        """Stop following for good, and close the panels; what is shown stays, as it was."""
        if not self.closed:
            self._end()
            for panel in self._panels.values():
                panel.close()
            super().close()

    # --- for the hub ------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Say what the view needs of the whole."""
        return {
            "host": self.host,
            "ways": [[way.name, way.title] for way in WAYS.values()],
            "panels": [[device, panel.id] for device, panel in self._panels.items()],
        }

    def frame(self, look: Look) -> Frame:
        """Give what is new in the tree, and the states that have changed."""
        whole, nodes = self._tree.news(whole=look.first)
        states = self._states.news(whole=whole)
        return Frame(
            {
                "whole": whole,
                "by": self._tree.by,
                "sought": self._tree.sought,
                "opened": self._tree.opened,
                "nodes": [[path, _told(node)] for path, node in nodes.items()],
                "states": {
                    device: [
                        state.name or state.instead,
                        state_colour(state.name) if state.name else "",
                        state.why,
                    ]
                    for device, state in states.items()
                },
                "selected": self._selected,
                "facts": self._facts(),
            },
            whole=whole,
        )

    def command(self, op: str, argument: Any) -> Any:
        """Do what a browser asks."""
        commands: dict[str, Callable[[Any], object]] = {
            "by": self.by,
            "open": lambda path: self._tree.open(_path_of(path)),
            "close": lambda path: self._tree.close(_path_of(path)),
            "search": lambda text: self._tree.search(str(text)),
            "see": lambda seen: self._states.see(str(seen["view"]), map(str, seen["devices"])),
            "prepare": lambda _: self._tree.prepare_search(),
            "select": self._select,
            "panel": self.panel,
            "shut": self._shut,
            "refresh": lambda _: self.refresh(),
        }
        if op not in commands:
            return super().command(op, argument)
        commands[op](argument)
        self.changed()
        return None

    def waken(self) -> None:
        """Follow the states that are seen."""
        self._states.follow()

    def sleep(self) -> None:
        """Follow nothing: the output is gone."""
        self._states.rest()

    def static_html(self) -> str:
        """Give the tree as it is now."""
        return tree_html(self.host, self._tree.lines(self._state_of))

    def text(self) -> str:
        """Give the tree as text."""
        return tree_text(self.host, self._tree.lines(self._state_of))

    # --- parts ------------------------------------------------------------------------------------

    def _state_of(self, device: str) -> str:
        state = self._states.of(device)
        return state.name or state.instead

    def _select(self, device: str) -> None:
        self._selected, self._row = device, None
        mine = weakref.ref(self)

        def take(answer: Answer[DeviceRow]) -> None:
            explorer = mine()
            if explorer is not None and explorer.selected == device:
                explorer._row = answer
                explorer.changed()

        self._tree.catalogue.when(Question.row(device), take)

    def _facts(self) -> list[tuple[str, str]]:
        """Say of the selected device what its database knows."""
        answer = self._row
        if answer is None:
            return []
        row = answer.value
        if row is None:
            return [("error", str(answer.error))]
        facts = [
            ("device", row.name),
            ("alias", row.alias),
            ("class", row.class_name),
            ("server", row.server),
            ("host", row.host),
            ("running", "yes" if row.exported else "no"),
            ("started", row.started),
        ]
        return [(name, text) for name, text in facts if text]

    def _shut(self, device: str) -> None:
        panel = self._panels.pop(device.lower(), None)
        if panel is not None:
            panel.close()
            self.configured()


def _place_of(client: Client, catalogue: Catalogue) -> str:
    """Return what devices' names need before them; nothing in the current database."""
    with contextlib.suppress(CatalogueError):  # there may be no current one
        if client.catalogues.current is catalogue:
            return ""
    return catalogue.address


def _path_of(steps: Sequence[str]) -> Path:
    return tuple(map(str, steps))


def _told(node: Node) -> dict[str, Any]:
    return {
        "branches": [[branch.name, branch.device, branch.note] for branch in node.branches],
        "more": node.more,
        "failure": None if node.failure is None else str(node.failure),
        "pending": node.pending,
    }
