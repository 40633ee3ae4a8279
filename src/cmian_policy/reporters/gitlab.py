"""GitLab Code Quality, the report of a merge request (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).

An array with an entry for each place, so that each is annotated on its line. GitLab shows ``description`` and little else:
rule, basis, message and what to do are all in it. It keeps one entry of those that share a fingerprint, and calls an entry new
or resolved by its fingerprint alone, hence:

- a place has the fingerprint that the finding would have if it stood alone (it is the finding's where it does): mending one
  place changes no other entry;
- what would still be equal (two faults at one pointer) is numbered.

An entry that concerns the run and no manifest stands on ``ai-manifest.yaml``, where the manifest is expected: an empty array
would look like a clean run.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cmian_policy.model.finding import fingerprint
from cmian_policy.model.location import START
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._json_pieces import document
from cmian_policy.reporters._lines import action, basis, label, said, why
from cmian_policy.reporters._troubles import Trouble, by_path, troubles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style

Json = dict[str, Any]

_SHOWN = {Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}
_LEVELS = {Level.BLOCKING: "critical", Level.ADVISORY: "minor", Level.NOTE: "info"}
# A waived finding is excused, whatever its level: nobody is to mend it.
_VERDICTS = {Verdict.ERROR: "blocker", Verdict.REVIEW: "minor", Verdict.WAIVED: "info"}


def render(report: Report, style: Style) -> Iterator[str]:
    """Failures, reviews and errors; waived findings too when verbose, because GitLab shows them as open."""
    shown = _SHOWN | {Verdict.WAIVED} if style.verbosity > 0 else _SHOWN
    return document(_entries(report, shown))


def _entries(report: Report, shown: Collection[Verdict]) -> Iterator[Json]:
    """The entries in the order of their paths."""
    wrong = [trouble._replace(path=trouble.path or FILENAMES[0]) for trouble in troubles(report)]
    shared = _shared(report) | {trouble.path for trouble in wrong}
    seen_of_shared: Counter[str] = Counter()
    for each in by_path(wrong, report):
        if isinstance(each, Trouble):
            yield from _told_apart([_trouble(each, report.lang)], seen_of_shared)
        else:
            seen = Counter() if shared.isdisjoint((each.path, each.project)) else seen_of_shared
            yield from _told_apart(_manifest(each, shown, report.lang), seen)


def _shared(report: Report) -> set[str | None]:
    """The names that are one manifest's project and another's path: only what bears them can have a fingerprint of the other."""
    projects: set[str | None] = set()
    paths: set[str | None] = set()
    for manifest in report.manifests:
        projects.add(manifest.project)
        paths.add(manifest.path)
    return projects & paths


def _trouble(trouble: Trouble, lang: Lang) -> Json:
    note = trouble.note
    path = trouble.path or FILENAMES[0]
    return _entry(said(note.message, lang), note.kind, fingerprint(path, note.kind), "blocker", path)


def _manifest(manifest: ManifestReport, shown: Collection[Verdict], lang: Lang) -> Iterator[Json]:
    for finding in manifest.findings:
        if finding.verdict in shown:
            yield from _finding(finding, manifest.path, lang)


def _finding(finding: Finding, path: str, lang: Lang) -> Iterator[Json]:
    severity = _VERDICTS.get(finding.verdict) or _LEVELS[finding.level]
    if not finding.observations:
        yield _entry(_description(finding, None, lang), finding.rule, finding.fingerprint, severity, path)
    for observation in finding.observations:
        own = fingerprint(finding.identity, finding.rule, observation.pointer)
        description = _description(finding, observation, lang)
        yield _entry(description, finding.rule, own, severity, path, observation.span.line)


def _description(finding: Finding, observation: Observation | None, lang: Lang) -> str:
    parts = [
        label(finding, lang),
        f"{finding.rule} {said(finding.title, lang)} {basis(finding, lang)}".rstrip(),
        said(observation.message, lang) if observation is not None else "",
        *why(finding, lang),
        *action(finding, lang),
    ]
    return " · ".join(part for part in parts if part)


def _entry(description: str, check_name: str, identity: str, severity: str, path: str, line: int = START.line) -> Json:
    return {
        "description": description,
        "check_name": check_name,
        "fingerprint": identity,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _told_apart(entries: Iterable[Json], seen: Counter[str]) -> Iterator[Json]:
    """Numbers the fingerprints that occur again."""
    for entry in entries:
        known = entry["fingerprint"]
        seen[known] += 1
        yield {**entry, "fingerprint": fingerprint(known, str(seen[known]))} if seen[known] > 1 else entry
