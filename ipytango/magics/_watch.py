"""``%tango_watch``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from ..errors import AttributeNameError, OptionError
from ..widgets import Hub, Watch, watch_in_terminal

__all__ = ["HubOwner", "WatchMagics", "complete_watch"]

_OPTIONS = ("--period",)


class HubOwner(Protocol):
    """What the magic needs of the extension."""

    @property
    def hub(self) -> Hub:
        """The hub of the shell's live panels."""


@magics_class
class WatchMagics(Magics):
    """Watch attributes in a live table."""

    def __init__(self, shell: Any, owner: HubOwner) -> None:
        super().__init__(shell)
        self._shell = shell
        self._owner = owner

    @magic_arguments()
    @argument(
        "attributes",
        nargs="+",
        metavar="ATTR",
        help="sys/tg_test/1/ampli, or sys/tg_test/1/* for all attributes of a device",
    )
    @argument(
        "--period",
        type=float,
        default=1.0,
        metavar="S",
        help="seconds between two readings of what the device sends no events of",
    )
    @line_magic
    def tango_watch(self, line: str) -> Watch | None:
        """Show attributes of any number of devices in a live table.

        ``w = %tango_watch sys/tg_test/1/*`` keeps it: `w.readings`, `w.to_pandas()`, `w.add(...)`,
        `w.close()`. In a terminal the table goes on until Ctrl-C.
        """
        try:
            given = parse_argstring(self.tango_watch, line)
            watch = Watch(self._owner.hub, given.attributes, period_s=given.period)
        except (AttributeNameError, OptionError) as error:
            raise UsageError(f"%tango_watch: {error}") from None
        except ValueError as error:  # a quotation that has no end
            raise UsageError(f"%tango_watch: {error} in {line!r}") from None
        if hasattr(self._shell, "kernel"):
            return watch
        watch_in_terminal(watch)
        return None


def complete_watch(before: list[str], word: str) -> Iterator[str]:
    """Give the options that `word` can become, with the words `before` it."""
    del before
    if word.startswith("-"):
        yield from (option for option in _OPTIONS if option.startswith(word))
