"""``policy verify``: the local copies against the lock and the list of trusted keys, without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.cli.options import command
from cmian_policy.cli.policy.configured import configured
from cmian_policy.cli.terminal import say, write_error, write_out
from cmian_policy.engine.outcome import EXIT_NOTHING_CHECKED, EXIT_OK
from cmian_policy.model.text import message

if TYPE_CHECKING:
    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang, Message
    from cmian_policy.pipeline.sources import Held


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "verify", [], _verify, key="policy-verify")


def _verify(common: Common, _values: dict[str, Any]) -> int:
    held = configured(common.settings).verify()
    if not held:
        write_error(say(message("sources.none"), common.lang))
        return EXIT_NOTHING_CHECKED
    lines = [_line(each) for each in held] if common.style.verbosity >= 0 else []
    write_out("".join(f"{say(line, common.lang)}\n" for line in [*lines, message("sources.verified", count=len(held))]))
    return EXIT_OK


def _line(held: Held) -> Message:
    files = held.files
    if files.signer is None:
        return message("sources.unsigned", id=held.spec.id, commit=files.pin.commit, count=len(files.files))
    return message("sources.signed", id=held.spec.id, commit=files.pin.commit, count=len(files.files), signer=files.signer)
