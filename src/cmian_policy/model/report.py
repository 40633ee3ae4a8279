"""The result of a run, complete and ordered: what every format renders (cli.md, "JSON")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from cmian_policy.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.pack import Act, Fact
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Bilingual, Lang, Message
    from cmian_policy.model.verdict import Outcome

NoteKind = Literal[
    "nothing-checked",
    "policy-unusable",
    "register-unusable",
    "draft-release",
    "no-release",
    "waiver-expired",
    "waiver-expiring",
    "waiver-stale",
    "waiver-unmatched",
]
ExclusionReason = Literal["builtin", "gitignore", "config"]


class PolicyUsed(NamedTuple):
    """A release that judged the run; ``release`` is None for a pack that has none in force.

    ``commit`` is what git resolved the pack's source to and ``signed`` whether a trusted key signed it; both are None for a
    pack that does not come from git, ``signed`` also where no signature is asked for. ``rules``, ``acts`` and
    ``facts`` are the release's.
    """

    pack: str
    release: str | None
    in_force_from: date | None
    draft: bool
    sha256: str | None
    source: str
    disclaimer: Bilingual
    commit: str | None = None
    signed: bool | None = None
    rules: tuple[Rule, ...] = ()
    acts: tuple[Act, ...] = ()
    facts: tuple[Fact, ...] = ()


class RegisterUsed(NamedTuple):
    """The committee's register that the run looked into; nothing is known of it where none is configured."""

    configured: bool = False
    id: str | None = None
    source: str | None = None
    commit: str | None = None
    sha256: str | None = None
    signed: bool | None = None


class Note(NamedTuple):
    """Something about the run that is no finding."""

    kind: NoteKind
    message: Message
    rule: str | None = None
    project: str | None = None
    date: str | None = None


class Exclusion(NamedTuple):
    """A folder or manifest that the search left out."""

    path: str
    reason: ExclusionReason


class ManifestReport(NamedTuple):
    """One manifest and its findings, ordered by pointer and rule id; ``text`` is what excerpts are taken from."""

    path: str
    project: str | None
    status: str | None
    sha256: str | None
    verdict: Outcome
    facts: Mapping[str, Mapping[str, bool]]
    findings: tuple[Finding, ...]
    text: str


class Summary(NamedTuple):
    """Counts of findings by verdict, built-in rules included; ``blocking`` counts failing ones at that level."""

    manifests: int
    counts: Mapping[Verdict, int]
    blocking: int


class Report(NamedTuple):
    """A run. ``partial`` says that some rules were left out on request."""

    tool_version: str
    evaluated_on: date
    partial: bool
    lang: Lang
    policy: tuple[PolicyUsed, ...]
    verdict: Outcome
    notes: tuple[Note, ...]
    excluded: tuple[Exclusion, ...]
    manifests: tuple[ManifestReport, ...]
    register: RegisterUsed = RegisterUsed()

    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every manifest, in the order of the report."""
        return tuple(finding for manifest in self.manifests for finding in manifest.findings)

    def summary(self) -> Summary:
        """The counts of the run, taken from the findings themselves: nothing is inferred."""
        counts = dict.fromkeys(Verdict, 0)
        blocking = 0
        for finding in self.findings():
            counts[finding.verdict] += 1
            blocking += finding.verdict is Verdict.FAIL and finding.level is Level.BLOCKING
        return Summary(len(self.manifests), counts, blocking)
