"""Take a server out of its database when its process has ended: run beside it, as a process.

Its arguments are an `Order` in JSON and the server's directory. The end of its standard input is
the sign that the server has ended, however that was.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ._database import unregister
from ._messages import REGISTERED, STAYS, Order

__all__: list[str] = []


def main() -> None:
    """Wait, then take the server out, unless it comes back."""
    order, directory = Order(**json.loads(sys.argv[1])), Path(sys.argv[2])
    sys.stdin.read()
    try:
        if not (directory / STAYS).exists():
            unregister(order)
    finally:
        (directory / REGISTERED).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
