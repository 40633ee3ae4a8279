"""The conditions of a rule, or of a facts file, as lines that a unified diff can compare."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Require, Rule

# Each part of a conjunction or a disjunction on its own line: what changed in a long condition is then one line.
_JOINT = re.compile(r"\s+(?=&&|\|\|)")
_NOTHING = "/dev/null"


def rule_diff(old: Rule | None, new: Rule | None) -> str:
    """A unified diff of the conditions of two versions of a rule; None is a version that does not exist."""
    return _diff(
        f"{old.id}@{old.version}" if old is not None else _NOTHING,
        f"{new.id}@{new.version}" if new is not None else _NOTHING,
        list(_rule_lines(old)) if old is not None else [],
        list(_rule_lines(new)) if new is not None else [],
    )


def facts_diff(pack: str, old: FactsFile, new: FactsFile) -> str:
    """A unified diff of the conditions of two versions of a facts file."""
    before, after = (f"{pack}/facts/v{facts.version}.yaml" for facts in (old, new))
    return _diff(before, after, list(_facts_lines(old)), list(_facts_lines(new)))


def _diff(old_name: str, new_name: str, old: list[str], new: list[str]) -> str:
    return "\n".join(unified_diff(old, new, old_name, new_name, lineterm=""))


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield from ["applies_when: always"] if rule.applies_when is None else _condition("applies_when", rule.applies_when.cel)
    for require in rule.require:
        yield from _require_lines(require)


def _require_lines(require: Require) -> Iterator[str]:
    yield f"require {require.id}:"
    if require.for_each is not None:
        yield f"  for_each: {require.for_each}"
        yield f"  empty: {require.empty}"
    if require.when is not None:
        yield from _condition("  when", require.when)
    yield from _condition("  cel", require.cel)
    yield f"  at: {require.at}"
    yield f"  otherwise: {require.otherwise}"


def _facts_lines(facts: FactsFile) -> Iterator[str]:
    for fact in facts.facts:
        yield from _condition(f"fact {fact.name}", fact.cel)
    for cap in facts.scope:
        yield from _condition(f"scope {cap.cap}", cap.cel)


def _condition(label: str, cel: str) -> list[str]:
    """A condition under its label, over several lines where it joins several parts."""
    lines = [line for part in _JOINT.split(cel) for line in part.splitlines()]
    if len(lines) == 1:
        return [f"{label}: {lines[0]}"]
    margin = " " * (len(label) - len(label.lstrip(" ")) + 2)
    return [f"{label}:", *(f"{margin}{line}" for line in lines)]
