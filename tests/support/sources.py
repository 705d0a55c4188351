"""Python files that a test's notebook imports or runs."""

from collections.abc import Callable
from pathlib import Path

WriteSource = Callable[[str, str], Path]
