"""The bundled pack ``cmian``, both its releases, against the text of the deliberation (the catalogue: ``test_releases.py``)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.lang import yaml
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_bytes
from tests.packs import BUNDLED, ROOT, TODAY, manifest
from tests.policies.catalogue import ROWS

if TYPE_CHECKING:
    from cmian_policy.model.pack import Release
    from cmian_policy.model.rule import Rule

POLICY = load_policy()
(PACK,) = (pack for pack in POLICY.packs if pack.id == "cmian")
VERSIONS = {(rule.id, rule.version): rule for release in PACK.releases for rule in POLICY.release(PACK, release).rules}
RULES = [VERSIONS[key] for key in sorted(VERSIONS)]


def name(rule: Rule) -> str:
    """A rule version as the name of a test."""
    return f"{rule.id}@{rule.version}"


@pytest.mark.parametrize("release", PACK.releases, ids=lambda release: release.id)
def test_the_facts_are_those_of_version_1(release: Release) -> None:
    facts = POLICY.release(PACK, release).source.facts
    names = ["live", "ai", "education", "security", "sensitive", "weighs", "impacts_users", "minors", "in_scope"]
    assert (facts.version, facts.grace_days, sorted(fact.name for fact in facts.facts)) == (1, 90, sorted(names))
    assert facts.ladder == {"planned": "note", "design": "note", "development": "advisory", "retired": None}
    assert {cap.cap for cap in facts.scope} == {"advisory"}
    assert len(facts.scope) == 2


# the act


def folded(text: str) -> str:
    """Line breaks and doubled spaces as one space, as the source file says of itself."""
    return " ".join(text.split())


def act() -> dict[str, str]:
    """The paragraphs of the deliberation, from the copy kept with the tests."""
    text = (ROOT / "tests" / "data" / "V2024-420.txt").read_text(encoding="utf-8")
    text = text.split("## What the text says", maxsplit=1)[0]
    parts = re.split(r"^## (\d)(.*)$", text, flags=re.MULTILINE)
    return {number: body for number, body in zip(parts[1::3], parts[3::3], strict=True)}  # noqa: C416 - pairs of a stride


def source() -> dict[str, Any]:
    """The bundled source file."""
    path = BUNDLED / "cmian" / "sources" / "V2024-420.yaml"
    data: Any = yaml.read(path.read_bytes(), str(path)).data
    return dict(data)


def test_the_source_is_the_act_word_for_word() -> None:
    held = {paragraph["id"]: folded(paragraph["text"]) for paragraph in source()["paragraphs"]}
    assert held.keys() == act().keys() == set("01234567")
    for number, text in act().items():
        expected = folded(re.sub(r"^- ", "", text, flags=re.MULTILINE)) if not held[number].startswith("- ") else folded(text)
        assert held[number] == expected


def test_the_source_names_the_act() -> None:
    text = (ROOT / "tests" / "data" / "V2024-420.txt").read_text(encoding="utf-8")
    assert source()["identifier"] in text
    assert (source()["adopted_on"], source()["published_on"]) == ("2024-12-17", "2024-12-27")


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_quote_is_in_the_act_word_for_word(rule: Rule) -> None:
    assert rule.source is not None
    assert folded(rule.source.quote) in folded(act()[rule.source.paragraph])
    assert len(rule.source.quote.split()) >= 5


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_rule_of_two_paragraphs_quotes_the_other_in_its_rationale(rule: Rule) -> None:
    quotes = [folded(quote) for quote in re.findall(r"«([^»]*)»", rule.rationale.fr)]
    for paragraph in ROWS[rule.id].paragraphs[1:]:
        assert any(quote in folded(act()[paragraph]) for quote in quotes if quote)


def test_the_pack_says_that_it_is_not_official() -> None:
    assert "non officiel" in PACK.disclaimer.fr.lower()
    assert "non-official" in PACK.disclaimer.en.lower()
    assert "CMIAN" in PACK.disclaimer.fr


# texts


PLACEHOLDER = re.compile(r"\{(?:/[^{}]*)?\}")


def texts(rule: Rule) -> dict[str, tuple[str, str]]:
    """Every text of a rule in both languages, by its place."""
    found = {
        "title": rule.title,
        "rationale": rule.rationale,
        "remediation": rule.remediation,
        **{f"require {part.id}": part.message for part in rule.require},
    }
    if rule.applies_when is not None:
        found["otherwise"] = rule.applies_when.otherwise
    if rule.waivable is not None:
        found["by"] = rule.waivable.by
    return {place: (text.fr, text.en) for place, text in found.items()}


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_texts_are_there_in_both_languages_with_equal_placeholders(rule: Rule) -> None:
    for place, (fr, en) in texts(rule).items():
        assert fr.strip(), place
        assert en.strip(), place
        assert fr != en, place
        assert sorted(PLACEHOLDER.findall(fr)) == sorted(PLACEHOLDER.findall(en)), place


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_an_interpretation_says_that_it_is_one(rule: Rule) -> None:
    if rule.basis == "interpretation":
        assert re.search(r"\bnous\b|de nous|notre", rule.rationale.fr, re.IGNORECASE)
        assert re.search(r"\bwe\b|\bours?\b", rule.rationale.en, re.IGNORECASE)


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_pointers_lead_to_fields_of_the_manifest(rule: Rule) -> None:
    known = schema_pointers()
    for part in rule.require:
        assert (f"{part.for_each}/*" if part.for_each else "") + part.at in known


def schema_pointers() -> set[str]:
    """Every pointer that a manifest may hold, ``*`` for the place in a list."""
    schema = json.loads((ROOT / "schemas" / "ai-manifest" / "1.0.schema.json").read_text(encoding="utf-8"))
    found: set[str] = set()

    def visit(rule: dict[str, Any], path: str) -> None:
        resolved = {**schema["$defs"].get(str(rule.get("$ref", "")).removeprefix("#/$defs/"), {}), **rule}
        found.add(path)
        for key, declared in resolved.get("properties", {}).items():
            visit(declared, f"{path}/{key}")
        if "items" in resolved:
            visit(resolved["items"], f"{path}/*")

    visit(schema, "")
    return found


# the catalogue in action: a manifest that triggers a row, and the one thing it lacks


EDUCATION = {"purpose": {"domain": "education", "education_scopes": ["school_management"]}}
REFERRED = {"cmian": {"referral": {"status": "submitted", "date": "2026-01-01"}}}


@pytest.mark.parametrize(
    ("patch", "fails"),
    [
        ({}, set()),
        ({"people": {"impact": "low"}}, {"CMIAN-A01"}),
        ({"people": {"impact": "low"}, **REFERRED}, set()),
        ({"people": {"impact": "low"}, "cmian": {"referral": {"status": "not_submitted"}}}, {"CMIAN-A01"}),
        ({"people": {"impact": "low"}, "cmian": {"referral": {"status": "submitted"}}}, {"CMIAN-A01"}),
        ({"people": {"impact": "low"}, "cmian": {"referral": {"status": "submitted", "date": "2026-11-24"}}}, {"CMIAN-A01"}),
        ({"people": {"impact": "low"}, "cmian": {"referral": {"status": "submitted", "date": "2026-11-23"}}}, set()),
        ({"people": {"interaction": "indirect", "impact": "low"}, **REFERRED}, {"CMIAN-T02"}),
        ({"people": {"interaction": "indirect"}}, set()),
        (EDUCATION, {"CMIAN-E01"}),
        ({**EDUCATION, "cmian": {"education_evaluation": {"ref": "E", "date": "2026-11-23"}}}, set()),
        ({**EDUCATION, "cmian": {"education_evaluation": {"ref": "E", "date": "2026-11-24"}}}, {"CMIAN-E01"}),
        ({"people": {"minors": "unknown"}}, {"CMIAN-G02"}),
        ({"data": {"personal": "unknown"}}, {"CMIAN-G02"}),
        ({"video": {"used": True}}, {"CMIAN-V01"}),
        ({"video": {"used": True, "analysis": "none"}}, set()),
        ({"purpose": {"domain": "security"}}, {"CMIAN-V01"}),
        ({"purpose": {"domain": "security"}, **REFERRED}, set()),
        ({"people": {"affected_groups": ["pupils"]}}, {"CMIAN-E01"}),
        ({"people": {"minors": "targeted"}, "data": {"personal": "identified"}}, {"CMIAN-E02"}),
        ({"people": {"minors": "incidental"}, "data": {"personal": "identified"}}, set()),
        ({"technology": {"type": "rule_based"}, "people": {"impact": "low"}}, set()),
        ({"owner": {"organisation": "metropole-montpellier"}, "people": {"impact": "low"}}, set()),
        ({"owner": {"organisation": "metropole-montpellier", "serves_city": True}, "people": {"impact": "low"}}, {"CMIAN-A01"}),
        ({"owner": {"organisation": "other"}, "people": {"impact": "low"}}, {"CMIAN-A01"}),
        ({"owner": {"organisation": "other", "serves_city": False}, "people": {"impact": "low"}}, set()),
    ],
)
def test_blocking_failures_of_a_manifest_read_off_the_catalogue(patch: dict[str, Any], fails: set[str]) -> None:
    raw = json.dumps(manifest(patch)).encode()
    for release in PACK.releases:
        options = Options(policy=(f"cmian@{release.id}",))
        report = check_bytes(raw, "p/ai-manifest.yaml", POLICY, TODAY, options, here=ROOT / "tests")
        assert {each.rule for each in report.findings() if each.verdict == "fail" and each.level == "blocking"} == fails
