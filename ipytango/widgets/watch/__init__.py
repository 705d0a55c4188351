"""Live tables of attributes."""

from ._board import Board
from ._watch import Watch

__all__ = ["Board", "Watch"]
