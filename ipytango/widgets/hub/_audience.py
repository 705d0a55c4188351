"""Who looks at the panels of a kernel: pages, and what is expected to come up on one."""

from __future__ import annotations

import time
from collections.abc import Callable

from ._pages import BLIND_BYTES, LOST_AFTER_S, Page

__all__ = ["Audience"]

EXPECTED_S = 30.0
"""A panel that was shown is expected on a page for so long."""
REOPENED_S = 60.0
"""What a page had mounted that is gone is wanted for so long after another page has come."""


class Audience:
    """The pages of browsers. In the hub's thread; `live` also in others."""

    def __init__(self, cell_runs: Callable[[], bool]) -> None:
        self._cell_runs = cell_runs
        self._pages: dict[str, Page] = {}
        self._newest_s = 0.0
        self.expected: dict[str, float] = {}
        """What was shown and is on no page yet, and since when."""
        self.unheard = Page("", time.monotonic())
        """The page that is expected: it cannot be heard while a cell blocks an old kernel."""

    @property
    def live(self) -> list[Page]:
        """The pages that are taken to be there."""
        return [page for page in self._pages.copy().values() if page.live]

    @property
    def watching(self) -> list[Page]:
        """Those of them with a panel in view."""
        return [page for page in self.live if page.visible]

    @property
    def wanted(self) -> set[str]:
        """The panels that are somewhere in a document, or about to be."""
        return set(self.expected).union(*(page.mounted for page in self._pages.values()))

    @property
    def seen(self) -> set[str]:
        """Those of them that a page has that is there, or that are about to come up on one."""
        return set(self.expected).union(*(page.mounted for page in self.live))

    def keeps(self, name: str) -> bool:
        """Say whether a page that is there has the panel in its document."""
        return any(name in page.mounted for page in self.live)

    def px_of(self, name: str) -> int:
        """Return the width of a panel's widest view in pixels, 0 where none is in view."""
        return max((page.visible.get(name, 0) for page in self._pages.values()), default=0)

    def named(self, name: str) -> Page | None:
        """Return a page that has said hello."""
        return self._pages.get(name)

    def add(self, name: str, now_s: float) -> Page:
        """Know a page from now on."""
        page = self._pages[name] = Page(name, now_s)
        self._newest_s = now_s
        return page

    def lose_silent(self, now_s: float) -> None:
        """Take pages to be gone that should have answered, and give up what came up on none."""
        excused = self._cell_runs()
        for page in list(self._pages.values()):
            if page.lost_s is None:
                if excused and not page.beside_main and page.blind_bytes < BLIND_BYTES:
                    page.heard_s = now_s  # it may speak, and nobody hears it
                elif page.owes_s and now_s - page.heard_s > LOST_AFTER_S:
                    page.lose(now_s)
            elif not page.mounted or page.lost_s < self._newest_s < now_s - REOPENED_S:
                del self._pages[page.name]
        for name, since_s in list(self.expected.items()):
            if now_s > since_s + EXPECTED_S and not excused:
                del self.expected[name]
