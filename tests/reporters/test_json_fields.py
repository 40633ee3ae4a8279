"""The JSON report: exactly the fields of cli.md, "JSON", in that order, and nothing else on standard output."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.runner import CHATBOT, MINIMAL, ON, RETIRED, ROOT, UNREADABLE, Check, Run, named

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/report/1.0.schema.json").read_text(encoding="utf-8"))
TOP = [
    "schema_version",
    "tool",
    "evaluated_on",
    "partial",
    "lang",
    "policy",
    "register",
    "verdict",
    "summary",
    "notes",
    "excluded",
    "manifests",
]
POLICY = ["pack", "release", "in_force_from", "draft", "sha256", "source", "commit", "signed"]
REGISTER = ["configured", "id", "source", "commit", "sha256", "signed"]
SUMMARY = ["manifests", "pass", "fail", "waived", "not_applicable", "review", "error", "blocking"]
MANIFEST = ["path", "project", "sha256", "verdict", "facts", "findings"]
FINDING = [
    "rule",
    "version",
    "pack",
    "release",
    "basis",
    "verdict",
    "level",
    "level_reason",
    "level_changes",
    "title",
    "reason",
    "observations",
    "remediation",
    "fixable",
    "source",
    "references",
    "waiver",
    "fingerprint",
]
REFERENCE = ["title", "article", "url", "applies_from", "checked_on", "certainty"]
OBSERVATION = ["require", "pointer", "message", "line", "column", "end_line", "end_column"]


@pytest.mark.parametrize("manifest", [MINIMAL, CHATBOT, RETIRED, UNREADABLE, "a: 1\n"])
def test_the_fields_are_those_of_the_contract(check: Check, manifest: str) -> None:
    report = check(manifest).report
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert list(report) == TOP
    assert list(report["tool"]) == ["name", "version"]
    assert [list(used) for used in report["policy"]] == [POLICY, POLICY]
    assert list(report["register"]) == REGISTER
    assert list(report["summary"]) == SUMMARY
    (held,) = report["manifests"]
    assert list(held) == MANIFEST
    for finding in held["findings"]:
        assert list(finding) == FINDING
        assert finding["title"]
        assert finding["remediation"]
        for observation in finding["observations"]:
            assert list(observation) == OBSERVATION


def test_the_values_of_a_failure(check: Check) -> None:
    done = check(CHATBOT)
    report = done.report
    assert report["schema_version"] == "1.0"
    assert report["tool"]["name"] == "cmian-policy"
    assert (report["evaluated_on"], report["partial"], report["lang"]) == (ON, False, "fr")
    bundled = {"draft": False, "source": "bundled", "commit": None, "signed": None}
    assert [{key: used[key] for key in POLICY if key != "sha256"} for used in report["policy"]] == [
        {"pack": "cmian", "release": "2026.1", "in_force_from": "2026-09-01", **bundled},
        {"pack": "fr-eu-law", "release": "2026.1", "in_force_from": "2026-08-02", **bundled},
    ]
    first, second = (used["sha256"] for used in report["policy"])
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert re.fullmatch("[0-9a-f]{64}", second)
    assert first != second
    assert report["register"] == {"configured": False, **dict.fromkeys(REGISTER[1:])}
    (held,) = report["manifests"]
    assert held["path"] == "ai-manifest.yaml"
    assert held["project"] == "essai"
    assert held["sha256"] == hashlib.sha256(CHATBOT.encode()).hexdigest()
    assert list(held["facts"]) == ["cmian", "fr-eu-law"]
    assert held["facts"]["cmian"]["live"] is True
    assert held["facts"]["fr-eu-law"]["live"] is True
    finding = done.finding("CMIAN-T01")
    assert (finding["pack"], finding["release"], finding["version"]) == ("cmian", "2026.1", 1)
    assert (finding["basis"], finding["verdict"], finding["level"]) == ("deliberation", "fail", "blocking")
    assert (finding["source"]["act"], finding["source"]["paragraph"]) == ("V2024-420", "1")
    assert (finding["waiver"], finding["fixable"], finding["reason"]) == (None, False, None)
    assert {observation["pointer"] for observation in finding["observations"]} == {
        "/transparency/disclosure/text/fr",
        "/transparency/disclosure/places",
    }


def test_the_values_of_a_failure_of_a_rule_of_law(check: Check) -> None:
    finding = check(CHATBOT).finding("LAW-T03")
    assert (finding["pack"], finding["release"], finding["version"]) == ("fr-eu-law", "2026.1", 1)
    assert (finding["basis"], finding["verdict"], finding["level"]) == ("law", "fail", "blocking")
    assert (finding["waiver"], finding["fixable"], finding["reason"]) == (None, False, None)
    assert [observation["pointer"] for observation in finding["observations"]] == ["/transparency/disclosure/timing"]
    assert finding["references"]
    for reference in finding["references"]:
        assert list(reference) == REFERENCE
        assert reference["certainty"] in {"primary", "official", "secondary", "unverified", "contested"}
    assert "2026-08-02" in {reference["applies_from"] for reference in finding["references"]}


def test_the_summary_counts_every_finding(run: Run, tmp_path: Path) -> None:
    for name, manifest in (("a", named("a")), ("b", named("b", CHATBOT)), ("c", UNREADABLE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(manifest, encoding="utf-8")
    report = run("check", "--as-of", ON, "-f", "json").report
    findings = [finding for held in report["manifests"] for finding in held["findings"]]
    for verdict in ("pass", "fail", "waived", "not_applicable", "review", "error"):
        assert report["summary"][verdict] == sum(finding["verdict"] == verdict for finding in findings)
    blocking = sum((finding["verdict"], finding["level"]) == ("fail", "blocking") for finding in findings)
    assert (report["summary"]["blocking"], report["summary"]["manifests"]) == (blocking, 3)


def test_built_in_rules_have_no_pack(check: Check) -> None:
    for rule in ("manifest-syntax", "manifest-schema", "policy-pin"):
        finding = check(MINIMAL).finding(rule)
        assert (finding["pack"], finding["release"], finding["basis"], finding["source"]) == (None, None, None, None)
        assert finding["level"] == "blocking"


def test_what_does_not_apply_or_was_not_evaluated_says_why(check: Check) -> None:
    """Peers.md, silent pass 14."""
    for manifest in (MINIMAL, RETIRED, UNREADABLE, "a: 1\n"):
        for finding in check(manifest).report["manifests"][0]["findings"]:
            assert bool(finding["reason"]) == (finding["verdict"] in {"not_applicable", "error"}), finding["rule"]
            assert bool(finding["observations"]) == (finding["verdict"] in {"fail", "review"}), finding["rule"]


def test_quiet_verbose_and_colour_change_nothing(check: Check) -> None:
    """Peers.md, silent pass 20: standard output is the document, whole."""
    expected = check(CHATBOT)
    for options in (["-q"], ["-v"], ["--color", "always"]):
        assert check(CHATBOT, *options).out == expected.out


def test_messages_are_in_the_language_asked_for_and_ids_never_change(check: Check) -> None:
    english = check(CHATBOT, "--lang", "en")
    assert english.report["lang"] == "en"
    assert english.finding("CMIAN-T01")["title"] == "Tell users that an AI is answering them"
    assert english.finding("CMIAN-T01")["verdict"] == "fail"


def test_the_schema_is_what_the_command_prints(run: Run) -> None:
    for name, folder in (("manifest", "ai-manifest"), ("rule", "rule"), ("release", "release"), ("report", "report")):
        done = run("schema", name)
        assert (done.code, done.err) == (0, "")
        printed = json.loads(done.out)
        jsonschema.Draft202012Validator.check_schema(printed)
        assert printed == json.loads((ROOT / f"schemas/{folder}/1.0.schema.json").read_text(encoding="utf-8"))
