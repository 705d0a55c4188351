"""`ipytango`, or `ipytango shell`: IPython with the extension loaded, ITango's place."""

from __future__ import annotations

import argparse

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

    start_ipython(argv=["--ext=ipytango", *options.more])
    return 0
