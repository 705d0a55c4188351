"""What the hub knows of each panel; the panel itself is held only while it is awake."""

from __future__ import annotations

import dataclasses
import weakref

from ._pages import MAX_RATE_HZ
from ._panel import Panel

__all__ = ["Seat"]

SOON_ENOUGH = 0.9
"""A frame may go after this part of its period, with the others."""

SHORTEST_S = SOON_ENOUGH / MAX_RATE_HZ
"""So long after a frame there is none of the same panel, and after a batch no other."""

FRAMES_SAVED = 2
"""A panel that has been quiet may send so many frames faster than its rate: what comes after a
pause, or not quite in time, is seen at once."""


@dataclasses.dataclass(eq=False)
class Seat:
    """One panel on the hub; times are seconds of `time.monotonic`."""

    panel: weakref.ref[Panel]
    awake: Panel | None = None
    dirty: bool = True
    fresh: bool = True
    """Whether the next frame has to say everything."""
    described: bool = True
    """Whether its config is as it was sent, or nobody has asked to send it again."""
    sent_s: float = 0.0
    spent_s: float = 0.0
    """Up to when its frames use up its rate."""
    unwanted_s: float | None = None
    """Since when no page has it mounted, be it one that may come back."""
    unseen_s: float | None = None
    """Since when no page that is there has it mounted; infinity once the panel knows."""
    failed: bool = False
    """Whether its last frame failed, which was logged then."""
    changed_since_saved: bool = False
    saved_s: float = 0.0
    saved: dict[str, str] | None = None
    """What was last shown of it in the notebook."""

    @property
    def period_s(self) -> float:
        panel = self.awake
        return 1.0 / min(MAX_RATE_HZ, panel.rate_hz if panel is not None else 1.0)

    def sends(self, now_s: float) -> None:
        """Note that its frame goes now."""
        self.sent_s = now_s
        saved_s = now_s - FRAMES_SAVED * self.period_s
        self.spent_s = max(self.spent_s, saved_s) + self.period_s

    def may_go(self, now_s: float) -> bool:
        """Say whether its frame may go with a batch."""
        return self.dirty and now_s >= max(self.sent_s + SHORTEST_S, self._ready_s)

    def due_s(self, batch_s: float) -> float:
        """Say when it is a reason for a batch, the last one having gone at `batch_s`.

        One that has frames saved does not wait for the others.
        """
        alone_s = max(self.sent_s, batch_s) + SHORTEST_S
        with_others_s = batch_s + SOON_ENOUGH * self.period_s
        return min(max(alone_s, self.spent_s + self.period_s), max(with_others_s, self._ready_s))

    @property
    def _ready_s(self) -> float:
        return self.spent_s - (1 - SOON_ENOUGH) * self.period_s
