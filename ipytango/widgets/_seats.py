"""What the hub knows of each panel; the panel itself is held only while it is awake."""

from __future__ import annotations

import dataclasses
import weakref

from ._pages import MAX_RATE_HZ
from ._panel import Panel

__all__ = ["Seat"]

SOON_ENOUGH = 0.9
"""A frame may be this part of its period early, to go with the others."""


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
    unwanted_s: float | None = None
    """Since when no page has it mounted."""
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

    def may_go(self, now_s: float) -> bool:
        """Say whether its frame may go with a batch."""
        return self.dirty and now_s >= self.sent_s + SOON_ENOUGH * self.period_s

    def due_s(self, batch_s: float) -> float:
        """Say when it is a reason for a batch, the last one having gone at `batch_s`."""
        return max(self.sent_s, batch_s) + SOON_ENOUGH * self.period_s
