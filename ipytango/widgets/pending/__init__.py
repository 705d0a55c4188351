"""What is pending, until it is a value or an error."""

from ._many import PendingManyPanel, PendingTally
from ._pending import PendingPanel, shown_outcome

__all__ = ["PendingManyPanel", "PendingPanel", "PendingTally", "shown_outcome"]
