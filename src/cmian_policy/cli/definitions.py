"""Every command with its parameters, for what is generated from them: shell completion, man pages, tests of the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Definition(NamedTuple):
    """A command or a group, and the words that lead to it: ``()`` for the tool itself, ``("rules", "test")``."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def options(self) -> list[click.Option]:
        """Its options but for ``-h``, which is answered before any command is built."""
        return [param for param in self.command.params if isinstance(param, click.Option)]

    @property
    def arguments(self) -> list[click.Argument]:
        """Its arguments, in order."""
        return [param for param in self.command.params if isinstance(param, click.Argument)]


def definitions(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[Definition]:
    """A command, then all that are below it, sorted by name."""
    yield Definition(words, command)
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=words[-1] if words else None)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from definitions(found, (*words, name))


def metavar(param: click.Parameter) -> str:
    """What the value of a parameter is called, without the signs of "may be absent" and "several": ``PATH``, ``RULE``."""
    named = param.metavar if param.metavar is not None else (param.name or "").upper()
    return named.strip("[]….")
