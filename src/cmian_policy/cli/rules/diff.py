"""``rules diff OLD..NEW [POLICIES]``: what changed, in plain language and condition by condition; Markdown for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.diff import Difference, RuleDifference, difference
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import (
    as_json,
    as_text,
    fenced,
    format_option,
    markdown,
    paragraph,
    policies_argument,
)
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.authoring.changes import Change
    from cmian_policy.cli.told import Common
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    names = click.Argument(["names"], metavar="OLD..NEW")
    return command(lang, "diff", [names, policies_argument(), format_option(lang, "diff_format", "markdown")], _diff)


def _diff(common: Common, values: dict[str, Any]) -> int:
    found = difference(load_policy(policies_folder(values["policies"])), values["names"])
    match values["format"]:
        case "json":
            write_out(_as_json(found, common.lang))
        case "markdown":
            write_out(as_text(_markdown(found, common.lang)))
        case _:
            write_out(as_text(_text(found, common.lang)))
    return EXIT_OK


def _summary(found: Difference) -> Message:
    counts = {kind: sum(rule.kind == kind for rule in found.rules) for kind in ("added", "removed", "changed")}
    if not found.rules and not found.changes:
        return message("diff.same", old=found.old, new=found.new)
    return message(
        "diff.summary",
        added=message("diff.count.added", count=counts["added"]),
        removed=message("diff.count.removed", count=counts["removed"]),
        changed=message("diff.count.changed", count=counts["changed"]),
    )


def _heading(rule: RuleDifference) -> Message:
    if rule.old is None or rule.new is None:
        held: Rule | None = rule.new or rule.old
        key = "diff.added" if rule.old is None else "diff.removed"
        return message(key, rule=rule.id, version=held.version if held is not None else 0)
    return message("diff.changed", rule=rule.id, old=rule.old.version, new=rule.new.version)


def _changes(rule: RuleDifference) -> Iterator[Message]:
    """The changes; conditions that did not change under new words are worth saying too."""
    yield from (change.text for change in rule.changes)
    if rule.kind == "changed" and not rule.conditions:
        yield message("diff.same-conditions")


def _text(found: Difference, lang: Lang) -> Iterator[str]:
    yield f"{visible(found.old)}..{visible(found.new)}"
    yield say(_summary(found), lang)
    for change in found.changes:
        yield from paragraph(say(change.text, lang), "", "- ")
    yield from _block(found.conditions)
    for rule in found.rules:
        yield ""
        yield say(_heading(rule), lang)
        for text in _changes(rule):
            yield from paragraph(say(text, lang), "", "- ")
        yield from _block(rule.conditions)


def _block(conditions: str) -> Iterator[str]:
    yield from (f"    {visible(line)}".rstrip() for line in conditions.splitlines())


def _markdown(found: Difference, lang: Lang) -> Iterator[str]:
    yield f"## {markdown(found.old)} → {markdown(found.new)}"
    yield ""
    yield markdown(say(_summary(found), lang))
    if found.changes:
        yield ""
        yield from (f"- {markdown(say(change.text, lang))}" for change in found.changes)
    yield from _details(found.conditions)
    for rule in found.rules:
        yield from ("", f"### {markdown(say(_heading(rule), lang))}", "")
        yield from (f"- {markdown(say(text, lang))}" for text in _changes(rule))
        yield from _details(rule.conditions)


def _details(conditions: str) -> list[str]:
    return ["", *fenced(conditions, "diff")] if conditions else []


def _as_json(found: Difference, lang: Lang) -> str:
    return as_json(
        {
            "old": found.old,
            "new": found.new,
            "changes": [_change(change, lang) for change in found.changes],
            "conditions": found.conditions,
            "rules": [
                {
                    "id": rule.id,
                    "change": rule.kind,
                    "old_version": rule.old.version if rule.old is not None else None,
                    "new_version": rule.new.version if rule.new is not None else None,
                    "changes": [_change(change, lang) for change in rule.changes],
                    "conditions": rule.conditions,
                }
                for rule in found.rules
            ],
        }
    )


def _change(change: Change, lang: Lang) -> dict[str, str]:
    return {"aspect": change.aspect, "text": say(change.text, lang)}
