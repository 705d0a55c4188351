"""Kernels that the tests of one module share, since a start takes most of a second."""

from collections.abc import Callable

from support.ending import Ending
from support.kernels import Kernel


class Shelf(Ending):
    """Kernels by name, each replaced once a test has left it dead or busy."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._kernels: dict[str, Kernel] = {}

    def end(self) -> None:
        """End them all."""
        for kernel in self._kernels.values():
            kernel.end()

    def take(self, name: str, start: Callable[[], Kernel]) -> Kernel:
        """Give the kernel of that name, started if there is none that can be used."""
        kernel = self._kernels.get(name)
        if kernel is not None and not kernel.idle:
            kernel.kill()
            kernel = None
        if kernel is None:
            kernel = self._kernels[name] = start()
        return kernel
