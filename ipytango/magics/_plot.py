"""``%tango_plot``."""

from __future__ import annotations

import argparse

from IPython.core.magic import line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..widgets import Plot, plot_in_terminal
from ._arguments import Arguments
from ._live import LiveMagics, errors_of_use, following
from ._parsing import parsed

__all__ = ["PLOT_ARGUMENTS", "PlotMagics"]


def _seconds_or_all(text: str) -> float | None:
    if text.lower() == "all":
        return None
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"give seconds or all, not {text!r}") from None


@magics_class
class PlotMagics(LiveMagics):
    """Plot attributes live."""

    @magic_arguments()
    @following("sys/tg_test/1/ampli, or an alias")
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
        given = parsed(self.tango_plot, line)
        with errors_of_use("tango_plot"):
            plot = Plot(
                self._owner.hub,
                self._named(given.attributes),
                period_s=given.period,
                window_s=given.window,
                history=not given.no_history,
                log=given.log,
            )
        if self._in_notebook:
            return plot
        plot_in_terminal(plot)
        return None


PLOT_ARGUMENTS = Arguments(
    "attribute",
    options=("--log", "--no-history", "--period", "--window"),
    values={"--period": (), "--window": ("all",)},
)
