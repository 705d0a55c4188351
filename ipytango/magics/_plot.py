"""``%tango_plot``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from ..errors import AttributeNameError, OptionError
from ..widgets import Plot, plot_in_terminal
from ._watch import HubOwner

__all__ = ["PlotMagics", "complete_plot"]


def _seconds_or_all(text: str) -> float | None:
    return None if text.lower() == "all" else float(text)


_OPTIONS = ("--log", "--no-history", "--period", "--window")


@magics_class
class PlotMagics(Magics):
    """Plot attributes live."""

    def __init__(self, shell: Any, owner: HubOwner) -> None:
        super().__init__(shell)
        self._shell = shell
        self._owner = owner

    @magic_arguments()
    @argument("attributes", nargs="+", metavar="ATTR", help="sys/tg_test/1/ampli")
    @argument(
        "--period",
        type=float,
        default=1.0,
        metavar="S",
        help="seconds between two readings of what the device sends no events of",
    )
    @argument(
        "--window", type=_seconds_or_all, default=300.0, metavar="S", help="seconds shown, or all"
    )
    @argument("--log", action="store_true", help="logarithmic scales")
    @argument("--no-history", action="store_true", help="without the device's polling buffer")
    @line_magic
    def tango_plot(self, line: str) -> Plot | None:
        """Draw attributes live: scalars over time, spectra as curves, images as pictures.

        ``p = %tango_plot sys/tg_test/1/double_scalar`` keeps it: `p.to_pandas()`, `p.to_csv(path)`,
        `p.to_png(path)`, `p.pause()`, `p.close()`. In a terminal it goes on until Ctrl-C.
        """
        try:
            given = parse_argstring(self.tango_plot, line)
            plot = Plot(
                self._owner.hub,
                given.attributes,
                period_s=given.period,
                window_s=given.window,
                history=not given.no_history,
                log=given.log,
            )
        except (AttributeNameError, OptionError) as error:
            raise UsageError(f"%tango_plot: {error}") from None
        except ValueError as error:  # a quotation that has no end
            raise UsageError(f"%tango_plot: {error} in {line!r}") from None
        if hasattr(self._shell, "kernel"):
            return plot
        plot_in_terminal(plot)
        return None


def complete_plot(before: list[str], word: str) -> Iterator[str]:
    """Give the options that `word` can become, with the words `before` it."""
    del before
    if word.startswith("-"):
        yield from (option for option in _OPTIONS if option.startswith(word))
