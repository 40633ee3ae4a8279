"""What there is to know of a rule, for ``explain``: the rule itself, examples that its cases prove, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.cases import merge_patch
from cmian_policy.loading.pack import load_rule
from cmian_policy.model.location import tokens
from cmian_policy.model.pack import RuleVersion
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.model.document import Plain
    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.rule import Rule
    from cmian_policy.pipeline.extract import Extracts
    from cmian_policy.pipeline.policy import Policy

Data = dict[str, Any]


class Example(NamedTuple):
    """The part of a tested manifest that a rule looks at, with what the register holds under ``register`` where it counts.

    ``pointers`` are where it fails.
    """

    case: str
    manifest: dict[str, Plain]
    pointers: tuple[str, ...]


class Held(NamedTuple):
    """A release that holds the rule, and in which version."""

    release: Release
    version: int


class Page(NamedTuple):
    """A rule in the version in force on a date (the newest published one where none is), with proof and history.

    ``release`` is the one that the version was taken from; the examples are None where the cases file has none.
    """

    pack: Pack
    release: Release
    rule: Rule
    passing: Example | None
    failing: Example | None
    history: tuple[Held, ...]


def rule_ids(policy: Policy) -> tuple[str, ...]:
    """The ids of every rule that a published release holds, sorted."""
    published = (release for pack in policy.packs for release in pack.releases if not release.draft)
    return tuple(sorted({version.id for release in published for version in release.rules}))


def page(policy: Policy, extracts: Extracts, rule_id: str, on: date) -> Page | None:
    """The page of a rule, or None when no published release holds it; ``extracts`` gives its cases and their bases."""
    for pack in policy.packs:
        history = _history(pack, rule_id)
        if history:
            held = _current(pack, history, on)
            rule = load_rule(policy.documents, pack.id, RuleVersion(rule_id, held.version))
            passing, failing = _examples(extracts, pack, rule)
            return Page(pack, held.release, rule, passing, failing, history)
    return None


def _history(pack: Pack, rule_id: str) -> tuple[Held, ...]:
    published = (release for release in pack.releases if not release.draft)
    return tuple(Held(release, version.version) for release in published for version in release.rules if version.id == rule_id)


def _current(pack: Pack, history: tuple[Held, ...], on: date) -> Held:
    in_force = pack.in_force(on)
    return next((held for held in history if held.release == in_force), history[-1])


def _examples(extracts: Extracts, pack: Pack, rule: Rule) -> tuple[Example | None, Example | None]:
    path = f"{pack.id}/rules/{rule.id}/v{rule.version}.cases.yaml"
    file = cast("Data", extracts.get(path) or {"cases": []})
    return _example(extracts, pack, rule, file, "pass"), _example(extracts, pack, rule, file, "fail")


def _example(extracts: Extracts, pack: Pack, rule: Rule, file: Data, expected: str) -> Example | None:
    """The first case of a kind that has something to show, or the first where all of them lack what the rule looks at."""
    # A case that leans on the register would show the same manifest passing and failing: those that do not come first.
    cases = sorted((case for case in file["cases"] if case["expect"] == expected), key=lambda case: "record" in case)
    examples = [_shown(extracts, pack, rule, file, case) for case in cases]
    telling = (example for example in examples if all(example.manifest.values()) and example.manifest)
    return next(telling, examples[0] if examples else None)


def _shown(extracts: Extracts, pack: Pack, rule: Rule, file: Data, case: Data) -> Example:
    base = cast("Data", extracts.get(f"{pack.id}/bases/{case.get('base') or file['base']}"))
    data = cast("Data", merge_patch(base, case.get("patch", {})))
    seen = _looked_at(data, rule)
    if "record" in case:  # what the committee's register holds is what decides: without it, passing and failing look alike
        seen["register"] = case["record"]
    return Example(case["name"], seen, tuple(case.get("at", ())))


def _looked_at(data: Data, rule: Rule) -> dict[str, Plain]:
    """Of a manifest, the parts that the rule's pointers lead to, two levels deep."""
    seen: dict[str, Plain] = {}
    for require in rule.require:
        section, *rest = tokens(require.for_each if require.for_each is not None else require.at)
        held = data.get(section)
        if isinstance(held, dict) and rest and rest[0] in held:
            cast("Data", seen.setdefault(section, {}))[rest[0]] = held[rest[0]]
        elif isinstance(held, dict):
            seen.setdefault(section, {})
        elif held is not None:
            seen[section] = held
    return seen
