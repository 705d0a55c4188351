"""The process of a device server from a cell: `python -m ipytango.served JOB SOCKET`.

What stands here is for both sides; the rest, and PyTango, is imported in that process alone.
"""

from ._messages import REGISTERED, STAYS, Job, Line, Order, Source

__all__ = ["REGISTERED", "STAYS", "Job", "Line", "Order", "Source"]
