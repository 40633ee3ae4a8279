"""``rules list`` and ``rules log``: which versions of which rules there are, in which releases, from when to when."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cmian_policy.authoring.changes import rule_changes
from cmian_policy.authoring.names import find_versions, holding
from cmian_policy.loading.pack import load_rule, rule_versions
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.authoring.changes import Change
    from cmian_policy.model.pack import Pack, Release, RuleVersion
    from cmian_policy.model.rule import Rule
    from cmian_policy.pipeline.policy import Policy


class Entry(NamedTuple):
    """A version of a rule. ``start`` is the first day it is in force, ``end`` the first day it no longer is.

    ``start`` is None for a version that only drafts hold; ``end`` is None where no published release drops it.
    """

    pack: Pack
    rule: Rule
    releases: tuple[Release, ...]
    start: date | None
    end: date | None


class Step(NamedTuple):
    """A version in a rule's history, and what it changed in the version before."""

    entry: Entry
    previous: int | None
    changes: tuple[Change, ...]


def listing(policy: Policy) -> tuple[Entry, ...]:
    """Every version of every rule of a folder, by pack, rule and version."""
    return tuple(_entry(policy, pack, version) for pack in policy.packs for version in rule_versions(policy.documents, pack.id))


def history(policy: Policy, rule: str) -> tuple[Step, ...]:
    """The versions of one rule, the newest first. Raises ``UsageError`` for a rule that the folder does not hold."""
    pack, versions = find_versions(policy, rule)
    entries = [_entry(policy, pack, version) for version in versions]
    steps = [Step(entries[0], None, ())]
    for before, after in pairwise(entries):
        steps.append(Step(after, before.rule.version, rule_changes(before.rule, after.rule)))
    return tuple(reversed(steps))


def _entry(policy: Policy, pack: Pack, version: RuleVersion) -> Entry:
    releases = holding(pack, version)
    published = [release for release in releases if not release.draft]
    rule = load_rule(policy.documents, pack.id, version)
    if not published:
        return Entry(pack, rule, releases, None, None)
    successor = pack.successor(published[-1])
    return Entry(pack, rule, releases, published[0].in_force_from, successor.in_force_from if successor is not None else None)
