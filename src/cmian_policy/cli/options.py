"""Options that every command accepts, and how an option is declared: in the user's language, with its environment variable."""

from __future__ import annotations

import os
from datetime import date
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cmian_policy.cli.parameters import COMMON, day_of, number_of
from cmian_policy.cli.told import RunState, common_of
from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.messages.suggest import nearest
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.cli.parameters import Parameter
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang


def parameter_name(param: click.Parameter | None) -> str:
    """What a parameter is called in a message; nobody typed the option where the environment holds its value."""
    if param is None:
        return "?"
    name = "/".join(param.opts) if isinstance(param, click.Option) else param.human_readable_name
    return f"{name} ({param.envvar})" if isinstance(param.envvar, str) and param.envvar in os.environ else name


class OneALine(click.ParamType[str]):
    """A text; in the environment, a repeatable option takes one value a line, and a blank line is none."""

    name = "text"

    def split_envvar_value(self, rv: str) -> list[str]:
        """The values of a variable."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


class OneOf(click.Choice[str]):
    """One of some words. Raises ``UsageError`` for another one, with the word that was probably meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002 - click's signature
        """The word."""
        if value in self.choices:
            return str(value)
        near, choices = nearest(str(value), self.choices), ", ".join(self.choices)
        key = "usage.bad-choice" if near is None else "usage.bad-choice-near"
        raise UsageError(message(key, name=parameter_name(param), value=str(value), near=near or "", choices=choices))


class ChoiceALine(OneOf):
    """A choice; in the environment as for ``OneALine``."""

    split_envvar_value = OneALine.split_envvar_value


class Day(click.ParamType[date]):
    """A calendar date, ``YYYY-MM-DD``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401, ARG002 - as above
        """The date. Raises ``UsageError`` for anything else, 2026-02-30 included."""
        if isinstance(value, date):
            return value
        day = day_of(value)
        if day is None:
            raise UsageError(message("usage.date", name=parameter_name(param), value=str(value)))
        return day


class Number(click.ParamType[int]):
    """A whole number, 0 or more."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401, ARG002 - as above
        """The number. Raises ``UsageError`` for anything else."""
        number = number_of(str(value))
        if number is None:
            raise UsageError(message("usage.number", name=parameter_name(param), value=str(value)))
        return number


def no_such_command(name: str, known: list[str]) -> UsageError:
    """What is answered to a name that is none of the commands."""
    near = nearest(name, known)
    if near is not None:
        return UsageError(message("usage.no-such-command-near", name=name, near=near))
    return UsageError(message("usage.no-such-command", name=name, known=", ".join(known)))


class Group(click.Group):
    """Commands in one language, each found in its own module of ``package`` when it is named: the others are never imported.

    A command whose name is a word of Python (``import``) has its module under that name with an underscore behind it.

    It answers in our words to a name that is no command, and to no name at all.
    """

    def __init__(self, lang: Lang, name: str, help_key: str, package: str, names: tuple[str, ...]) -> None:
        super().__init__(name, help=render(message(help_key), lang), no_args_is_help=False, add_help_option=False)
        self._lang = lang
        self._package = package
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands, sorted."""
        return sorted(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """One command, in the language of the run."""
        if cmd_name not in self._names:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        built: click.Command = import_module(f"{self._package}.{module}").build(self._lang)
        return built

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:  # noqa: ANN401 - click's own type
        """As click does, with our words for a name that is no command."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise no_such_command(args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with our words where a command is missing."""
        if not args:
            raise UsageError(message("usage.no-command", known=", ".join(self.list_commands(ctx))))
        return super().parse_args(ctx, args)


def option(lang: Lang, *names: str, key: str, **settings: Any) -> click.Option:  # noqa: ANN401 - click's own settings
    """An option whose help is the message ``help.<key>`` and whose environment variable is ``CMIAN_<KEY>``."""
    return click.Option(
        names, help=render(message(f"help.{key}"), lang), envvar=f"CMIAN_{key.upper().replace('-', '_')}", **settings
    )


def declared(lang: Lang, parameter: Parameter) -> click.Option:
    """The option that a declaration describes."""
    settings: dict[str, Any] = {}
    match parameter.kind:
        case "flag":
            settings["is_flag"] = True
        case "choice":
            settings["type"] = (ChoiceALine if parameter.repeatable else OneOf)(parameter.choices())
        case "date":
            settings["type"] = Day()
        case "number":
            settings["type"] = Number()
        case _:
            settings["type"] = OneALine()
    if parameter.repeatable:
        settings["multiple"] = True
    if parameter.default is not None:
        settings["default"] = parameter.default
    return option(lang, *parameter.names, key=parameter.key, metavar=parameter.metavar, **settings)


def common_options(lang: Lang) -> list[click.Parameter]:
    """``--lang``, ``-q``, ``-v``, ``--color``, ``--config``, ``--no-config``."""
    return [declared(lang, each) for each in COMMON]


def command(
    lang: Lang, name: str, params: list[click.Parameter], body: Callable[[Common, dict[str, Any]], int], key: str | None = None
) -> click.Command:
    """A command named ``name``: its own parameters, the common ones, and a body that returns the exit code.

    Its help is the message ``help.command.<key>``, by default of its name.
    """

    def call(**values: Any) -> int:  # noqa: ANN401 - whatever the parameters give
        context = click.get_current_context()
        given = context.get_parameter_source("lang") is not ParameterSource.DEFAULT
        return body(common_of(values, context.ensure_object(RunState), lang_given=given), values)

    text = render(message(f"help.command.{key or name}"), lang)
    return click.Command(name, params=[*params, *common_options(lang)], callback=call, help=text, add_help_option=False)
