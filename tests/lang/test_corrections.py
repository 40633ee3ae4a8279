"""What the tool may write by itself, and what it must leave to a person (docs/adr/0015-fix.md)."""

from __future__ import annotations

import pytest

from cmian_policy.lang import yaml
from cmian_policy.lang.rewrite import rewrite
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.location import Span
from cmian_policy.model.problem import Correction
from cmian_policy.pipeline.policy import schema
from tests.lang.test_jsonschema import LINES


def corrections(**changed: str) -> list[tuple[str, str, bool]]:
    """Old text, new text and safety of each correction of the minimal manifest with these lines, in the order of the text."""
    lines = {**LINES, **changed}
    found = read_bytes("\n".join(lines.values()).encode(), "f", lambda: schema("ai-manifest"))
    assert found.syntax == ()
    made = sorted({each.correction for each in found.schema if each.correction is not None})
    return [(each.old, each.new, each.safe) for each in made]


def people(text: str) -> str:
    """The section of people with this interaction and impact, and this in the place of ``minors``."""
    return f"people: {{interaction: none, impact: none, {text}}}"


def opinion(conclusion: str) -> str:
    """The committee's section, with an opinion."""
    return f"cmian: {{opinion: {{ref: A, date: 2026-01-01, conclusion: {conclusion}}}}}"


@pytest.mark.parametrize(
    ("section", "line", "old", "new"),
    [
        # keys
        ("people", people("minor: none"), "minor", "minors"),
        ("people", people("Minors: none"), "Minors", "minors"),
        ("people", people('"minor": none'), '"minor"', '"minors"'),
        ("people", people("minor: Targeted"), "minor", "minors"),  # its value is mended next
        ("people", people("minors: none, decisionsPerYear: 3"), "decisionsPerYear", "decisions_per_year"),
        ("people", people("minors: none, decision_per_yaer: 3"), "decision_per_yaer", "decisions_per_year"),
        ("data", "Data: {personal: none}", "Data", "data"),
        ("technology", "techonlogy: {type: statistical, capabilities: [search]}", "techonlogy", "technology"),
        # values of a closed list
        ("people", people("minors: Incidental"), "Incidental", "incidental"),
        ("people", people("minors: 'INCIDENTAL'"), "'INCIDENTAL'", "'incidental'"),
        ("people", people("minors: incidentel"), "incidentel", "incidental"),
        ("purpose", "purpose: {goal: G, domain: Citizen relations}", "Citizen relations", "citizen_relations"),
        ("purpose", "purpose: {goal: G, domain: éducation}", "éducation", "education"),
        ("technology", "technology: {type: statistical, capabilities: [search, chatbots]}", "chatbots", "chatbot"),
        ("technology", "technology: {type: hybrid, capabilities: [ocr], hosting: {country: fr}}", "fr", "FR"),
        # booleans
        *(("video", f"video: {{used: {word}}}", word, "true") for word in ("oui", "Yes", "on", "VRAI", '"true"', "'oui'")),
        *(("video", f"video: {{used: {word}}}", word, "false") for word in ("non", "no", "Off", "faux", '"false"')),
        ("decision", "decision: {role: none, individual_administrative: oui}", "oui", "true"),
        ("decision", "decision: {role: none, individual_administrative: Unknown}", "Unknown", "unknown"),
        # text without its quotes, as it was written
        ("schema_version", "schema_version: 1.0", "1.0", '"1.0"'),
        ("schema_version", "schema_version: 1", "1", '"1.0"'),
        ("project", "project: {id: e, name: E, summary: S, status: pilot, version: 1.10}", "1.10", '"1.10"'),
        ("project", "project: {id: e, name: 007, summary: S, status: pilot}", "007", '"007"'),
        ("project", "project: {id: e, name: True, summary: S, status: pilot}", "True", '"True"'),
        ("suppliers", "suppliers: [{name: A, siren: 012345678}]", "012345678", '"012345678"'),
        ("ai_act", "ai_act: {risk: high_risk, annex_iii: [3]}", "3", '"3"'),
    ],
)
def test_what_can_only_mean_one_thing_is_safe(section: str, line: str, old: str, new: str) -> None:
    assert corrections(**{section: line}) == [(old, new, True)]


@pytest.mark.parametrize(
    ("section", "line", "old", "new"),
    [
        ("video", "video: {used: o}", "o", "true"),  # oui, or off
        ("video", "video: {used: n}", "n", "false"),
        ("people", people("minors: incdentel"), "incdentel", "incidental"),  # two slips
        ("data", "data: {personal: unidentified}", "unidentified", "identified"),  # it means the contrary
        ("data", "data: {personal: none, dpia: {status: none}}", "none", "done"),  # a word of another list
        ("data", "data: {personal: none, dpia: {status: dome}}", "dome", "done"),  # too short
        ("cmian", opinion("infavourable"), "infavourable", "unfavourable"),  # near its contrary
        ("technology", "technology: {type: hybrid, capabilities: [ocr], hosting: {country: no}}", "no", "NO"),
        # a key whose value does not fit there, or that another section has, or that nobody mistypes so
        ("owner", "owner: {organisation: other, department: D, contract: marché 12}", "contract", "contact"),
        ("purpose", "purpose: {goal: G, domains: [hr]}", "domains", "domain"),
        ("technology", "technology: {type: hybrid, capabilities: [ocr], model: X}", "model", "models"),
        ("data", "data: {personal: none, dpia: {status: done, data: 2026-01-01}}", "data", "date"),
        ("technology", "technologi: [hybrid]", "technologi", "technology"),
        ("transparency", "transparency: {register: https://x.example}", "register", "register_url"),
        ("x", "schema: https://x.example/schema.json", "schema", "$schema"),
    ],
)
def test_what_may_mean_something_else_is_left_to_a_person(section: str, line: str, old: str, new: str) -> None:
    assert corrections(**{section: line}) == [(old, new, False)]


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("purpose", "purpose: {goal: G, domain: voirie}"),
        ("people", people("minors: none, minor: none")),  # the right key is there
        ("people", people("minor: none, Minors: targeted")),  # which of the two?
        ("data", "data: {personal: none, domain: hr}"),  # belongs elsewhere
        ("data", "data: {personal: null}"),
        ("review", "review: {next_review: 2026-02-30}"),
        ("review", "review: {next_review: 20260101}"),  # in quotes it would be no date either
        ("schema_version", "schema_version: 0.9"),
        ("schema_version", 'schema_version: "1"'),
        ("schema_version", "schema_version: true"),
        ("video", "video: {used: 1}"),
        ("video", "video: {used: [oui]}"),
        ("decision", "decision: {role: none, individual_administrative: peut-être}"),
        ("technology", "technology: {type: hybrid, capabilities: [ocr], hosting: {country: France}}"),
        # no place of its own: an anchor, a tag, an alias, here or around; several lines, where a comment may be
        ("video", "video: {used: &v oui}"),
        ("video", "video: {used: !!str oui}"),
        ("video", "video: &v {used: oui}"),
        ("video", "x-v: &v oui\nvideo: {used: *v}"),
        ("video", "x-v: &v {used: oui}\nvideo: *v"),
        ("video", "video:\n  used: | # oui\n    oui"),
        ("video", 'video: {used: "oui\n  "}'),
        ("people", people("&m minor: none")),
        ("people", "people: &p {interaction: none, impact: none, minor: none}"),
        ("people", "people:\n  interaction: none\n  impact: none\n  ? minor\n  : none"),
        ("technology", "technology: {type: hybrid, capabilities: [ocr, &c Search]}"),
        ("video", "video: {used: 'oui'#c\n}"),  # the comment would become a part of the word
    ],
)
def test_what_nobody_can_tell_or_what_has_no_place_of_its_own_has_no_correction(section: str, line: str) -> None:
    assert corrections(**{section: line}) == []


def test_a_missing_key_is_mended_by_the_one_that_was_mistyped_for_it() -> None:
    lines = {**LINES, "people": people("minor: none")}
    found = read_bytes("\n".join(lines.values()).encode(), "f", lambda: schema("ai-manifest")).schema
    assert {problem.pointer for problem in found} == {"/people/minor", "/people/minors"}
    assert len({problem.correction for problem in found}) == 1
    assert found[0].correction is not None


def test_places_in_every_layout_are_found() -> None:
    changed = {
        "technology": "technology:\n  type: statistical\n  capabilities: # c\n  - Search\n\n  # c\n  -   # c\n    Chatbot",
        "suppliers": "suppliers: [ # c\n  {Name: 010}, # c\n  { siren : 011, name : 012 } ]",
    }
    assert corrections(**changed) == [
        ("Search", "search", True),
        ("Chatbot", "chatbot", True),
        ("Name", "name", True),
        ("011", '"011"', True),
        ("012", '"012"', True),
    ]


def test_a_correction_that_does_more_than_it_says_is_refused() -> None:
    document = yaml.read(b"a: &x oui\nb: *x\n", "f")
    whole = Correction(Span(1, 7, 1, 10), "oui", "true", "/a", value=True, on_key=False, safe=True)
    assert rewrite(document, [whole]) is None
    broken = Correction(Span(1, 1, 1, 2), "a", "[", "/a", value="[", on_key=True, safe=True)
    assert rewrite(document, [broken]) is None
