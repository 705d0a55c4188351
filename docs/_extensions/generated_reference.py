"""Directives that write the reference of magics and of the command line from the code.

    .. magics:: GreenMagics      each magic of that class of `ipytango.magics`
    .. command-line::            each command of `ipytango`
    ```{notebooks}               the project's notebooks, by title

Their text is what `%magic?` and `--help` say, so that it cannot grow old.
"""

from __future__ import annotations

import argparse
import inspect
import json
import textwrap
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective

import ipytango.magics
from ipytango.cli._main import _make_parser  # the one parser, which nothing else needs

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


class MagicsDirective(SphinxDirective):
    """Describe the magics of a class in `ipytango.magics`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write them as reStructuredText, in which their docstrings are."""
        owner = getattr(ipytango.magics, self.arguments[0])
        text = "\n".join(line for name in _names(owner) for line in _magic(owner, name))
        return self.parse_text_to_nodes(text)


class CommandLineDirective(SphinxDirective):
    """Describe all commands of `ipytango`."""

    def run(self) -> list[nodes.Node]:
        """Write them as reStructuredText."""
        lines = (line for parser in _parsers(_make_parser()) for line in _command(parser))
        return self.parse_text_to_nodes("\n".join(lines))


class NotebooksDirective(SphinxDirective):
    """List the project's notebooks, to be downloaded."""

    def run(self) -> list[nodes.Node]:
        """Write them as Markdown, in which the page is."""
        lines = []
        here = Path(self.env.doc2path(self.env.docname)).parent
        for path in sorted((Path(self.env.srcdir).parent / "notebooks").glob("*.ipynb")):
            self.env.note_dependency(str(path))
            first = "".join(json.loads(path.read_text())["cells"][0]["source"])
            title = first.splitlines()[0].lstrip("# ")
            lines.append(f"* [{title}](<{relpath(path, here)}>)")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives, and a kind of object for each: ``{magic}`%tango_green``` links to it."""
    app.add_object_type("magic", "magic", indextemplate="pair: %s; magic")
    app.add_object_type("shell-command", "shell-command", indextemplate="pair: %s; command")
    app.add_directive("magics", MagicsDirective)
    app.add_directive("command-line", CommandLineDirective)
    app.add_directive("notebooks", NotebooksDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# --- magics ---------------------------------------------------------------------------------------


def _names(owner: Any) -> list[str]:
    """Return the names of a class's magics, in the order of its source."""
    known = {*owner.magics["line"], *owner.magics["cell"]}
    return [name for name in vars(owner) if name in known]


def _magic(owner: Any, name: str) -> Iterator[str]:
    magic = getattr(owner, name)
    parser = getattr(magic, "parser", None)
    kinds = [
        prefix + name
        for kind, prefix in (("line", "%"), ("cell", "%%"))
        if name in owner.magics[kind]
    ]
    docstring = magic.__doc__ if parser is None else parser.description
    yield f".. magic:: {kinds[0]}"
    yield from (f"           {other}" for other in kinds[1:])
    yield ""
    body = [] if parser is None else [*_usage(_usage_of(parser, kinds[0])), ""]
    body += inspect.cleandoc(docstring).splitlines()
    if parser is not None:
        body += ["", *_options(parser)]
    yield from _indented(body)


def _usage_of(parser: argparse.ArgumentParser, name: str) -> str:
    usage = parser.format_usage().removeprefix("usage:").replace("::", "").split()
    return " ".join([name, *usage[1:]])


# --- the command line -----------------------------------------------------------------------------


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _parsers(command)


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    usage = " ".join(parser.format_usage().removeprefix("usage:").split())
    yield f".. shell-command:: {parser.prog}"
    yield ""
    description = parser.description or _help_in_parent(parser)
    yield from _indented([*_usage(usage), "", _escaped(description), "", *_options(parser)])


def _help_in_parent(parser: argparse.ArgumentParser) -> str:
    """Return what the list of commands says of one that says nothing itself."""
    for parent in _parsers(_make_parser()):
        for action in parent._actions:
            for choice in getattr(action, "_choices_actions", ()):
                if f"{parent.prog} {choice.dest}" == parser.prog:
                    return str(choice.help).capitalize() + "."
    return ""


# --- what both have -------------------------------------------------------------------------------


def _usage(line: str) -> list[str]:
    return [".. code-block:: text", "", f"   {line}"]


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Write arguments and options as a list of definitions."""
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        yield f"``{_written(action)}``"
        if action.help is None:
            raise SphinxError(f"{parser.prog}: {_written(action)} says nothing of itself.")
        yield "   " + _escaped(action.help % {**vars(action), "prog": parser.prog})
        yield ""


def _written(action: argparse.Action) -> str:
    value = action.metavar or (
        "{" + ",".join(action.choices) + "}" if action.choices else action.dest.upper()
    )
    if not action.option_strings:
        return str(value if action.metavar or action.choices else action.dest)
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}"


def _escaped(text: str) -> str:
    """Have text that is no markup say what it says."""
    for mark in ("\\", "*", "_", "`"):
        text = text.replace(mark, f"\\{mark}")
    return text.replace(" -- ", " ``--`` ")


def _indented(lines: list[str]) -> Iterator[str]:
    yield from textwrap.indent("\n".join(lines), "   ").splitlines()
    yield ""
