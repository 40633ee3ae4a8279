"""The exit code from what a run came to, and from the notes of a run that could not be (cli.md, "Exit codes")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.outcome import exit_code, manifest_outcome, run_outcome
from cmian_policy.model.finding import Finding
from cmian_policy.model.report import ManifestReport, Note, PolicyUsed, Report, Tally
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Level, Outcome, Verdict

if TYPE_CHECKING:
    from cmian_policy.model.report import NoteKind

TEXT = Bilingual("texte", "text")
ON = date(2026, 11, 23)
NC, ERROR, REVIEW, COMPLIANT, NA = Outcome
NOTE, ADVISORY, BLOCKING = Level
BUILT_IN = ("built-in", Verdict.PASS, BLOCKING)


def finding(rule: str, verdict: Verdict, level: Level) -> Finding:
    """A finding; one called ``built-in`` belongs to no pack."""
    return Finding(
        rule=rule, version=1, pack=None if rule == "built-in" else "test", release="2025.1", basis=None, verdict=verdict,
        level=level, level_reason=None, level_changes=(), title=TEXT, reason=None, observations=(), remediation=TEXT,
        source=None, references=(), identity="essai",
    )  # fmt: skip


def manifest(verdict: Outcome, *findings: tuple[str, Verdict, Level], status: str = "operational") -> ManifestReport:
    """A manifest that came to that verdict."""
    found = tuple(finding(*each) for each in findings)
    return ManifestReport("ai-manifest.yaml", "essai", status, None, verdict, {}, found, {})


def report(*manifests: ManifestReport, notes: tuple[NoteKind, ...] = (), release: str | None = "2025.1") -> Report:
    """A run of these manifests."""
    used = PolicyUsed("test", release, ON, draft=False, sha256=None, source="bundled", disclaimer=TEXT)
    said = tuple(Note(kind, message("note.nothing-in-force")) for kind in notes)
    return Report("1", ON, partial=False, lang="fr", policy=(used,), verdict=NA, notes=said, excluded=(), manifests=manifests)


ADVICE = manifest(COMPLIANT, ("A", Verdict.FAIL, ADVISORY), ("B", Verdict.PASS, BLOCKING))
ASKS = manifest(REVIEW, ("A", Verdict.REVIEW, BLOCKING))
REMARK = manifest(COMPLIANT, ("A", Verdict.FAIL, NOTE), ("B", Verdict.REVIEW, ADVISORY), ("C", Verdict.REVIEW, NOTE))
BLOCKED = manifest(NC, ("A", Verdict.FAIL, BLOCKING))


@pytest.mark.parametrize(
    ("one", "fail_on", "code"),
    [
        (ADVICE, ["blocking"], 0),
        (ADVICE, ["advisory"], 1),
        (ADVICE, ["review"], 0),
        (ADVICE, ["never"], 0),
        (ADVICE, ["never", "advisory"], 0),
        (ASKS, ["blocking"], 0),
        (ASKS, ["advisory"], 0),
        (ASKS, ["review"], 1),
        (ASKS, ["advisory", "review"], 1),
        (ASKS, ["never", "review"], 0),
        (REMARK, ["advisory", "review"], 0),
        (BLOCKED, ["blocking"], 1),
        (BLOCKED, ["advisory"], 1),
        (BLOCKED, ["never"], 0),
        (BLOCKED, [], 1),
    ],
)
def test_fail_on_changes_the_code(one: ManifestReport, fail_on: list[str], code: int) -> None:
    assert exit_code(report(one), fail_on) == code


def test_what_blocks_is_what_fails_a_run_that_asks_for_nothing_else() -> None:
    assert [exit_code(report(one)) for one in (ADVICE, ASKS, BLOCKED)] == [0, 0, 1]


@pytest.mark.parametrize("kind", ["policy-unusable", "register-unusable"])
def test_a_policy_or_register_that_cannot_be_used_is_4(kind: NoteKind) -> None:
    assert exit_code(report(notes=(kind,))) == 4
    assert exit_code(report(notes=("draft-release", kind))) == 4
    assert exit_code(report(notes=(kind,), release=None)) == 4


@pytest.mark.parametrize("kind", ["policy-unusable", "register-unusable"])
@pytest.mark.parametrize(("verdict", "code"), [(NC, 1), (ERROR, 4), (COMPLIANT, 0)])
def test_manifests_that_were_judged_decide_whatever_the_notes_say(kind: NoteKind, verdict: Outcome, code: int) -> None:
    """A rule that errs leaves a note of that kind beside its manifest's verdict."""
    assert exit_code(report(manifest(verdict), notes=(kind,))) == code


@pytest.mark.parametrize("notes", [(), ("nothing-checked",), ("draft-release",), ("waiver-expired",)])
def test_a_run_without_manifests_is_3(notes: tuple[NoteKind, ...]) -> None:
    assert exit_code(report(notes=notes)) == 3
    assert exit_code(report(notes=notes), ["never"]) == 3


@pytest.mark.parametrize("verdict", [COMPLIANT, NA, NC])
def test_no_release_in_force_is_3(verdict: Outcome) -> None:
    assert exit_code(report(manifest(verdict), release=None)) == 3


def test_nothing_checked_somewhere_is_3_unless_something_is_worse() -> None:
    said: tuple[NoteKind, ...] = ("draft-release", "nothing-checked")
    assert exit_code(report(manifest(COMPLIANT), notes=said)) == 3
    assert exit_code(report(ADVICE, notes=said), ["advisory"]) == 3
    assert exit_code(report(manifest(NC), manifest(COMPLIANT), notes=said)) == 1
    assert exit_code(report(manifest(ERROR), manifest(COMPLIANT), notes=said)) == 4
    assert exit_code(report(manifest(COMPLIANT), notes=("draft-release", "waiver-stale"))) == 0


def test_an_error_is_4_unless_another_manifest_is_non_compliant() -> None:
    broken = manifest(ERROR, ("A", Verdict.ERROR, NOTE))
    assert exit_code(report(broken, ADVICE), ["advisory"]) == 4
    assert exit_code(report(broken, BLOCKED)) == 1
    assert exit_code(report(broken, BLOCKED), ["never"]) == 4


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([("A", Verdict.FAIL, BLOCKING), ("B", Verdict.ERROR, BLOCKING)], NC),
        ([("A", Verdict.FAIL, ADVISORY), ("B", Verdict.ERROR, NOTE)], ERROR),
        ([("A", Verdict.REVIEW, BLOCKING), ("B", Verdict.ERROR, NOTE)], ERROR),
        ([("A", Verdict.REVIEW, BLOCKING), ("B", Verdict.PASS, BLOCKING)], REVIEW),
        ([("A", Verdict.REVIEW, ADVISORY)], COMPLIANT),
        ([("A", Verdict.WAIVED, BLOCKING)], COMPLIANT),
        ([("A", Verdict.NOT_APPLICABLE, BLOCKING)], NA),
        ([BUILT_IN], NA),
        ([("built-in", Verdict.FAIL, NOTE)], NA),
        ([("A", Verdict.NOT_APPLICABLE, BLOCKING), ("B", Verdict.PASS, NOTE)], COMPLIANT),
        ([], NA),
    ],
)
def test_the_verdict_of_a_manifest_is_the_worst_that_its_findings_come_to(
    findings: list[tuple[str, Verdict, Level]], expected: Outcome
) -> None:
    assert manifest_outcome(finding(*each) for each in [BUILT_IN, *findings]) is expected


@pytest.mark.parametrize(
    ("verdicts", "complete", "expected"),
    [
        ([], True, ERROR),
        ([COMPLIANT, REVIEW], True, REVIEW),
        ([COMPLIANT, NC, ERROR], True, NC),
        ([COMPLIANT, NC, ERROR], False, NC),
        ([COMPLIANT, ERROR, REVIEW], True, ERROR),
        ([COMPLIANT], False, ERROR),
        ([REVIEW], False, ERROR),
        ([COMPLIANT, NA], True, ERROR),
        ([NA], True, ERROR),
    ],
)
def test_the_verdict_of_a_run_is_the_worst_and_nothing_checked_is_an_error(
    verdicts: list[Outcome], expected: Outcome, *, complete: bool
) -> None:
    assert run_outcome(Tally.of(map(manifest, verdicts)), complete=complete) is expected


def test_retired_projects_are_expected_to_have_nothing_to_check() -> None:
    retired = manifest(NA, status="retired")
    assert run_outcome(Tally.of([retired])) is NA
    assert run_outcome(Tally.of([retired, manifest(COMPLIANT)])) is COMPLIANT
    assert exit_code(report(retired)) == 0
