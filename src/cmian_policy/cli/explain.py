"""``explain RULE``: one rule as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.options import Common, command
from cmian_policy.cli.terminal import cache_folder, say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.errors import UsageError
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "explain", [click.Argument(["rule"])], _explain)


def _explain(common: Common, values: dict[str, Any]) -> int:
    policy = load_policy(cache_folder=cache_folder())
    # The newest published version of each rule: releases come in the order in which they come into force.
    found = {
        rule.id: (pack, release, rule)
        for pack in policy.packs
        for release in pack.releases
        if not release.draft
        for rule in policy.release(pack, release).rules
    }
    wanted = values["rule"]
    if wanted not in found:
        raise UsageError(_unknown(wanted, sorted(found)))
    write_out("\n".join(say(line, common.lang) if line is not None else "" for line in _page(*found[wanted])) + "\n")
    return EXIT_OK


def _unknown(rule: str, known: list[str]) -> Message:
    from cmian_policy.messages.suggest import nearest  # noqa: PLC0415 - only for a mistake

    near = nearest(rule, known)
    if near is not None:
        return message("explain.unknown-near", rule=rule, near=near)
    return message("explain.unknown", rule=rule, known=", ".join(known))


def _page(pack: Pack, release: Release, rule: Rule) -> Iterator[Message | None]:
    yield message("explain.head", rule=rule.id, version=rule.version, pack=pack.id, release=release.id)
    yield message("explain.title", title=rule.title)
    yield None
    yield from _source(rule)
    yield message("explain.rationale", rationale=rule.rationale)
    yield None
    yield message("explain.level", level=message(f"text.level.{rule.level.default}"))
    applies = rule.applies_when
    yield message("explain.always") if applies is None else message("explain.applies", otherwise=applies.otherwise)
    yield message("explain.requires")
    for require in rule.require:
        at = f"{require.for_each}/*{require.at}" if require.for_each is not None else require.at
        yield message("explain.require", pointer=at, message=require.message)
    yield None
    yield message("explain.remediation", remediation=rule.remediation)
    waivable = rule.waivable
    yield message("explain.not-waivable") if waivable is None else message("explain.waivable", by=waivable.by)
    yield from _references(rule)
    yield None
    yield message("explain.disclaimer", disclaimer=pack.disclaimer)


def _source(rule: Rule) -> Iterator[Message]:
    source = rule.source
    if source is None:
        yield message("explain.basis.law")
        return
    yield message(f"explain.basis.{rule.basis}", act=source.act, paragraph=source.paragraph)
    yield message("explain.quote", quote=source.quote)


def _references(rule: Rule) -> Iterator[Message]:
    for reference in rule.references:
        certainty = message(f"certainty.{reference.certainty}")
        yield message(
            "explain.reference", title=reference.title, article=reference.article, certainty=certainty, date=reference.checked_on
        )
