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

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from cmian_policy.messages.neutral import json_safe
from cmian_policy.model.finding import fingerprint
from cmian_policy.model.location import START
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._lines import action, basis, label, said, why
from cmian_policy.reporters._troubles import troubles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style
    from cmian_policy.reporters._troubles import Trouble

Json = dict[str, Any]

_SHOWN = {Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}
_LEVELS = {Level.BLOCKING: "critical", Level.ADVISORY: "minor", Level.NOTE: "info"}
# A waived finding is excused, whatever its level: nobody is to mend it.
_VERDICTS = {Verdict.ERROR: "blocker", Verdict.REVIEW: "minor", Verdict.WAIVED: "info"}


def render(report: Report, style: Style) -> str:
    """Failures, reviews and errors; waived findings too when verbose, because GitLab shows them as open."""
    shown = _SHOWN | {Verdict.WAIVED} if style.verbosity > 0 else _SHOWN
    projects = Counter(manifest.project for manifest in report.manifests)
    entries = [_trouble(trouble, report.lang) for trouble in troubles(report)]
    for manifest in report.manifests:
        identity = _identity(manifest, projects)
        for finding in manifest.findings:
            if finding.verdict in shown:
                entries += _finding(finding, manifest.path, identity, report.lang)
    entries.sort(key=lambda entry: str(entry["location"]["path"]))  # stable: the order within a manifest stays
    _tell_apart(entries)
    return json_safe(json.dumps(entries, ensure_ascii=False, indent=2)) + "\n"


def _identity(manifest: ManifestReport, projects: Mapping[str | None, int]) -> str:
    """What names a manifest in fingerprints (cli.md, "JSON"): its project, or its path where that is missing or shared."""
    return manifest.project if manifest.project is not None and projects[manifest.project] == 1 else manifest.path


def _trouble(trouble: Trouble, lang: Lang) -> Json:
    note = trouble.note
    path = trouble.path or FILENAMES[0]
    return _entry(said(note.message, lang), note.kind, fingerprint(path, note.kind), "blocker", path)


def _finding(finding: Finding, path: str, identity: str, lang: Lang) -> Iterator[Json]:
    severity = _VERDICTS.get(finding.verdict) or _LEVELS[finding.level]
    if not finding.observations:
        yield _entry(_description(finding, None, lang), finding.rule, finding.fingerprint, severity, path)
    for observation in finding.observations:
        own = fingerprint(identity, finding.rule, observation.pointer)
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


def _tell_apart(entries: list[Json]) -> None:
    """Numbers the fingerprints that occur again."""
    seen: Counter[str] = Counter()
    for entry in entries:
        known = entry["fingerprint"]
        seen[known] += 1
        if seen[known] > 1:
            entry["fingerprint"] = fingerprint(known, str(seen[known]))
