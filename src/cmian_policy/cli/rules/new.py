"""``rules new PACK/ID [POLICIES]``: the template of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.scaffold import new_rule
from cmian_policy.cli.folders import written_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import as_text, policies_argument
from cmian_policy.cli.terminal import say, today, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "new", [click.Argument(["rule"], metavar="PACK/ID"), policies_argument()], _new)


def _new(common: Common, values: dict[str, Any]) -> int:
    folder = written_folder(values["policies"], may_be_absent=True)
    written = new_rule(folder, values["rule"], today())
    shown = folder.as_posix()
    lines = [
        *(message("new.created", path=f"{shown}/{path}") for path in written.created),
        *(message("new.changed", path=f"{shown}/{path}") for path in written.changed),
        message("new.next", folder=shown, rule=written.rule.partition("/")[2]),
    ]
    write_out(as_text(say(line, common.lang) for line in (lines[-1:] if common.style.verbosity < 0 else lines)))
    return EXIT_OK
