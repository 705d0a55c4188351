"""The magics: each parses its line, makes one call below and returns the object."""

from ._completion import complete_magic
from ._green import GreenMagics, GreenShell

__all__ = ["GreenMagics", "GreenShell", "complete_magic"]
