"""`ipytango lab`: JupyterLab whose new notebooks have the extension loaded."""

from __future__ import annotations

import argparse

from ._jupyter import KERNEL, check_lab, run_lab
from ._processes import terminable

__all__ = ["add_to"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "lab",
        help="JupyterLab here, with a kernel that has ipytango loaded",
        description="Open JupyterLab in this directory. New notebooks get the kernel Tango, which "
        "has ipytango loaded; nothing is installed for it. Arguments after -- are passed on to "
        "JupyterLab.",
    )
    parser.set_defaults(run=run, takes_more=lambda _: True)


def run(options: argparse.Namespace) -> int:
    """Run JupyterLab until it ends."""
    check_lab()
    chosen = f"--MultiKernelManager.default_kernel_name={KERNEL}"
    with terminable():
        return run_lab([chosen, *options.more])
