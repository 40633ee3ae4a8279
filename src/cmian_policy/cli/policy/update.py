"""``policy update``: what the references of the git sources stand for today, into the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.cli.options import command, option
from cmian_policy.cli.policy.configured import configured
from cmian_policy.cli.terminal import say, write_error, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message

if TYPE_CHECKING:
    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang, Message
    from cmian_policy.pipeline.sources import Held

_SAID = {"new": "sources.new", "same": "sources.same", "moved": "sources.moved", "rewritten": "sources.moved"}


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "update", [option(lang, "--locked", key="locked", is_flag=True)], _update)


def _update(common: Common, values: dict[str, Any]) -> int:
    held = configured(common.settings).update(locked=values["locked"])
    lines = [_line(each, "sources.locked" if values["locked"] else _SAID[each.change]) for each in held]
    summary = message("sources.updated", count=len(held)) if held else message("sources.none")
    shown = [*lines, summary] if common.style.verbosity >= 0 else [summary]
    write_out("".join(f"{say(line, common.lang)}\n" for line in shown))
    for each in held:
        if each.change == "rewritten":
            write_error(say(message("sources.rewritten", id=each.spec.id, ref=each.spec.ref or ""), common.lang))
    return EXIT_OK


def _line(held: Held, key: str) -> Message:
    return message(key, id=held.spec.id, ref=held.spec.ref or "", commit=held.files.pin.commit)
