"""What is asked for and not answered yet."""

from ._kinds import PENDING_TYPES, pending_of
from ._pending import Pending, PendingFacts
from ._requests import Request

__all__ = ["PENDING_TYPES", "Pending", "PendingFacts", "Request", "pending_of"]
