"""``%tango_green`` and ``%%tango_green``."""

from __future__ import annotations

import argparse
from typing import Any, Protocol

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..client import MODES
from ..display import GreenStatus
from ..errors import IpytangoError
from ..green import await_, can_park
from ._arguments import Offer
from ._parsing import parsed

__all__ = ["GreenMagics", "GreenShell", "offer_green"]


class GreenShell(Protocol):
    """What the magic needs of the extension."""

    def configure(
        self,
        *,
        mode: str | None = None,
        autoawait: bool | None = None,
        nest: bool | None = None,
        limits: dict[str, int] | None = None,
    ) -> None:
        """Change what is given, all of it or, on an error, nothing."""

    def status(self) -> GreenStatus:
        """Take a snapshot."""


@magics_class
class GreenMagics(Magics):
    """Show and switch PyTango's green mode."""

    def __init__(self, shell: Any, green: GreenShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._green = green

    @magic_arguments()
    @argument("mode", nargs="?", help="synchronous, futures, gevent or asyncio (any case)")
    @argument(
        "--autoawait",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether a call in a cell gives its value in asyncio mode, or PyTango's awaitable",
    )
    @argument("--workers", type=int, help="calls in flight at most, in all (threads)")
    @argument("--per-device", type=int, help="calls in flight at most at one device")
    @argument("--per-server", type=int, help="calls in flight at most at one server process")
    @argument(
        "--nest",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="in callbacks of the event loop, where code cannot wait, run the loop re-entrantly",
    )
    @line_cell_magic
    def tango_green(self, line: str, cell: str | None = None) -> GreenStatus | None:
        """Show or switch PyTango's global green mode and its options.

        ``%tango_green`` alone shows the mode, the options and the calls in flight.
        ``%tango_green asyncio`` switches. As ``%%tango_green gevent`` it holds for one cell
        and is put back afterwards, also when the cell fails (but for ``--nest``, which stays).
        """
        given = parsed(self.tango_green, line)
        limits = {
            name: value
            for name in ("workers", "per_device", "per_server")
            if (value := getattr(given, name)) is not None
        }
        before = self._green.status()
        try:
            self._green.configure(
                mode=given.mode, autoawait=given.autoawait, nest=given.nest, limits=limits
            )
        except IpytangoError as error:
            raise UsageError(f"%tango_green: {error}") from None
        if cell is None:
            return self._green.status()
        try:
            self._run(cell)
        finally:
            self._green.configure(
                mode=before.mode,
                autoawait=before.client.autoawait,
                limits={name: getattr(before.client.calls.limits, name) for name in limits},
            )
        return None

    def _run(self, cell: str) -> None:
        """Run a cell's text as the shell does; its error becomes the outer cell's."""
        shell = self._shell
        if not can_park():
            shell.run_cell(cell).raise_error()
            return
        text = shell.transform_cell(cell)
        name = shell.compile.cache(text, shell.execution_count, raw_code=cell)
        tree = shell.transform_ast(shell.compile.ast_parse(text, filename=name))
        await_(
            shell.run_ast_nodes(
                tree.body,
                name,
                interactivity=shell.ast_node_interactivity,
                compiler=shell.compile,
                result=shell.displayhook.exec_result,
            )
        )


_OPTIONS = (
    "--autoawait",
    "--nest",
    "--no-autoawait",
    "--no-nest",
    "--per-device",
    "--per-server",
    "--workers",
)


def offer_green(before: list[str], word: str) -> Offer:
    """Return the modes and options that `word` can become, with the words `before` it."""
    chosen = any(other.lower() in MODES for other in before)
    if word.startswith("-") or (chosen and not word):
        return [option for option in _OPTIONS if option.startswith(word)], None
    return [name for name in MODES if not chosen and name.startswith(word.lower())], None
