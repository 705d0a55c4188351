"""``%%tango_server``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Protocol

from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..serve import Code, Plan, Server, Servers
from ._arguments import Arguments
from ._parsing import parsed

__all__ = ["SERVER_ARGUMENTS", "ServerMagics", "ServersOwner", "label_of_cell"]


class ServersOwner(Protocol):
    """What this magic needs of the extension."""

    @property
    def servers(self) -> Servers:
        """The device servers of the shell."""

    @property
    def current_database(self) -> str:
        """``host:port`` of the current database. Raises `CatalogueError` where there is none."""


@magics_class
class ServerMagics(Magics):
    """Serve the device classes of a cell."""

    def __init__(self, shell: Any, owner: ServersOwner) -> None:
        super().__init__(shell)
        self._shell = shell
        self._owner = owner

    @magic_arguments()
    @argument("--name", default="notebook", metavar="INSTANCE", help="the server's instance name")
    @argument(
        "--device",
        action="append",
        default=[],
        metavar="NAME",
        help="a device's name, CLASS=NAME where there are several classes; may be repeated",
    )
    @argument("--database", action="store_true", help="register it in the current database")
    @argument("--port", type=int, default=0, help="where it listens (default: any free port)")
    @cell_magic
    def tango_server(self, line: str, cell: str) -> Server:
        """Serve the device classes of the cell, in a process of their own.

        Run the cell again to restart it, at the same address. ``run(...)`` and ``run_server()`` in
        the cell are not needed; where they stand, they say what is served. Names of other cells
        that the code uses come along. The server ends with this kernel.
        """
        given = parsed(self.tango_server, line)
        plan = Plan(
            instance=given.name,
            devices=_devices_by_class(given.device),
            database=self._owner.current_database if given.database else "",
            port=given.port,
        )
        code = self._code(line, cell)
        return self._owner.servers.serve_code(code, self._shell.user_ns, plan)

    def _code(self, line: str, cell: str) -> Code:
        """Return the cell's code, compiled once so that an error in it has its own line."""
        # With all lines that it has in the notebook, so that numbers agree.
        blank = "\n" * len(list(itertools.takewhile(str.isspace, cell.splitlines(keepends=True))))
        first = f"# %%tango_server {line}".rstrip() + "\n"
        text = first + blank + self._shell.transform_cell(cell)
        compiler = self._shell.compile
        # The shell's own count may be one ahead by now.
        result = getattr(self._shell.displayhook, "exec_result", None)
        number = getattr(result, "execution_count", None) or self._shell.execution_count
        filename = compiler.cache(text, number)
        compile(text, filename, "exec", dont_inherit=True)
        return Code(text, label_of_cell(self._shell, filename))


def label_of_cell(shell: Any, filename: str) -> str:
    """Return what tracebacks call a cell, by the name of its file."""
    named = shell.compile.format_code_name(filename)
    return filename if named is None else " ".join(named)


def _devices_by_class(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group device names by the class before the ``=``; without one they are under ``""``."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        cls, _, device = name.rpartition("=")
        found[cls] = (*found.get(cls, ()), device)
    return found


SERVER_ARGUMENTS = Arguments(
    options=("--database", "--device", "--name", "--port"),
    values={"--device": (), "--name": (), "--port": ()},
)
