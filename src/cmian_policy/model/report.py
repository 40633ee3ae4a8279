"""The result of a run, complete and ordered: what every format renders (cli.md, "JSON")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.pack import Act, Fact
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Bilingual, Lang, Message

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
    """One manifest and its findings, ordered by pointer and rule id.

    ``lines`` holds what excerpts are taken from, as ``location.lines_at`` gives it.
    """

    path: str
    project: str | None
    status: str | None
    sha256: str | None
    verdict: Outcome
    facts: Mapping[str, Mapping[str, bool]]
    findings: tuple[Finding, ...]
    lines: Mapping[int, str]

    @property
    def unchecked(self) -> bool:
        """Whether nothing was checked though something should have been: only a retired project may come out not applicable."""
        return self.verdict is Outcome.NOT_APPLICABLE and self.status != "retired"


class Kind(NamedTuple):
    """What findings are counted by; ``pack`` and ``release`` are None for the built-in rules."""

    pack: str | None
    release: str | None
    rule: str
    version: int
    verdict: Verdict
    level: Level


class Tally(NamedTuple):
    """The counts of a run: however many manifests it has, a policy has few rules.

    ``manifests`` counts by verdict and whether the manifest is ``unchecked``, ``findings`` by rule, verdict and level.
    """

    manifests: dict[tuple[Outcome, bool], int]
    findings: dict[Kind, int]

    @classmethod
    def of(cls, manifests: Iterable[ManifestReport]) -> Tally:
        """The counts of some manifests, in one pass."""
        tally = cls({}, {})
        for manifest in manifests:
            tally.add(manifest)
        return tally

    def add(self, manifest: ManifestReport) -> None:
        """Counts one more manifest."""
        fate = (manifest.verdict, manifest.unchecked)
        self.manifests[fate] = self.manifests.get(fate, 0) + 1
        for each in manifest.findings:
            kind = Kind(each.pack, each.release, each.rule, each.version, each.verdict, each.level)
            self.findings[kind] = self.findings.get(kind, 0) + 1

    @property
    def unchecked(self) -> int:
        """How many manifests nothing was checked on though something should have been."""
        return sum(count for (_, unchecked), count in self.manifests.items() if unchecked)

    def outcomes(self) -> dict[Outcome, int]:
        """How many manifests came to each verdict, 0 included."""
        return {outcome: sum(self.manifests.get((outcome, each), 0) for each in (False, True)) for outcome in Outcome}

    def verdicts(self) -> dict[Verdict, dict[Level, int]]:
        """How many findings came to each verdict at each level, 0 included."""
        counts = {verdict: dict.fromkeys(Level, 0) for verdict in Verdict}
        for kind, count in self.findings.items():
            counts[kind.verdict][kind.level] += count
        return counts


class Summary(NamedTuple):
    """Counts of findings by verdict, built-in rules included; ``blocking`` counts failing ones at that level."""

    manifests: int
    counts: Mapping[Verdict, int]
    blocking: int


class Report(NamedTuple):
    """A run. ``partial`` says that some rules were left out on request.

    ``manifests`` is ordered by path. It can be counted and gone through any number of times, but not indexed: those of a large
    run are on disk, and each time costs reading them. ``counted`` is their tally, None where nobody kept one.
    """

    tool_version: str
    evaluated_on: date
    partial: bool
    lang: Lang
    policy: tuple[PolicyUsed, ...]
    verdict: Outcome
    notes: tuple[Note, ...]
    excluded: tuple[Exclusion, ...]
    manifests: Collection[ManifestReport]
    register: RegisterUsed = RegisterUsed()
    counted: Tally | None = None

    def findings(self) -> Iterator[Finding]:
        """Every finding of every manifest, in the order of the report."""
        return (finding for manifest in self.manifests for finding in manifest.findings)

    def tally(self) -> Tally:
        """The counts of the run, taken from the findings themselves: nothing is inferred."""
        return Tally.of(self.manifests) if self.counted is None else self.counted

    def summary(self) -> Summary:
        """The tally as people ask for it."""
        verdicts = self.tally().verdicts()
        counts = {verdict: sum(levels.values()) for verdict, levels in verdicts.items()}
        return Summary(len(self.manifests), counts, verdicts[Verdict.FAIL][Level.BLOCKING])
