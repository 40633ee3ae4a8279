"""``rules …``: the committee's work bench, one module a command."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cmian_policy.cli.options import Group
from cmian_policy.messages import render
from cmian_policy.model.text import message

if TYPE_CHECKING:
    import click

    from cmian_policy.model.text import Lang

_COMMANDS = ("test",)


class _Rules(Group):
    """The commands of the group, found in their modules when they are named."""

    def __init__(self, lang: Lang) -> None:
        super().__init__("rules", help=render(message("help.command.rules"), lang))
        self.lang = lang

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """One command, in the language of the run."""
        if cmd_name not in _COMMANDS:
            return None
        built: click.Command = import_module(f"{__name__}.{cmd_name}").build(self.lang)
        return built


def build(lang: Lang) -> click.Group:
    """The group, its help in a language."""
    return _Rules(lang)
