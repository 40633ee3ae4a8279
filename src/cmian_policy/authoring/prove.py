"""Proves the rules of a folder: their cases run, then their mutants against those cases (rules.md, "Cases")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.authoring.cases import CaseResult, CasesReport, Trial, wanted_versions
from cmian_policy.authoring.mutate import MutationResult, mutate
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cmian_policy.authoring.mutate import Spared
    from cmian_policy.model.pack import RuleVersion
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.policy import Policy


class VersionProof(NamedTuple):
    """What came of one rule version; ``path`` is its cases file.

    ``faults`` are those of the file as a whole. ``mutation`` is None where none was asked for, and where a case fails: what a
    failing case would kill says nothing.
    """

    rule: str
    version: int
    path: str
    cases: tuple[CaseResult, ...]
    faults: tuple[Message, ...]
    mutation: MutationResult | None


class Proof(NamedTuple):
    """What came of every rule version, in the order of the folder; ``mutated`` says whether mutation was asked for."""

    versions: tuple[VersionProof, ...]
    mutated: bool

    @property
    def cases(self) -> CasesReport:
        """The cases of all versions, with every fault that is not a survivor."""
        results = tuple(result for version in self.versions for result in version.cases)
        return CasesReport(len(self.versions), results, tuple(fault for version in self.versions for fault in version.faults))

    @property
    def mutations(self) -> tuple[MutationResult, ...]:
        """What became of the mutants of each version that had any tried."""
        return tuple(version.mutation for version in self.versions if version.mutation is not None)

    @property
    def killed(self) -> int:
        """The number of mutants that some case killed."""
        return sum(sum(mutation.killed.values()) for mutation in self.mutations)

    @property
    def survivors(self) -> tuple[Spared, ...]:
        """The mutants that no case killed though no reason is given."""
        return tuple(each for mutation in self.mutations for each in mutation.survivors)

    @property
    def equivalents(self) -> tuple[Spared, ...]:
        """The mutants that no case can kill, each with its reason."""
        return tuple(each for mutation in self.mutations for each in mutation.equivalents)

    @property
    def sound(self) -> bool:
        """Whether every case passed, nothing is missing and no mutant survived."""
        return not self.cases.failures and not self.survivors


def prove(
    policy: Policy,
    only: Sequence[str] = (),
    *,
    mutation: bool = True,
    progress: Callable[[RuleVersion, int, int], None] = lambda _version, _done, _total: None,
) -> Proof:
    """Runs the cases of every rule version of a folder, or of the rules named, and their mutants unless told otherwise.

    ``policy`` was loaded with its cases (``load_policy(…, with_cases=True)``). ``progress`` is called before each rule version
    with how many are done, of how many. Raises ``UsageError`` for a rule that the folder does not hold.
    """
    wanted = wanted_versions(policy, only)
    proofs = []
    for done, (pack, version) in enumerate(wanted):
        progress(version, done, len(wanted))
        proofs.append(_prove(Trial(policy, pack, version), mutation=mutation))
    return Proof(tuple(proofs), mutation)


def _prove(trial: Trial, *, mutation: bool) -> VersionProof:
    results, prepared = [], []
    for result, case in trial.run():
        results.append(result)
        if case is not None and not result.faults:
            prepared.append(case)
    wanted = mutation and bool(results) and len(prepared) == len(results)
    mutated = mutate(trial, tuple(prepared)) if wanted else None
    faults = (*trial.faults(), *(mutated.faults if mutated is not None else ()))
    return VersionProof(trial.rule.id, trial.rule.version, trial.shown, tuple(results), faults, mutated)
