"""Python's own threading primitives, whatever gevent's monkey patching made of the public names.

Worker threads and the locks between them and the loop must be real even in a kernel where
``gevent.monkey.patch_all()`` ran first.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Event", "allocate_lock", "get_ident", "start_new_thread"]


def _original(module: str, name: str) -> Any:
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module, name)
    return getattr(__import__(module), name)


Event = _original("threading", "Event")
allocate_lock = _original("_thread", "allocate_lock")
get_ident = _original("_thread", "get_ident")
start_new_thread = _original("_thread", "start_new_thread")
