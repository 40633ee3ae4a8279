"""What one rule says of one manifest, in words that are not yet in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.model.location import Span
    from cmian_policy.model.rule import Basis, Reference, Source
    from cmian_policy.model.text import Bilingual, Message
    from cmian_policy.model.verdict import Level, Verdict

Text: TypeAlias = "Bilingual | Message"


class Observation(NamedTuple):
    """One place where a rule is not met. ``require`` is the id of the condition."""

    require: str
    pointer: str
    message: Text
    span: Span


class LevelChange(NamedTuple):
    """A level still to come for this finding."""

    start: date
    level: Level


class Finding(NamedTuple):
    """The one finding of a rule on a manifest.

    ``pack``, ``release``, ``basis`` and ``source`` are None for the built-in rules. ``reason`` says why a rule is not
    applicable or could not be evaluated, ``level_reason`` what lowered the level.
    """

    rule: str
    version: int
    pack: str | None
    release: str | None
    basis: Basis | None
    verdict: Verdict
    level: Level
    level_reason: Text | None
    level_changes: tuple[LevelChange, ...]
    title: Text
    reason: Text | None
    observations: tuple[Observation, ...]
    remediation: Text
    source: Source | None
    references: tuple[Reference, ...]
    fingerprint: str
