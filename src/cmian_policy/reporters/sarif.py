"""SARIF 2.1.0 (OASIS), for GitHub code scanning and the like (cli.md, "SARIF 2.1.0"). Sections are those of the standard.

What the standard leaves to a tool is settled so:

- a result is one observation, because places that are mended one by one must not share a result (§3.27.12); a finding without
  observations is one result on its manifest;
- ``kind`` is ``fail``, ``review``, ``pass`` or ``notApplicable``; a rule that could not be evaluated is ``open``, for nothing
  shows that it fails and nothing that it passes; a waived failure stays a ``fail``, suppressed by its act;
- what was not judged at all (exit codes 3 and 4) is an error among the notifications, which makes the run fail (§3.20.21); one
  that checked nothing has no ``results`` (§3.14.23): with an empty array, GitHub would close every alert of earlier runs;
- in ``partialFingerprints``, ``finding/v1`` is the fingerprint of the JSON report, the same for all observations of a finding;
  ``observation/v1`` tells these apart by project, rule, condition and pointer, and stays when its neighbours are mended.
  ``primaryLocationLineHash`` is left to who uploads: GitHub's own action computes it, and warns of any other value;
- there is no ``automationDetails``: an id in the file would win over the ``category`` that keeps two uploads apart.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from cmian_policy.model.location import START
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters._json_pieces import document
from cmian_policy.reporters._lines import waived_by
from cmian_policy.reporters._sarif_regions import physical_location
from cmian_policy.reporters._sarif_rules import LEVELS, acts, driver, entries, taxon, taxonomy, translation
from cmian_policy.reporters._sarif_run import Writer, artifact, invocation, properties
from cmian_policy.reporters._sarif_values import ROOT, Json, artifact_location, known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.reporters import Style
    from cmian_policy.reporters._sarif_rules import Entry

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {
    Verdict.FAIL: "fail",
    Verdict.REVIEW: "review",
    Verdict.ERROR: "open",
    Verdict.PASS: "pass",
    Verdict.NOT_APPLICABLE: "notApplicable",
    Verdict.WAIVED: "fail",
}
_SHOWN = {Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}


def render(report: Report, style: Style) -> Iterator[str]:
    """Failures, reviews and errors; what passes, does not apply or is waived too when verbose: GitHub shows it as open."""
    rules = entries(report)
    places = {(entry.pack, entry.id, entry.version): place for place, entry in enumerate(rules)}
    run = _run(Writer(report, places, style.verbosity > 0), rules)
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _run(writer: Writer, rules: tuple[Entry, ...]) -> Json:
    report = writer.report
    shown = frozenset(Verdict) if writer.verbose else _SHOWN
    found = any(kind.verdict in shown for kind in report.tally().findings)
    ran = invocation(writer, rules)
    return {
        "tool": {"driver": driver(report, rules)},
        "language": report.lang,
        "translations": [translation(report, rules)],
        "taxonomies": [taxonomy(act) for act in acts(report)],
        "invocations": [ran],
        "originalUriBaseIds": {ROOT: {"description": writer.text(message("sarif.root"))}},
        "artifacts": (artifact(manifest, place) for place, manifest in enumerate(report.manifests)),
        **({"results": _results(writer, shown) if found else []} if found or ran["executionSuccessful"] else {}),
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "UTF-8",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "properties": properties(report),
    }


def _results(writer: Writer, shown: Collection[Verdict]) -> Iterator[Json]:
    """The results, in the order of the report."""
    for place, manifest in enumerate(writer.report.manifests):
        where = artifact_location(manifest.path, place)
        seen: Counter[tuple[str, ...]] = Counter()
        for finding in (each for each in manifest.findings if each.verdict in shown):
            shared = {"finding/v1": finding.fingerprint}
            for observation in finding.observations or (None,):
                yield {
                    **_rule(finding, writer),
                    "message": _message(finding, observation, writer),
                    "locations": [_location(observation, where, manifest.lines)],
                    "partialFingerprints": {**shared, **_own_fingerprint(finding, observation, manifest, seen)},
                    **({"taxa": [taxon(finding.source)]} if finding.source else {}),
                    **({"suppressions": _suppressions(finding, writer)} if writer.verbose else {}),
                    "properties": _facts(finding, observation, writer),
                }


def _rule(finding: Finding, writer: Writer) -> Json:
    """Which rule, what it comes to and how much that weighs: nothing that is no failure has a level (§3.27.10)."""
    kind = _KINDS[finding.verdict]
    return {
        "ruleId": finding.rule,
        "ruleIndex": writer.place(finding),
        "kind": kind,
        "level": LEVELS[finding.level] if kind == "fail" else "none",
    }


def _location(observation: Observation | None, artifact: Json, source: Mapping[int, str]) -> Json:
    """A place in the text and, unless the whole manifest is meant, the JSON Pointer of what stands or should stand there."""
    span = observation.span if observation is not None else START
    place: Json = {"physicalLocation": physical_location(artifact, span, source)}
    if observation is not None and observation.pointer:
        place["logicalLocations"] = [{"fullyQualifiedName": observation.pointer}]
    return place


def _own_fingerprint(
    finding: Finding, observation: Observation | None, manifest: ManifestReport, seen: Counter[tuple[str, ...]]
) -> dict[str, str]:
    """What tells an observation from the others; ``seen`` numbers those that nothing else tells apart."""
    if observation is None:
        return {}
    key = (manifest.project or manifest.path, finding.rule, observation.require, observation.pointer)
    seen[key] += 1
    return {"observation/v1": hashlib.sha256(json.dumps([*key, seen[key]]).encode()).hexdigest()}


def _message(finding: Finding, observation: Observation | None, writer: Writer) -> Json:
    """What is wrong, then what to do; of what has no place, the title and the verdict, then the reason."""
    if observation is not None:
        return writer.text(observation.message, message("text.remediation", remediation=finding.remediation))
    verdict = message("sarif.verdict", title=finding.title, verdict=message(f"text.verdict.{finding.verdict}"))
    reason = [message("text.reason", reason=finding.reason)] if finding.reason is not None else []
    return writer.text(verdict, *reason)


def _suppressions(finding: Finding, writer: Writer) -> list[Json]:
    """The act that waives a finding; empty for all others, because either every result has the member or none (§3.27.23)."""
    if finding.waiver is None:
        return []
    waiver = finding.waiver
    dates = {"granted": waiver.granted.isoformat(), "expires": waiver.expires.isoformat()}
    return [
        {
            "kind": "external",
            "status": "accepted",
            "justification": waived_by(waiver, writer.report.lang),
            "properties": {**known(waiver._asdict()), **dates},
        }
    ]


def _facts(finding: Finding, observation: Observation | None, writer: Writer) -> Json:
    """What the JSON report says of a finding and SARIF has no name for; an absent member is one without value."""
    changes = [{"from": change.start.isoformat(), "level": change.level} for change in finding.level_changes]
    return {
        "verdict": finding.verdict,
        "level": finding.level,
        "version": finding.version,
        "fixable": finding.fixable,
        **known(
            {
                "pack": finding.pack,
                "release": finding.release,
                "require": observation.require if observation else None,
                "pointer": observation.pointer if observation else None,
                "levelReason": writer.say(finding.level_reason) if finding.level_reason else None,
                "levelChanges": changes or None,
            }
        ),
    }
