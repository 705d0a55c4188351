"""`ipytango`, or `ipytango shell`: IPython with the extension loaded, ITango's place."""

from __future__ import annotations

import argparse

from .._version import __version__
from ..client import database_setting

__all__ = ["add_to", "run"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "shell",
        help="IPython in this terminal with ipytango loaded (the default)",
        description="Start IPython with ipytango loaded. Arguments after -- are passed on to it.",
    )
    parser.set_defaults(run=run, takes_more=lambda _: True)


def run(options: argparse.Namespace) -> int:
    """Run IPython until it ends."""
    from IPython import start_ipython

    banner = f"--TerminalInteractiveShell.banner2={_banner()}"
    start_ipython(argv=["--ext=ipytango", banner, *options.more])
    return 0


def _banner() -> str:
    host, _ = database_setting()
    database = f"the Tango database is {host}" if host else "no Tango database is set"
    return (
        f"ipytango {__version__}: {database}. %tango_db chooses another, %tango_demo starts one;\n"
        "%tango_ls, %tango_info NAME and %tango_watch ATTR... look around; %tango_green asyncio.\n"
    )
