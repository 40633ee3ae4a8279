"""``schemas/report/1.0.schema.json``: the report for machines (cli.md, "JSON")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.messages import render as say
from cmian_policy.reporters._json_pieces import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.finding import Finding, Observation, Text
    from cmian_policy.model.report import ManifestReport, Note, PolicyUsed, Report, Summary
    from cmian_policy.model.text import Lang
    from cmian_policy.model.waiver import Waiver
    from cmian_policy.reporters import Style

Json = dict[str, Any]


def render(report: Report, _style: Style) -> Iterator[str]:
    """The whole report, whatever the style."""
    whole = {
        "schema_version": "1.0",
        "tool": {"name": "cmian-policy", "version": report.tool_version},
        "evaluated_on": report.evaluated_on.isoformat(),
        "partial": report.partial,
        "lang": report.lang,
        "policy": [_policy(used) for used in report.policy],
        "register": report.register._asdict(),
        "verdict": report.verdict,
        "summary": _summary(report.summary()),
        "notes": [_note(note, report.lang) for note in report.notes],
        "excluded": [exclusion._asdict() for exclusion in report.excluded],
        "manifests": (_manifest(manifest, report.lang) for manifest in report.manifests),
    }
    return document(whole)


def _policy(used: PolicyUsed) -> Json:
    return {
        "pack": used.pack,
        "release": used.release,
        "in_force_from": used.in_force_from.isoformat() if used.in_force_from else None,
        "draft": used.draft,
        "sha256": used.sha256,
        "source": used.source,
        "commit": used.commit,
        "signed": used.signed,
    }


def _summary(summary: Summary) -> Json:
    counts = {verdict.value: count for verdict, count in summary.counts.items()}
    return {"manifests": summary.manifests, **counts, "blocking": summary.blocking}


def _note(note: Note, lang: Lang) -> Json:
    return {**note._asdict(), "message": say(note.message, lang)}


def _manifest(manifest: ManifestReport, lang: Lang) -> Json:
    return {
        "path": manifest.path,
        "project": manifest.project,
        "sha256": manifest.sha256,
        "verdict": manifest.verdict,
        "facts": manifest.facts,
        "findings": [_finding(finding, lang) for finding in manifest.findings],
    }


def _finding(finding: Finding, lang: Lang) -> Json:
    return {
        "rule": finding.rule,
        "version": finding.version,
        "pack": finding.pack,
        "release": finding.release,
        "basis": finding.basis,
        "verdict": finding.verdict,
        "level": finding.level,
        "level_reason": _text(finding.level_reason, lang),
        "level_changes": [{"from": change.start.isoformat(), "level": change.level} for change in finding.level_changes],
        "title": _text(finding.title, lang),
        "reason": _text(finding.reason, lang),
        "observations": [_observation(observation, lang) for observation in finding.observations],
        "remediation": _text(finding.remediation, lang),
        "fixable": finding.fixable,
        "source": finding.source._asdict() if finding.source else None,
        "references": [reference._asdict() for reference in finding.references],
        "waiver": _waiver(finding.waiver),
        "fingerprint": finding.fingerprint,
    }


def _waiver(waiver: Waiver | None) -> Json | None:
    if waiver is None:
        return None
    return {
        "ref": waiver.ref,
        "act": waiver.act,
        "authority": waiver.authority,
        "exception": waiver.exception,
        "reason": waiver.reason,
        "granted": waiver.granted.isoformat(),
        "expires": waiver.expires.isoformat(),
    }


def _observation(observation: Observation, lang: Lang) -> Json:
    return {
        "require": observation.require,
        "pointer": observation.pointer,
        "message": _text(observation.message, lang),
        **observation.span._asdict(),
    }


def _text(text: Text | None, lang: Lang) -> str | None:
    return None if text is None else say(text, lang)
