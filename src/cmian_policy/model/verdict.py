"""Verdicts and levels: what the tool says of a rule, of a manifest and of a run (rules.md, "Verdicts")."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How much a failing rule weighs; declared from the lightest to the heaviest."""

    NOTE = "note"
    ADVISORY = "advisory"
    BLOCKING = "blocking"

    @property
    def rank(self) -> int:
        """0 for the lightest."""
        return _RANKS[self]

    def capped(self, cap: Level) -> Level:
        """This level, or ``cap`` where that is lighter: a cap only lowers."""
        return cap if cap.rank < self.rank else self


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Verdict(StrEnum):
    """What one rule says of one manifest."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    REVIEW = "review"
    ERROR = "error"


class Outcome(StrEnum):
    """What a manifest, or a whole run, comes to; declared from the worst to the best."""

    NON_COMPLIANT = "non_compliant"
    ERROR = "error"
    REVIEW = "review"
    COMPLIANT = "compliant"
    NOT_APPLICABLE = "not_applicable"


_SEVERITY = {outcome: rank for rank, outcome in enumerate(Outcome)}


def worst(outcomes: list[Outcome]) -> Outcome:
    """The worst of several outcomes. Raises ``ValueError`` when there is none."""
    return min(outcomes, key=_SEVERITY.__getitem__)
