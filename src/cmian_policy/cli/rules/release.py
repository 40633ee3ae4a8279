"""``rules release PACK@RELEASE [POLICIES]``: publishes a draft, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.release import Refusal, Released, release
from cmian_policy.cli.folders import written_folder
from cmian_policy.cli.options import Day, command, option
from cmian_policy.cli.rules.layout import as_text, policies_argument
from cmian_policy.cli.terminal import say, today, write_error, write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["release"], metavar="PACK@RELEASE"),
        policies_argument(),
        option(lang, "--published", key="published", type=Day(), metavar="YYYY-MM-DD"),
    ]
    return command(lang, "release", params, _release)


def _release(common: Common, values: dict[str, Any]) -> int:
    done = release(written_folder(values["policies"]), values["release"], values["published"] or today())
    if done.refusals:
        for refusal in done.refusals:
            write_error(say(_fault(refusal), common.lang))
        write_error(say(message("release.refused", release=done.name, count=len(done.refusals)), common.lang))
        return EXIT_NON_COMPLIANT
    lines = list(_lines(done))
    write_out(as_text(say(line, common.lang) for line in (lines[-1:] if common.style.verbosity < 0 else lines)))
    return EXIT_OK


def _fault(refusal: Refusal) -> Message:
    if refusal.location is None:
        return message("release.fault", fault=refusal.message)
    return message("release.fault-at", place=str(refusal.location), fault=refusal.message)


def _lines(done: Released) -> Iterator[Message]:
    if done.written:
        yield message("release.done", release=done.name, date=done.published.isoformat(), count=done.digests)
    else:
        yield message("release.already", release=done.name, date=done.published.isoformat())
    for path in done.written:
        yield message("release.written", path=path)
    for name in done.unsealed:
        yield message("release.unsealed", release=name)
