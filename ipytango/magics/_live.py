"""What the magics that follow attributes share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics
from IPython.core.magic_arguments import argument

from ..errors import AttributeNameError, CatalogueError, NotInDatabase, OptionError
from ..widgets import Hub

__all__ = ["HubOwner", "LiveMagics", "errors_of_use", "following"]

Magic = TypeVar("Magic", bound=Callable[..., Any])


class HubOwner(Protocol):
    """What these magics need of the extension."""

    @property
    def hub(self) -> Hub:
        """The hub of the shell's live panels."""


class LiveMagics(Magics):
    """A magic of a live panel: a widget in a notebook, text that updates in a terminal."""

    def __init__(self, shell: Any, owner: HubOwner) -> None:
        super().__init__(shell)
        self._shell = shell
        self._owner = owner

    @property
    def _in_notebook(self) -> bool:
        return hasattr(self._shell, "kernel")

    def _named(self, attributes: list[str]) -> list[str]:
        """Return the attributes by their own names, where they are given by an alias.

        Asks the database for those only that have no device before them. Raises `CatalogueError`.
        """
        return [name if "/" in name else self._attribute_of(name) for name in attributes]

    def _attribute_of(self, alias: str) -> str:
        try:
            return self._owner.hub.client.catalogues.current.attribute_of(alias)
        except NotInDatabase:
            return alias  # no attribute's name: whoever is to follow it says how one is written


def following(names: str) -> Callable[[Magic], Magic]:
    """Give a magic the arguments of what follows attributes; `names` says how they are written."""
    arguments = (
        argument("attributes", nargs="+", metavar="ATTR", help=names),
        argument(
            "--period",
            type=float,
            default=1.0,
            metavar="S",
            help="seconds between two readings of what the device sends no events of",
        ),
    )

    def decorate(magic: Magic) -> Magic:
        for one in reversed(arguments):
            magic = one(magic)
        return magic

    return decorate


@contextlib.contextmanager
def errors_of_use(magic: str) -> Iterator[None]:
    """Say in a line what was wrong with what a magic was asked for."""
    try:
        yield
    except (AttributeNameError, CatalogueError, OptionError) as error:
        raise UsageError(f"%{magic}: {error}") from None
