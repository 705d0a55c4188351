"""Tables of cells: what each gives, compared as a whole, so that a difference names the cell."""

from collections.abc import Iterable

from support.kernels import Kernel
from support.messages import Outcome


def results_of(kernel: Kernel, cells: Iterable[str]) -> dict[str, str]:
    """Run each as a cell of its own; gives its result, or its error's name and first words."""
    return {cell: _gist(kernel.run(cell)) for cell in cells}


def _gist(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"{outcome.error.ename}: {' '.join(outcome.error.evalue.split())[:200]}"
    return "None" if outcome.result is None else outcome.result
