"""Help pages: click lays them out, the headings are in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cmian_policy.cli.options import no_such_command
from cmian_policy.messages import render
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang

_WIDTH = 100


def page(group: click.Group, names: list[str], lang: Lang) -> str:
    """The help of the command that ``names`` lead to. Raises ``UsageError`` for a name that is no command."""
    command: click.Command = group
    context = click.Context(group, info_name="cmian-policy", max_content_width=_WIDTH)
    for name in names:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, name)
        if found is None:
            raise no_such_command(name, command.list_commands(context))
        command = found
        context = click.Context(command, info_name=name, parent=context)
    return _format(command, context, lang)


def _format(command: click.Command, context: click.Context, lang: Lang) -> str:
    formatter = click.HelpFormatter(width=_WIDTH)
    usage = render(message("help.heading.usage"), lang)
    formatter.write_usage(context.command_path, " ".join(command.collect_usage_pieces(context)), prefix=usage)
    command.format_help_text(context, formatter)
    options = (param for param in command.get_params(context) if isinstance(param, click.Option))
    records = [record for param in options if (record := param.get_help_record(context))]
    if command.name == "cmian-policy":
        records.append(("--version", render(message("help.version"), lang)))
    _section(
        formatter, render(message("help.heading.options"), lang), [*records, ("-h, --help", render(message("help.help"), lang))]
    )
    if isinstance(command, click.Group):
        _section(formatter, render(message("help.heading.commands"), lang), _commands(command, context))
    return formatter.getvalue()


def _section(formatter: click.HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


def _commands(group: click.Group, context: click.Context) -> list[tuple[str, str]]:
    found = ((name, group.get_command(context, name)) for name in group.list_commands(context))
    return [(name, (command.help or "").split("\n\n")[0]) for name, command in found if command is not None]
