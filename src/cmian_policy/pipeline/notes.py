"""What a report says of the run itself: nothing checked, a draft, a pack without release, a rule that could not be evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy import __version__
from cmian_policy.errors import PolicyError
from cmian_policy.model.report import Note, RegisterUsed, Report
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from cmian_policy.errors import RegisterError
    from cmian_policy.loading.discovery import Found
    from cmian_policy.model.report import ManifestReport, NoteKind, PolicyUsed, Tally
    from cmian_policy.model.text import Lang


def run_notes(
    reports: Iterable[ManifestReport], tally: Tally, policies: Sequence[PolicyUsed], found: Found, waivers: Iterable[Note] = ()
) -> tuple[Note, ...]:
    """The notes of a run, in the order: policies, rules in error, waivers, what was not checked.

    The manifests are gone through at most once, and only where their tally says that there is something to say.
    """
    missing = (Note("nothing-checked", message("note.expected-nowhere", pattern=pattern)) for pattern in found.unmatched)
    said = dict.fromkeys(waivers)  # manifests of one project share its waivers
    errors, unchecked = _notes_of_manifests(reports) if tally.unchecked or tally.outcomes()[Outcome.ERROR] else ([], [])
    return (*_policy_notes(policies), *errors, *said, *missing, *(_unchecked_run(tally, policies, found) or unchecked))


def unusable_report(
    error: PolicyError | RegisterError,
    on: date,
    lang: Lang,
    register: RegisterUsed = RegisterUsed(),  # noqa: B008 - immutable
) -> Report:
    """The report of a run whose policy or register could not be used: nothing judged, verdict ``error``, one note a fault."""
    kind: NoteKind = "policy-unusable" if isinstance(error, PolicyError) else "register-unusable"
    notes = []
    for fault in (error, *error.also):
        where = f"{fault.location}: " if fault.location is not None else ""
        notes.append(Note(kind, message(f"note.{kind}", where=where, cause=fault.message)))
    return Report(__version__, on, False, lang, (), Outcome.ERROR, tuple(notes), (), (), register)  # noqa: FBT003 - partial


def _policy_notes(policies: Iterable[PolicyUsed]) -> list[Note]:
    notes = []
    for used in policies:
        if used.release is None:
            notes.append(Note("no-release", message("note.no-release", pack=used.pack)))
        elif used.draft:
            notes.append(Note("draft-release", message("note.draft-release", name=f"{used.pack}@{used.release}")))
    return notes


def _notes_of_manifests(reports: Iterable[ManifestReport]) -> tuple[list[Note], list[Note]]:
    """One note for each rule that could not be evaluated, and one for each manifest on which nothing was checked."""
    errors, unchecked = [], []
    for report in reports:
        errors += _error_notes(report)
        if report.unchecked:
            what = message("note.nothing-applicable", path=report.path)
            unchecked.append(Note("nothing-checked", what, None, report.project))
    return errors, unchecked


def _error_notes(report: ManifestReport) -> list[Note]:
    """The rules that could not be evaluated though the manifest was readable: the policy is at fault."""
    if report.verdict is not Outcome.ERROR:
        return []
    return [
        Note(
            "policy-unusable",
            message("note.rule-error", rule=finding.rule, path=report.path, cause=finding.reason),
            finding.rule,
            report.project,
        )
        for finding in report.findings
        if finding.verdict is Verdict.ERROR and finding.reason is not None
    ]


def _unchecked_run(tally: Tally, policies: Sequence[PolicyUsed], found: Found) -> list[Note]:
    """Why nothing at all could be checked."""
    if not any(used.release for used in policies):
        return [Note("nothing-checked", message("note.nothing-in-force"))]
    if not tally.manifests:
        left_out = sum(each.path.rpartition("/")[2] != ".git" for each in found.excluded)  # that one says nothing to anybody
        what = message("note.no-manifest-but-excluded", count=left_out) if left_out else message("note.no-manifest")
        return [Note("nothing-checked", what)]
    return []
