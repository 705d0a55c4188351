"""The order of events that a busy machine brings, at will."""

from __future__ import annotations

__all__ = ["SLOW_RETURN"]

SLOW_RETURN = """\
import threading, ipytango

feeds = ipytango.extension.loaded().client.feeds
at_once = type(feeds).follow

def late(attribute, sink, **options):
    'Come back only when the sink has been called for the first time.'
    called = threading.Event()
    first = lambda reading: (sink(reading), called.set())
    following = at_once(feeds, attribute, first, **options)
    assert called.wait(30)
    return following

feeds.follow = late
"""
"""Code for a kernel: `Feeds.follow` returns after its sink has been called, as it
may where the feeds' thread is quicker than the caller's."""
