"""The displays of what a device offers: configurations of attributes, commands."""

from __future__ import annotations

import itertools

from ...client import AttributeFacts, CommandFacts, CommandList, ConfigList, ConfigSnapshot
from .._numbers import brief_number
from .._show import html_of, line_of, text_of
from .._templates import render
from .._text_tables import facts_lines, table_lines
from .._texts import count_text, one_line, shortened

__all__ = [
    "command_facts",
    "command_table",
    "config_facts",
    "config_table",
    "facts_rows",
    "filled",
]

ROWS = 300
"""Attributes or commands of a list that are shown."""


def facts_rows(facts: AttributeFacts) -> list[tuple[str, str]]:
    """Return what a person wants to know of an attribute: names and texts, those that are set."""
    rows = [
        ("label", facts.label if facts.label.lower() != facts.name.lower() else ""),
        ("description", facts.description),
        ("type", _type_text(facts)),
        ("unit", facts.unit),
        ("format", facts.format),
        ("range", _range(facts.min_value, facts.max_value)),
        ("warning", _outside(facts.min_warning, facts.max_warning)),
        ("alarm", _outside(facts.min_alarm, facts.max_alarm)),
        ("labels", _labels(facts.enum_labels)),
    ]
    return [(name, shortened(text)) for name, text in rows if text]


def _type_text(facts: AttributeFacts) -> str:
    times = "\N{MULTIPLICATION SIGN}"
    sizes = {
        "SPECTRUM": f", up to {facts.max_dim_x:,}",
        "IMAGE": f", up to {facts.max_dim_x:,} {times} {facts.max_dim_y:,}",
    }
    return f"{facts.data_type} {facts.data_format.lower()}{sizes.get(facts.data_format, '')}"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"from {brief_number(low, 8)}" if high is None else f"to {brief_number(high, 8)}"
    return f"{brief_number(low, 8)} … {brief_number(high, 8)}"


def _outside(low: float | None, high: float | None) -> str:
    below = "" if low is None else f"below {brief_number(low, 8)}"
    above = "" if high is None else f"above {brief_number(high, 8)}"
    return ", ".join(part for part in (below, above) if part)


def _labels(labels: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {label}" for number, label in enumerate(labels))


def config_facts(config: ConfigSnapshot) -> list[tuple[str, str]]:
    """Return all that is known of an attribute: names and texts, those that are set."""
    access = [("access", _access(config)), ("level", config.level.lower())]
    return [*facts_rows(config.facts), *access, *config.settings]


def _access(config: ConfigSnapshot) -> str:
    return config.access.lower().replace("_", "-")


@html_of.register
def _(config: ConfigSnapshot) -> str:
    facts = [(name, shortened(text)) for name, text in config_facts(config)]
    return render("facts.html", title=config.facts.name, note="attribute", facts=facts)


@text_of.register
def _(config: ConfigSnapshot) -> str:
    return "\n".join([line_of(config), *facts_lines(config_facts(config))])


@line_of.register
def _(config: ConfigSnapshot) -> str:
    facts = config.facts
    return f"attribute {one_line(facts.name)} ({facts.data_type} {facts.data_format.lower()})"


_CONFIG_COLUMNS = ("attribute", "type", "access", "unit", "format", "range", "description")


def config_table(configs: ConfigList) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return attributes as a table, the first `ROWS` of them: its columns and rows."""
    return _CONFIG_COLUMNS, _config_rows(configs)


def _config_rows(configs: ConfigList) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for config in configs.items[:ROWS]:
        facts = config.facts
        described = facts.description or (
            facts.label if facts.label.lower() != facts.name.lower() else ""
        )
        rows.append(
            (
                facts.name,
                _type_text(facts),
                _access(config),
                facts.unit,
                facts.format,
                _range(facts.min_value, facts.max_value),
                shortened(described, 300),
            )
        )
    return rows


@html_of.register
def _(configs: ConfigList) -> str:
    return _table_html(
        line_of(configs), _CONFIG_COLUMNS, _config_rows(configs), len(configs.items) - ROWS
    )


@text_of.register
def _(configs: ConfigList) -> str:
    rows = _config_rows(configs)
    columns, rows = filled(_CONFIG_COLUMNS, rows)
    return "\n".join(table_lines(columns, rows, max(0, len(configs.items) - ROWS)))


@line_of.register
def _(configs: ConfigList) -> str:
    return count_text(len(configs.items), "attribute")


def command_facts(command: CommandFacts) -> list[tuple[str, str]]:
    """Return what a command takes and gives: names and texts."""
    return [
        ("takes", _argument(command.in_type, command.in_description)),
        ("gives", _argument(command.out_type, command.out_description)),
        *([("level", command.level.lower())] if command.level else []),
    ]


def _argument(kind: str, description: str) -> str:
    if kind == "DevVoid":
        return "nothing"
    return f"{kind}: {shortened(description)}" if description else kind


@html_of.register
def _(command: CommandFacts) -> str:
    return render("facts.html", title=command.name, note="command", facts=command_facts(command))


@text_of.register
def _(command: CommandFacts) -> str:
    return "\n".join([line_of(command), *facts_lines(command_facts(command))])


@line_of.register
def _(command: CommandFacts) -> str:
    takes = "" if command.in_type == "DevVoid" else command.in_type
    gives = "" if command.out_type == "DevVoid" else f" -> {command.out_type}"
    return f"command {one_line(command.name)}({takes}){gives}"


_COMMAND_COLUMNS = ("command", "takes", "gives", "level")


def command_table(commands: CommandList) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return commands as a table, the first `ROWS` of them: its columns and rows."""
    return _COMMAND_COLUMNS, _command_rows(commands)


def _command_rows(commands: CommandList) -> list[tuple[str, ...]]:
    return [
        (
            command.name,
            _argument(command.in_type, shortened(command.in_description, 300)),
            _argument(command.out_type, shortened(command.out_description, 300)),
            command.level.lower(),
        )
        for command in commands.items[:ROWS]
    ]


@html_of.register
def _(commands: CommandList) -> str:
    return _table_html(
        line_of(commands), _COMMAND_COLUMNS, _command_rows(commands), len(commands.items) - ROWS
    )


@text_of.register
def _(commands: CommandList) -> str:
    columns, rows = filled(_COMMAND_COLUMNS, _command_rows(commands))
    return "\n".join(table_lines(columns, rows, max(0, len(commands.items) - ROWS)))


@line_of.register
def _(commands: CommandList) -> str:
    return count_text(len(commands.items), "command")


def _table_html(
    note: str, columns: tuple[str, ...], rows: list[tuple[str, ...]], hidden: int
) -> str:
    names, shown = filled(columns, rows)
    return render(
        "table.html", title="", note=note, columns=names, rows=shown, hidden=max(0, hidden)
    )


def filled(
    columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Leave out columns in which nothing stands."""
    filled = [any(row[number] for row in rows) for number in range(len(columns))]
    return (
        list(itertools.compress(columns, filled)),
        [tuple(itertools.compress(row, filled)) for row in rows],
    )
