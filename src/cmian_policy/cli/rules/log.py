"""``rules log RULE [POLICIES]``: the versions of a rule, the releases that hold them, and what each one changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.changes import basis_name
from cmian_policy.authoring.history import Step, history
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import as_json, as_text, format_option, levels, paragraph, policies_argument
from cmian_policy.cli.rules.list import entry_data
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.cli.told import Common
    from cmian_policy.model.pack import Release
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "log", [click.Argument(["rule"]), policies_argument(), format_option(lang, "log_format")], _log)


def _log(common: Common, values: dict[str, Any]) -> int:
    steps = history(load_policy(policies_folder(values["policies"])), values["rule"])
    if values["format"] == "json":
        write_out(as_json({"rule": values["rule"], "versions": [_data(step, common.lang) for step in steps]}))
    else:
        write_out(as_text(_lines(steps, common.lang)))
    return EXIT_OK


def _lines(steps: Sequence[Step], lang: Lang) -> Iterator[str]:
    newest = steps[0].entry
    yield say(message("log.head", rule=newest.rule.id, pack=newest.pack.id, title=newest.rule.title), lang)
    for step in steps:
        rule = step.entry.rule
        yield ""
        level = levels(rule.level, lang)
        yield say(message("log.version", version=rule.version, basis=basis_name(rule), level=level), lang)
        for release in step.entry.releases:
            yield from paragraph(say(_release(release), lang), "  ")
        if step.entry.end is not None:
            yield from paragraph(say(message("log.until", date=step.entry.end.isoformat()), lang), "  ")
        if step.previous is not None:
            yield say(message("log.changes", version=step.previous), lang)
        for change in step.changes:
            yield from paragraph(say(change.text, lang), "  ", "- ")


def _release(release: Release) -> Message:
    start = release.in_force_from.isoformat()
    if release.published is None:
        return message("log.draft", release=release.id, start=start)
    key = "log.reconstructed" if release.reconstructed else "log.release"
    return message(key, release=release.id, start=start, published=release.published.isoformat())


def _data(step: Step, lang: Lang) -> dict[str, Any]:
    changes = [{"aspect": change.aspect, "text": say(change.text, lang)} for change in step.changes]
    return {**entry_data(step.entry, lang), "previous": step.previous, "changes": changes}
