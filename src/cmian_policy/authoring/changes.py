"""What changed between two versions of a rule, or of a facts file, in plain language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.text import LANGS, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Reference, Require, Rule, Source, Waivable
    from cmian_policy.model.text import Bilingual, Message
    from cmian_policy.model.verdict import Level


class Change(NamedTuple):
    """One change. ``aspect`` never changes with the language: the field of the rule, and ``added`` or ``removed``."""

    aspect: str
    text: Message


def rule_changes(old: Rule, new: Rule) -> tuple[Change, ...]:
    """What differs between two versions of a rule, in the order of a rule file."""
    return (
        *_title(old.title, new.title),
        *_basis(old, new),
        *_references(old, new),
        *_reworded("rationale", message("diff.what.rationale"), old.rationale, new.rationale),
        *_applicability(old, new),
        *_requires(old, new),
        *_levels(old, new),
        *_reworded("remediation", message("diff.what.remediation"), old.remediation, new.remediation),
        *_waivable(old, new),
    )


def new_rule(rule: Rule) -> tuple[Change, ...]:
    """What a rule that was not there before is: its basis, its level, what it asks for."""
    level = message("diff.new", basis=basis_name(rule), level=level_name(rule.level.default), title=rule.title)
    return (Change("rule.added", level), *(_require("require.added", require) for require in rule.require))


def basis_name(rule: Rule) -> Message:
    """A rule's basis as people call it."""
    match rule.basis:
        case "deliberation":
            return message("rules.basis.deliberation")
        case "interpretation":
            return message("rules.basis.interpretation")
        case "law":
            return message("rules.basis.law")


def level_name(level: Level | None) -> Message:
    """A level as people call it; None is the default level."""
    return message("diff.by-default") if level is None else message(f"text.level.{level}")


def _title(old: Bilingual, new: Bilingual) -> Iterator[Change]:
    for lang in LANGS:
        if old.get(lang) != new.get(lang):
            yield Change("title", message("diff.title", lang=lang, old=old.get(lang), new=new.get(lang)))


def _reworded(aspect: str, what: Message, old: Bilingual, new: Bilingual) -> Iterator[Change]:
    langs = ", ".join(lang for lang in LANGS if old.get(lang) != new.get(lang))
    if langs:
        yield Change(aspect, message("diff.reworded", what=what, langs=langs))


def _basis(old: Rule, new: Rule) -> Iterator[Change]:
    if old.basis != new.basis:
        yield Change("basis", message("diff.basis", old=basis_name(old), new=basis_name(new)))
    if old.source != new.source:
        yield Change("source", message("diff.source", old=_passage(old.source), new=_passage(new.source)))


def _passage(source: Source | None) -> Message:
    if source is None:
        return message("diff.none")
    return message("diff.passage", act=source.act, paragraph=source.paragraph, quote=source.quote)


def _references(old: Rule, new: Rule) -> Iterator[Change]:
    before, after = ({(each.title, each.article): each for each in rule.references} for rule in (old, new))
    for name in sorted(after.keys() - before.keys()):
        yield Change("references.added", message("diff.reference-added", reference=_reference(after[name])))
    for name in sorted(before.keys() - after.keys()):
        yield Change("references.removed", message("diff.reference-removed", reference=_reference(before[name])))
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield Change("references", message("diff.reference-changed", reference=_reference(after[name])))


def _reference(reference: Reference) -> Message:
    return message(
        "diff.reference",
        title=reference.title,
        article=reference.article,
        certainty=message(f"certainty.{reference.certainty}"),
        date=reference.checked_on,
    )


def _applicability(old: Rule, new: Rule) -> Iterator[Change]:
    before, after = old.applies_when, new.applies_when
    if before is not None and after is not None:
        if before.cel != after.cel:
            yield Change("applies_when", message("diff.applies-when"))
        yield from _reworded("applies_when.otherwise", message("diff.what.otherwise"), before.otherwise, after.otherwise)
    elif after is not None:
        yield Change("applies_when", message("diff.sometimes", otherwise=after.otherwise))
    elif before is not None:
        yield Change("applies_when", message("diff.always"))
    if old.retired != new.retired:
        yield Change("retired", message("diff.retired" if new.retired else "diff.not-retired"))


def _requires(old: Rule, new: Rule) -> Iterator[Change]:
    before, after = ({require.id: require for require in rule.require} for rule in (old, new))
    yield from (_require("require.removed", require) for require in old.require if require.id not in after)
    yield from (_require("require.added", require) for require in new.require if require.id not in before)
    for require in new.require:
        if require.id in before:
            yield from _within(before[require.id], require)


def _require(aspect: str, require: Require) -> Change:
    key = "diff.require-added" if aspect == "require.added" else "diff.require-removed"
    return Change(aspect, message(key, id=require.id, pointer=_pointer(require), message=require.message))


def _pointer(require: Require) -> str:
    return f"{require.for_each}/*{require.at}" if require.for_each is not None else require.at


def _within(old: Require, new: Require) -> Iterator[Change]:
    if old.cel != new.cel:
        yield Change("require.cel", message("diff.require-cel", id=new.id))
    if old.when != new.when:
        yield Change("require.when", message("diff.require-when", id=new.id))
    if _pointer(old) != _pointer(new):
        yield Change("require.at", message("diff.require-at", id=new.id, old=_pointer(old), new=_pointer(new)))
    for aspect, before, after in (("otherwise", old.otherwise, new.otherwise), ("empty", old.empty, new.empty)):
        if before != after:
            words = {"old": message(f"text.verdict.{before}"), "new": message(f"text.verdict.{after}")}
            key = "diff.require-otherwise" if aspect == "otherwise" else "diff.require-empty"
            yield Change(f"require.{aspect}", message(key, id=new.id, **words))
    yield from _reworded("require.message", message("diff.what.message", id=new.id), old.message, new.message)


def _levels(old: Rule, new: Rule) -> Iterator[Change]:
    before, after = old.level, new.level
    if before.default != after.default:
        words = {"old": level_name(before.default), "new": level_name(after.default)}
        yield Change("level.default", message("diff.level", **words))
    for status in sorted(before.by_status.keys() | after.by_status.keys()):
        one, other = before.by_status.get(status), after.by_status.get(status)
        if one != other:
            words = {"status": message(f"status.{status}"), "old": level_name(one), "new": level_name(other)}
            yield Change("level.by_status", message("diff.level-status", **words))
    for entry in before.schedule:
        if entry not in after.schedule:
            words = {"level": level_name(entry.level)}
            yield Change("level.schedule.removed", message("diff.schedule-removed", date=entry.start.isoformat(), **words))
    for entry in after.schedule:
        if entry not in before.schedule:
            words = {"level": level_name(entry.level)}
            yield Change("level.schedule.added", message("diff.schedule-added", date=entry.start.isoformat(), **words))


def _waivable(old: Rule, new: Rule) -> Iterator[Change]:
    if old.waivable != new.waivable:
        yield Change("waivable", message("diff.waivable", old=_waiver(old.waivable), new=_waiver(new.waivable)))


def _waiver(waivable: Waivable | None) -> Message:
    if waivable is None:
        return message("diff.not-waivable")
    if waivable.exception is None:
        return message("diff.waivable-by", by=waivable.by)
    return message("diff.waivable-for", by=waivable.by, exception=waivable.exception)


def facts_changes(old: FactsFile, new: FactsFile) -> Iterator[Change]:
    """What differs between two versions of a facts file."""
    yield Change("facts", message("diff.facts", old=old.version, new=new.version))
    before, after = ({fact.name: fact for fact in facts.facts} for facts in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield Change("facts.added", message("diff.fact-added", name=name, title=after[name].title))
        elif name not in after:
            yield Change("facts.removed", message("diff.fact-removed", name=name, title=before[name].title))
        elif before[name] != after[name]:
            yield Change("facts.changed", message("diff.fact-changed", name=name, title=after[name].title))
    if old.grace_days != new.grace_days:
        yield Change("facts.grace_days", message("diff.grace", old=old.grace_days, new=new.grace_days))
    if old.ladder != new.ladder:
        yield Change("facts.ladder", message("diff.ladder"))
    if old.scope != new.scope:
        yield Change("facts.scope", message("diff.scope"))
