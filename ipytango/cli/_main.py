"""The parser of the command line; each command is a module that adds itself to it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import IpytangoError
from . import _demo, _doctor, _kernel, _lab, _shell, _tcp
from ._processes import Terminated

__all__ = ["main"]

_COMMANDS = (_shell, _lab, _demo, _tcp, _kernel, _doctor)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of the command line, without any the shell; give its exit code."""
    arguments, more = _split(sys.argv[1:] if argv is None else argv)
    parser = _make_parser()
    options = parser.parse_args(arguments)
    if more and not options.takes_more(options):
        parser.error(
            "arguments after -- are for IPython or JupyterLab: they need demo --lab, lab or shell"
        )
    options.more = more
    try:
        code: int = options.run(options)
    except IpytangoError as error:
        print(f"ipytango: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Terminated:
        return 128 + signal.SIGTERM
    return code


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part our own arguments from those after `--`."""
    if "--" not in argv:
        return list(argv), []
    at = list(argv).index("--")
    return list(argv[:at]), list(argv[at + 1 :])


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ipytango",
        description="Interactive green Tango for IPython and Jupyter. Without a command: shell.",
    )
    parser.add_argument("--version", action="version", version=f"ipytango {__version__}")
    parser.set_defaults(run=_shell.run, takes_more=lambda _: True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for module in _COMMANDS:
        module.add_to(commands)
    return parser
