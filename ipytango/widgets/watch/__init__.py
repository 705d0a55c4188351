"""Live tables of attributes."""

from ._watch import Watch

__all__ = ["Watch"]
