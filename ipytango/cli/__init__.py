"""The command line: `ipytango ...`."""

from ._main import main

__all__ = ["main"]
