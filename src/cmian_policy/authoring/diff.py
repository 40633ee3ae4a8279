"""``rules diff``: what changed between two releases of a pack, or two versions of a rule (rules.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.authoring.changes import Change, facts_changes, new_rule, rule_changes
from cmian_policy.authoring.conditions import facts_diff, rule_diff
from cmian_policy.authoring.names import find_release, find_version
from cmian_policy.errors import UsageError
from cmian_policy.loading.pack import load_facts, load_rule
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.rule import Rule
    from cmian_policy.pipeline.policy import Policy


class RuleDifference(NamedTuple):
    """A rule that differs: the changes in plain language, and a unified diff of its conditions (empty when they are the same)."""

    id: str
    kind: Literal["added", "removed", "changed"]
    old: Rule | None
    new: Rule | None
    changes: tuple[Change, ...]
    conditions: str


class Difference(NamedTuple):
    """What lies between two names: changes of the pack as a whole, then of each rule, sorted by its id."""

    old: str
    new: str
    changes: tuple[Change, ...]
    conditions: str
    rules: tuple[RuleDifference, ...]


def difference(policy: Policy, names: str) -> Difference:
    """What ``OLD..NEW`` names: two releases of one pack, or two versions of one rule, drafts included.

    Raises ``UsageError`` for names that are none, or that cannot be compared.
    """
    old, dots, new = names.partition("..")
    if not dots or "@" not in old or "@" not in new:
        raise UsageError(message("usage.diff-names", names=names))
    if old.partition("@")[0] != new.partition("@")[0]:
        raise UsageError(message("usage.diff-unlike", old=old, new=new))
    if policy.pack(old.partition("@")[0]) is not None:
        return _releases(policy, old, new)
    return _versions(policy, old, new)


def _versions(policy: Policy, old: str, new: str) -> Difference:
    rules = []
    for name in (old, new):
        pack, version = find_version(policy, name)
        rules.append(load_rule(policy.documents, pack.id, version))
    changed = () if old == new else (_compared(*rules),)
    return Difference(old, new, (), "", changed)


def _releases(policy: Policy, old: str, new: str) -> Difference:
    pack, before = find_release(policy, old)
    _, after = find_release(policy, new)
    facts = [load_facts(policy.documents, pack.id, release.facts_version) for release in (before, after)]
    changes = [*_act_changes(before, after)]
    if before.facts_version != after.facts_version:
        changes += facts_changes(*facts)
    return Difference(old, new, tuple(changes), facts_diff(pack.id, *facts), tuple(_rules(policy, pack, before, after)))


def _act_changes(before: Release, after: Release) -> Iterator[Change]:
    for act in after.acts:
        if act not in before.acts:
            yield Change("sources.added", message("diff.act-added", act=act))
    for act in before.acts:
        if act not in after.acts:
            yield Change("sources.removed", message("diff.act-removed", act=act))


def _rules(policy: Policy, pack: Pack, before: Release, after: Release) -> Iterator[RuleDifference]:
    old, new = dict(before.rules), dict(after.rules)
    rules = [
        {version.id: load_rule(policy.documents, pack.id, version) for version in release.rules} for release in (before, after)
    ]
    for rule in sorted(old.keys() | new.keys()):
        if rule not in old:
            yield _added(rules[1][rule])
        elif rule not in new:
            yield _removed(rules[0][rule])
        elif old[rule] != new[rule]:
            yield _compared(rules[0][rule], rules[1][rule])


def _added(rule: Rule) -> RuleDifference:
    return RuleDifference(rule.id, "added", None, rule, new_rule(rule), rule_diff(None, rule))


def _removed(rule: Rule) -> RuleDifference:
    gone = Change("rule.removed", message("diff.gone", title=rule.title))
    return RuleDifference(rule.id, "removed", rule, None, (gone,), rule_diff(rule, None))


def _compared(old: Rule, new: Rule) -> RuleDifference:
    return RuleDifference(new.id, "changed", old, new, rule_changes(old, new), rule_diff(old, new))
