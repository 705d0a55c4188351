"""Processes of our own that end with the one who started them, however that ends."""

from ._processes import ANSWER_TIMEOUT_S, Keeper, Process, tail

__all__ = ["ANSWER_TIMEOUT_S", "Keeper", "Process", "tail"]
