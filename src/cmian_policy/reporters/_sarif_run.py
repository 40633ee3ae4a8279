"""The run itself: what was judged and by what, and what went wrong on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Outcome, Verdict
from cmian_policy.reporters._sarif_values import Json, artifact_location, known
from cmian_policy.reporters._sarif_values import message as plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.model.finding import Finding, Text
    from cmian_policy.model.report import ManifestReport, Note, PolicyUsed, Report
    from cmian_policy.reporters._sarif_rules import Entry

# A run with one of these checked less than it was asked to.
_FATAL = {"nothing-checked", "policy-unusable", "register-unusable"}


class Writer(NamedTuple):
    """A report, the place of each of its rules by pack, id and version, and whether everything is shown."""

    report: Report
    places: Mapping[tuple[str | None, str, int], int]
    verbose: bool

    def say(self, text: Text) -> str:
        """A text in the language of the report."""
        return say(text, self.report.lang)

    def text(self, *lines: Text) -> Json:
        """A message object."""
        return {"text": plain("\n".join(self.say(line) for line in lines))}

    def place(self, finding: Finding) -> int:
        """The place of a finding's rule among the rules."""
        return self.places[finding.pack, finding.rule, finding.version]


def properties(report: Report) -> Json:
    """What SARIF has no name for; an absent member is one without value."""
    return {
        "evaluatedOn": report.evaluated_on.isoformat(),
        "verdict": report.verdict,
        "partial": report.partial,
        "policy": [_policy(used) for used in report.policy],
        "register": known(report.register._asdict()),
        "excluded": [exclusion._asdict() for exclusion in report.excluded],
    }


def _policy(used: PolicyUsed) -> Json:
    return known(
        {
            "pack": used.pack,
            "release": used.release,
            "inForceFrom": used.in_force_from.isoformat() if used.in_force_from else None,
            "draft": used.draft,
            "sha256": used.sha256,
            "source": used.source,
            "commit": used.commit,
            "signed": used.signed,
        }
    )


def artifact(manifest: ManifestReport, place: int) -> Json:
    """A manifest, read or not."""
    return {
        "location": artifact_location(manifest.path, place),
        "roles": ["analysisTarget"],
        "mimeType": "application/yaml",
        **({"hashes": {"sha-256": manifest.sha256}} if manifest.sha256 else {}),
        "properties": {
            **known({"project": manifest.project, "status": manifest.status}),
            "verdict": manifest.verdict,
            "facts": manifest.facts,
        },
    }


def invocation(writer: Writer, rules: tuple[Entry, ...]) -> Json:
    """How the run went. Without times and command line, so that two runs give the same bytes."""
    report = writer.report
    tally = report.tally()
    told = {kind.rule for kind in tally.findings if kind.verdict is Verdict.ERROR}
    # What a rule could not evaluate is told where it happened; the note that repeats it is not.
    notes = [_note(note, writer) for note in report.notes if note.kind != "policy-unusable" or note.rule not in told]
    if report.partial:
        notes.append(_notification("partial", "warning", writer.text(message("text.partial"))))
    unjudged = report.verdict is Outcome.ERROR or tally.outcomes()[Outcome.ERROR] > 0
    return {
        "executionSuccessful": not (unjudged or any(each["level"] == "error" for each in notes)),
        "toolExecutionNotifications": _errors(writer) if told else [],
        "toolConfigurationNotifications": notes,
        "ruleConfigurationOverrides": _left_out(report, rules) if report.partial else [],
    }


def _errors(writer: Writer) -> Iterator[Json]:
    for place, manifest in enumerate(writer.report.manifests):
        yield from _errors_on(manifest, place, writer)


def _errors_on(manifest: ManifestReport, place: int, writer: Writer) -> Iterator[Json]:
    """The rules that could not be evaluated on a manifest: less than an error where a failure of the manifest is what counts."""
    level = "error" if manifest.verdict is Outcome.ERROR else "warning"
    where = [{"physicalLocation": {"artifactLocation": artifact_location(manifest.path, place)}}]
    for finding in manifest.findings:
        if finding.verdict is Verdict.ERROR:
            what = message("note.rule-error", path=manifest.path, rule=finding.rule, cause=finding.reason or "")
            told = _notification("not-evaluated", level, writer.text(what))
            yield {**told, "associatedRule": {"id": finding.rule, "index": writer.place(finding)}, "locations": where}


def _note(note: Note, writer: Writer) -> Json:
    told = _notification(note.kind, "error" if note.kind in _FATAL else "warning", writer.text(note.message))
    if note.rule is not None:
        told["associatedRule"] = {"id": note.rule}
    about = known({"project": note.project, "date": note.date})
    return {**told, "properties": about} if about else told


def _notification(kind: str, level: str, text: Json) -> Json:
    return {"descriptor": {"id": kind}, "level": level, "message": text}


def _left_out(report: Report, rules: tuple[Entry, ...]) -> list[Json]:
    """The rules of the releases that ``--select`` kept from running."""
    evaluated = {(kind.pack, kind.rule, kind.version) for kind in report.tally().findings}
    return [
        {"descriptor": {"id": entry.id, "index": place}, "configuration": {"enabled": False}}
        for place, entry in enumerate(rules)
        if (entry.pack, entry.id, entry.version) not in evaluated
    ]
