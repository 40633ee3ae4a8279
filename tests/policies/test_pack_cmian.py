"""The bundled pack ``cmian`` against the catalogue of rules.md and the text of the deliberation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cmian_policy.lang import yaml
from cmian_policy.pipeline.policy import load_policy
from tests.packs import BUNDLED, ROOT, TODAY, manifest

if TYPE_CHECKING:
    from cmian_policy.model.rule import Rule

POLICY = load_policy()
(PACK,) = POLICY.packs
(RELEASE,) = PACK.releases
RULES = {rule.id: rule for rule in POLICY.release(PACK, RELEASE).rules}
TEXT, OURS = "deliberation", "interpretation"
BLOCKING, ADVISORY = "blocking", "advisory"
PILOT: dict[str, str] = {"pilot": ADVISORY, "evaluation": ADVISORY}  # "blocking when operational"


class Row(NamedTuple):
    """A row of the catalogue: level when live, basis, first paragraph, who may waive."""

    level: str
    basis: str
    paragraph: str
    waivable: str | None
    by_status: dict[str, str] = {}  # noqa: RUF012 - never changed


CATALOGUE = {
    "CMIAN-G02": Row(BLOCKING, OURS, "0", None),
    "CMIAN-G04": Row(ADVISORY, OURS, "1", None),
    "CMIAN-T01": Row(BLOCKING, TEXT, "1", "council"),
    "CMIAN-T02": Row(BLOCKING, OURS, "1", "committee"),
    "CMIAN-E01": Row(BLOCKING, TEXT, "2", "council"),
    "CMIAN-E02": Row(BLOCKING, OURS, "2", "committee"),
    "CMIAN-A01": Row(BLOCKING, TEXT, "3", "council"),
    "CMIAN-A02": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-A04": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-A05": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-R01": Row(ADVISORY, OURS, "3", "committee"),
    "CMIAN-P01": Row(ADVISORY, OURS, "4", "committee"),
    "CMIAN-F01": Row(ADVISORY, OURS, "5", "committee"),
    "CMIAN-I01": Row(BLOCKING, OURS, "5", "committee"),
    "CMIAN-V01": Row(BLOCKING, OURS, "6", "committee"),
}


def test_the_release_is_the_catalogue_s() -> None:
    assert PACK.id == "cmian"
    assert (RELEASE.id, RELEASE.in_force_from.isoformat(), RELEASE.draft, RELEASE.reconstructed) == (
        "2025.1",
        "2025-01-01",
        False,
        True,
    )
    assert {(held.id, held.version) for held in RELEASE.rules} == {(rule, 1) for rule in CATALOGUE}
    assert len(RELEASE.rules) == 15


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_a_rule_is_as_its_row_says(rule_id: str) -> None:
    rule, row = RULES[rule_id], CATALOGUE[rule_id]
    assert rule.source is not None
    assert (
        Row(
            rule.level.default,
            rule.basis,
            rule.source.paragraph,
            rule.waivable.authority if rule.waivable is not None else None,
            {status: str(level) for status, level in rule.level.by_status.items()},
        )
        == row
    )
    assert rule.source.act == "V2024-420"
    assert rule.level.schedule == ()
    assert not rule.retired


def test_only_the_rule_on_contradictions_always_applies() -> None:
    assert [rule.id for rule in RULES.values() if rule.applies_when is None] == ["CMIAN-G04"]


def test_the_facts_are_those_of_version_1() -> None:
    facts = POLICY.release(PACK, RELEASE).source.facts
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


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_quote_is_in_the_act_word_for_word(rule: Rule) -> None:
    assert rule.source is not None
    assert folded(rule.source.quote) in folded(act()[rule.source.paragraph])
    assert len(rule.source.quote.split()) >= 5


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_of_two_paragraphs_quotes_the_other_in_its_rationale(rule: Rule) -> None:
    others = {"CMIAN-G02": "3", "CMIAN-V01": "3"}
    if rule.id not in others:
        return
    quotes = [quote.strip() for quote in re.findall(r"«([^»]*)»", rule.rationale.fr)]
    assert any(folded(quote) in folded(act()[others[rule.id]]) for quote in quotes if quote)


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


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_texts_are_there_in_both_languages_with_equal_placeholders(rule: Rule) -> None:
    for place, (fr, en) in texts(rule).items():
        assert fr.strip(), place
        assert en.strip(), place
        assert fr != en, place
        assert sorted(PLACEHOLDER.findall(fr)) == sorted(PLACEHOLDER.findall(en)), place


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_an_interpretation_says_that_it_is_one(rule: Rule) -> None:
    if rule.basis == "interpretation":
        assert re.search(r"\bnous\b|de nous|notre", rule.rationale.fr, re.IGNORECASE)
        assert re.search(r"\bwe\b|\bours?\b", rule.rationale.en, re.IGNORECASE)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_pointers_lead_to_fields_of_the_manifest(rule: Rule) -> None:
    known = schema_pointers()
    for part in rule.require:
        assert (f"{part.for_each}/*" if part.for_each else "") + part.at in known


def schema_pointers() -> set[str]:
    """Every pointer that a manifest may hold, ``*`` for the place in a list."""
    import json  # noqa: PLC0415 - here alone

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
    import json  # noqa: PLC0415 - here alone

    from cmian_policy.pipeline.run import check_bytes  # noqa: PLC0415

    raw = json.dumps(manifest(patch)).encode()
    report = check_bytes(raw, "p/ai-manifest.yaml", POLICY, TODAY, here=ROOT / "tests")
    assert {each.rule for each in report.findings() if each.verdict == "fail" and each.level == "blocking"} == fails
