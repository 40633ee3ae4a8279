"""What one rule says of one manifest, in words that are not yet in a language."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, TypeAlias

from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.model.location import Span
    from cmian_policy.model.problem import Correction
    from cmian_policy.model.rule import Basis, Reference, Source
    from cmian_policy.model.text import Bilingual, Message
    from cmian_policy.model.verdict import Level
    from cmian_policy.model.waiver import Waiver

Text: TypeAlias = "Bilingual | Message"


class Observation(NamedTuple):
    """One place where a rule is not met: ``require`` is the id of the condition, ``verdict`` what it gives, fail or review.

    ``correction`` is what would mend it, for what the tool can write by itself.
    """

    require: str
    pointer: str
    message: Text
    span: Span
    verdict: Verdict = Verdict.FAIL
    correction: Correction | None = None

    @property
    def fixable(self) -> bool:
        """Whether ``fix`` mends it without being asked for more."""
        return self.correction is not None and self.correction.safe


class LevelChange(NamedTuple):
    """A level still to come for this finding."""

    start: date
    level: Level


class Finding(NamedTuple):
    """The one finding of a rule on a manifest.

    ``pack``, ``release``, ``basis`` and ``source`` are None for the built-in rules. ``reason`` says why a rule is not
    applicable or could not be evaluated, ``level_reason`` what lowered the level. ``waiver`` is the act that excuses a waived
    one; ``fixable`` says that ``fix`` mends at least one of its observations. ``identity`` names the project in the fingerprint.
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
    identity: str
    waiver: Waiver | None = None
    fixable: bool = False

    @property
    def fingerprint(self) -> str:
        """What stays the same while the finding does; worked out when it is asked for, which the text report never does."""
        return fingerprint(self.identity, self.rule, *sorted({observation.pointer for observation in self.observations}))


def fingerprint(identity: str, rule: str, *pointers: str) -> str:
    """SHA-256 of project, rule and pointers (cli.md, "JSON"): it survives a moved line and a reworded message."""
    return hashlib.sha256(json.dumps([identity, rule, *pointers]).encode()).hexdigest()
