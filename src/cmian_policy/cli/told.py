"""What every command is told beside its own parameters: a language, a style, a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.cli.configuration import applying
from cmian_policy.cli.terminal import wants_colour
from cmian_policy.errors import UsageError
from cmian_policy.model.settings import Settings
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.reporters import Style

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang


class RunState:
    """The language of what is still to be said: that of the command line until a configuration says otherwise."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang


class Common(NamedTuple):
    """The values of the options that every command accepts, and the configuration that applies."""

    lang: Lang
    style: Style
    settings: Settings = Settings()


def common_of(values: dict[str, Any], state: RunState, *, lang_given: bool) -> Common:
    """Takes the common options out of ``values``. ``lang_given`` tells whether somebody asked for that language.

    Raises ``UsageError`` for options that exclude each other and for a configuration that cannot be used.
    """
    quiet, verbose = values.pop("quiet"), values.pop("verbose")
    if quiet and verbose:
        raise UsageError(message("usage.quiet-and-verbose"))
    style = Style(verbosity=-1 if quiet else int(verbose), colour=wants_colour(values.pop("color")))
    settings = applying(values.pop("config"), values.get("paths", ()), none=values.pop("no_config"))
    lang: Lang = values.pop("lang")
    if settings.lang is not None and not lang_given:
        lang = settings.lang
    state.lang = lang
    return Common(lang, style, settings)
