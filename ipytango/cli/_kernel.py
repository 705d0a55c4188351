"""`ipytango kernel`: a kernel "Tango" in Jupyter's launcher that has the extension loaded."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

from ..errors import IpytangoError
from ._jupyter import KERNEL, write_spec

__all__ = ["add_to"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command with its two actions."""
    parser = commands.add_parser(
        "kernel",
        help="install a Jupyter kernel that has ipytango loaded, or remove it",
        description="A kernel for all notebooks: this Python, with ipytango loaded.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser("install", help="write the kernelspec", description=_WHERE)
    where = install.add_mutually_exclusive_group()
    where.add_argument("--user", action="store_true", help="for this user")
    where.add_argument("--prefix", help="below this directory, as share/jupyter/kernels/NAME")
    install.add_argument("--name", default=KERNEL, help=f"of the kernelspec (default: {KERNEL})")
    install.add_argument("--display-name", default="Tango", help="in launchers (default: Tango)")
    install.set_defaults(run=_install, takes_more=lambda _: False)
    remove = actions.add_parser("uninstall", help="remove the kernelspec")
    remove.add_argument("--name", default=KERNEL, help=f"of the kernelspec (default: {KERNEL})")
    remove.set_defaults(run=_uninstall, takes_more=lambda _: False)


_WHERE = (
    "Write a kernelspec for this Python with ipytango loaded. Without --user or --prefix it goes "
    "to this Python's own environment."
)


def _install(options: argparse.Namespace) -> int:
    from jupyter_client.kernelspec import KernelSpecManager

    _check(options.name)
    prefix = None if options.user else (options.prefix or sys.prefix)
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / options.name
        write_spec(spec, options.display_name)
        try:
            place = KernelSpecManager().install_kernel_spec(
                str(spec), options.name, user=options.user, prefix=prefix
            )
        except OSError as error:
            raise IpytangoError(
                f"The kernelspec {options.name!r} could not be written: {error}. "
                "--user writes it for this user alone."
            ) from error
    print(f"Installed the kernel {options.display_name!r} in {place}")
    return 0


def _uninstall(options: argparse.Namespace) -> int:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    _check(options.name)
    try:
        place = KernelSpecManager().remove_kernel_spec(options.name)
    except (NoSuchKernel, KeyError) as error:
        raise IpytangoError(
            f"There is no kernel {options.name!r}; `jupyter kernelspec list` names those there are."
        ) from error
    print(f"Removed {place}")
    return 0


def _check(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise IpytangoError(
            f"{name!r} cannot name a kernelspec: letters, digits, '.', '-' and '_' can."
        )
