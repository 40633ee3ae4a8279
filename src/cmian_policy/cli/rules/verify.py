"""``rules verify [POLICIES]``: the digests of everything published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.verify import Verified, verify
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import as_text, policies_argument
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message

if TYPE_CHECKING:
    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "verify", [policies_argument()], _verify)


def _verify(common: Common, values: dict[str, Any]) -> int:
    found = verify(policies_folder(values["policies"]))
    lines = [_line(each) for each in found] if common.style.verbosity >= 0 else []
    published = sum(each.files is not None for each in found)
    write_out(as_text(say(line, common.lang) for line in [*lines, message("verify.summary", count=published)]))
    return EXIT_OK


def _line(found: Verified) -> Message:
    if found.files is None:
        return message("verify.draft", release=found.name)
    return message("verify.release", release=found.name, count=found.files)
