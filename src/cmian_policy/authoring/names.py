"""What the bench calls things: ``PACK@RELEASE`` and ``RULE@VERSION``, found in a policy folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.loading.pack import rule_versions
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from cmian_policy.model.pack import Pack, Release, RuleVersion
    from cmian_policy.pipeline.policy import Policy


def find_release(policy: Policy, name: str) -> tuple[Pack, Release]:
    """The release that ``PACK@RELEASE`` names, drafts included. Raises ``UsageError`` with the known ones when it names none."""
    pack_id, _, release_id = name.partition("@")
    pack = policy.pack(pack_id)
    release = pack.release(release_id) if pack is not None else None
    if pack is None or release is None:
        known = ", ".join(f"{pack.id}@{release.id}" for pack in policy.packs for release in pack.releases)
        raise UsageError(message("usage.unknown-release", name=name, known=known))
    return pack, release


def find_versions(policy: Policy, rule: str) -> tuple[Pack, tuple[RuleVersion, ...]]:
    """The pack of a rule and all its versions, sorted. Raises ``UsageError`` with the known rules when there is none."""
    known: set[str] = set()
    for pack in policy.packs:
        versions = rule_versions(policy.documents, pack.id)
        found = tuple(version for version in versions if version.id == rule)
        if found:
            return pack, found
        known |= {version.id for version in versions}
    raise UsageError(message("rules.unknown-rule", rule=rule, known=", ".join(sorted(known))))


def find_version(policy: Policy, name: str) -> tuple[Pack, RuleVersion]:
    """The rule version that ``RULE@VERSION`` names. Raises ``UsageError`` with the known ones when it names none."""
    rule, _, number = name.partition("@")
    pack, versions = find_versions(policy, rule)
    wanted = next((version for version in versions if str(version.version) == number), None)
    if wanted is None:
        known = ", ".join(f"{version.id}@{version.version}" for version in versions)
        raise UsageError(message("usage.unknown-version", name=name, known=known))
    return pack, wanted


def holding(pack: Pack, version: RuleVersion) -> tuple[Release, ...]:
    """The releases that hold a rule version, in the order in which they come into force."""
    return tuple(release for release in pack.releases if version in release.rules)
