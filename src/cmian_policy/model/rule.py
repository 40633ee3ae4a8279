"""A version of a rule, as the committee wrote it (rules.md, "A rule version")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cmian_policy.model.text import Bilingual
    from cmian_policy.model.verdict import Level, Verdict
    from cmian_policy.model.waiver import Authority

Basis = Literal["deliberation", "interpretation", "law"]


class Source(NamedTuple):
    """The words of an act that a rule encodes; ``quote`` occurs in the paragraph word for word."""

    act: str
    paragraph: str
    quote: str


class Reference(NamedTuple):
    """Law beside a rule, with how certain the encoder is of it."""

    title: str
    article: str
    url: str | None
    applies_from: str | None
    checked_on: str
    certainty: str


class Applicability(NamedTuple):
    """When a rule applies, and the reason printed where it does not."""

    cel: str
    otherwise: Bilingual


class Require(NamedTuple):
    """One condition of a rule.

    ``at`` is the pointer of what is judged, relative to the item where ``for_each`` names a list; ``when`` guards this
    condition alone; ``empty`` says what a list without items gives; ``otherwise`` is what a false condition gives.
    """

    id: str
    cel: str
    at: str
    message: Bilingual
    otherwise: Verdict
    for_each: str | None
    empty: Verdict
    when: str | None


class ScheduledLevel(NamedTuple):
    """A level from a date on."""

    start: date
    level: Level


class LevelPolicy(NamedTuple):
    """How much a rule weighs, by date and by the project's status."""

    default: Level
    by_status: Mapping[str, Level]
    schedule: tuple[ScheduledLevel, ...]

    def declared(self, on: date) -> Level:
        """The level before any status or cap: the last scheduled one already in force, else the default."""
        current = self.default
        for entry in self.schedule:
            if entry.start <= on:
                current = entry.level
        return current


class Waivable(NamedTuple):
    """Who may waive the rule; ``exception`` is the legal provision that allows it where the basis is law."""

    by: Bilingual
    authority: Authority
    exception: str | None


class Rule(NamedTuple):
    """One version of one rule. ``applies_when`` is None for a rule that always applies."""

    id: str
    version: int
    title: Bilingual
    basis: Basis
    source: Source | None
    references: tuple[Reference, ...]
    rationale: Bilingual
    applies_when: Applicability | None
    retired: bool
    require: tuple[Require, ...]
    level: LevelPolicy
    remediation: Bilingual
    waivable: Waivable | None
