"""What findings come to: the verdict of a manifest, of a run, and the exit code (rules.md "Verdicts", cli.md "Exit codes")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.verdict import Level, Outcome, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import Report, Tally

FAIL_ON = ("blocking", "advisory", "review", "never")

EXIT_OK = 0
EXIT_NON_COMPLIANT = 1
EXIT_USAGE = 2
EXIT_NOTHING_CHECKED = 3
EXIT_UNUSABLE = 4
EXIT_BUG = 70


def manifest_outcome(findings: Iterable[Finding]) -> Outcome:
    """The verdict of one manifest. ``compliant`` needs at least one rule of a pack that was really evaluated."""
    found = tuple(findings)
    blocking = {finding.verdict for finding in found if finding.level is Level.BLOCKING}
    if Verdict.FAIL in blocking:
        return Outcome.NON_COMPLIANT
    if any(finding.verdict is Verdict.ERROR for finding in found):
        return Outcome.ERROR
    if Verdict.REVIEW in blocking:
        return Outcome.REVIEW
    evaluated = any(finding.pack is not None and finding.verdict is not Verdict.NOT_APPLICABLE for finding in found)
    return Outcome.COMPLIANT if evaluated else Outcome.NOT_APPLICABLE


def run_outcome(tally: Tally, *, complete: bool = True) -> Outcome:
    """The worst verdict of the manifests; ``error`` for a run without any, or in which nothing was checked.

    ``complete`` says that every manifest that was expected was there.
    """
    if not tally.manifests:
        return Outcome.ERROR
    verdict = worst([outcome for outcome, _ in tally.manifests])
    if verdict in {Outcome.NON_COMPLIANT, Outcome.ERROR}:
        return verdict
    return Outcome.ERROR if not complete or tally.unchecked else verdict


def exit_code(report: Report, fail_on: Collection[str] = ("blocking",)) -> int:
    """The exit code of a run, the same whatever the format. ``fail_on`` (of ``FAIL_ON``) changes the code, never the verdict."""
    tally = report.tally()
    verdicts = {outcome for outcome, _ in tally.manifests}
    if any(note.kind in {"policy-unusable", "register-unusable"} for note in report.notes) and not verdicts:
        return EXIT_UNUSABLE
    if not any(used.release for used in report.policy):
        return EXIT_NOTHING_CHECKED
    if Outcome.NON_COMPLIANT in verdicts and "never" not in fail_on:
        return EXIT_NON_COMPLIANT
    if Outcome.ERROR in verdicts:
        return EXIT_UNUSABLE
    if not verdicts or any(note.kind == "nothing-checked" for note in report.notes):
        return EXIT_NOTHING_CHECKED
    return EXIT_NON_COMPLIANT if _asked(tally, fail_on) else EXIT_OK


def _asked(tally: Tally, fail_on: Collection[str]) -> bool:
    """Whether ``--fail-on advisory`` or ``review`` makes the run fail."""
    if "never" in fail_on:
        return False
    wanted = set()
    if "advisory" in fail_on:
        wanted.add((Verdict.FAIL, Level.ADVISORY))
    if "review" in fail_on:
        wanted.add((Verdict.REVIEW, Level.BLOCKING))
    return any((kind.verdict, kind.level) in wanted for kind in tally.findings)
