"""Each way a manifest can break its schema: which message, about what, shown where (manifest.md, "How it is read", "Fields")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.loading.manifest import read_bytes
from cmian_policy.messages import render
from cmian_policy.model.text import LANGS
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from cmian_policy.model.problem import Problem

# A line for each section, in flow style, so that a test replaces a line and knows where it stands.
LINES = {
    "schema_version": 'schema_version: "1.0"',
    "project": "project: {id: essai, name: Essai, summary: Un essai., status: operational}",
    "owner": "owner: {organisation: ville-montpellier, department: Direction, contact: service@example.org}",
    "purpose": "purpose: {goal: Essayer., domain: other}",
    "people": "people: {interaction: none, minors: none, impact: none}",
    "decision": "decision: {role: none, individual_administrative: false}",
    "technology": "technology: {type: statistical, capabilities: [forecasting]}",
    "data": "data: {personal: none}",
    "video": "video: {used: false}",
}


def problems(**changed: str | None) -> tuple[Problem, ...]:
    """The violations of the minimal manifest with these lines replaced (None: without the line) or added at the end."""
    lines = {**LINES, **changed}
    text = "\n".join(line for line in lines.values() if line is not None) + "\n"
    found = read_bytes(text.encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))
    assert found.syntax == ()
    for problem in found.schema:
        for lang in LANGS:
            assert render(problem.message, lang).strip()
    return found.schema


def place(problem: Problem) -> tuple[int, int]:
    """Line and column."""
    return problem.span.line, problem.span.column


def one(**changed: str | None) -> Problem:
    """The only violation."""
    found = problems(**changed)
    assert len(found) == 1, found
    return found[0]


def seen(problem: Problem) -> tuple[str, str]:
    """Key of the message without its prefix, and pointer."""
    return problem.message.key.removeprefix("schema."), problem.pointer


def test_the_minimal_manifest_is_valid() -> None:
    assert problems() == ()


# (section, its line, message key, pointer, the text at whose first occurrence on the line the problem is shown)
CASES: list[tuple[str, str, str, str, str]] = [
    # null has a message of its own, everywhere
    ("video", "video: {used: null}", "null", "/video/used", "null"),
    ("project", "project: {id: ~, name: E, summary: S, status: pilot}", "null", "/project/id", "~"),
    ("data", "data: null", "null", "/data", "null"),
    ("data", "data: {personal: none, dpia: null}", "null", "/data/dpia", "null"),
    ("policy", "policy: null", "null", "/policy", "null"),
    ("policy", "policy: [null]", "null", "/policy/0", "null"),
    (
        "decision",
        "decision: {role: none, individual_administrative: null}",
        "null",
        "/decision/individual_administrative",
        "null",
    ),
    # words for a boolean, which YAML 1.2 reads as text
    *(
        ("video", f"video: {{used: {word}}}", "boolean-word", "/video/used", word)
        for word in ("oui", "non", "yes", "no", "on", "off", "Oui", "NON", "vrai", "faux", '"true"', "y", "n")
    ),
    (
        "decision",
        "decision: {role: none, individual_administrative: oui}",
        "boolean-word",
        "/decision/individual_administrative",
        "oui",
    ),
    (
        "decision",
        "decision: {role: none, individual_administrative: peut-être}",
        "boolean-or-unknown",
        "/decision/individual_administrative",
        "peut-être",
    ),
    (
        "decision",
        "decision: {role: none, individual_administrative: 1}",
        "boolean-or-unknown",
        "/decision/individual_administrative",
        "1",
    ),
    (
        "decision",
        "decision: {role: none, individual_administrative: [true]}",
        "boolean-or-unknown",
        "/decision/individual_administrative",
        "[true]",
    ),
    (
        "decision",
        "decision: {role: none, individual_administrative: {value: true}}",
        "boolean-or-unknown",
        "/decision/individual_administrative",
        "{value",
    ),
    # keys
    (
        "people",
        "people: {interaction: none, minor: none, minors: none, impact: none}",
        "unknown-key-near",
        "/people/minor",
        "minor:",
    ),
    (
        "people",
        "people: {Interaction: none, interaction: none, minors: none, impact: none}",
        "unknown-key-near",
        "/people/Interaction",
        "Inter",
    ),
    ("data", "data: {personal: none, specialCategories: [health]}", "unknown-key-near", "/data/specialCategories", "special"),
    ("data", "data: {personal: none, domain: hr}", "unknown-key-elsewhere", "/data/domain", "domain"),
    ("data", "data: {personal: none, couleur: bleu}", "unknown-key", "/data/couleur", "couleur"),
    ("projet", "projet: {id: x}", "unknown-key-near", "/projet", "projet"),
    ("other", "waivers: []", "unknown-key", "/waivers", "waivers"),
    ("data", "data: {personal: none, a/b~c: 1}", "unknown-key", "/data/a~1b~0c", "a/b~c"),
    # enumerations
    ("people", "people: {interaction: none, minors: incidentel, impact: none}", "enum-near", "/people/minors", "incidentel"),
    ("people", "people: {interaction: none, minors: Incidental, impact: none}", "enum-near", "/people/minors", "Incidental"),
    ("purpose", "purpose: {goal: G, domain: Citizen-Relations}", "enum-near", "/purpose/domain", "Citizen"),
    ("purpose", "purpose: {goal: G, domain: voirie}", "enum", "/purpose/domain", "voirie"),
    (
        "technology",
        "technology: {type: statistical, capabilities: [forecast, search]}",
        "enum-near",
        "/technology/capabilities/0",
        "forecast",
    ),
    (
        "technology",
        "technology: {type: statistical, capabilities: [search], hosting: {country: France}}",
        "country",
        "/technology/hosting/country",
        "France",
    ),
    (
        "technology",
        "technology: {type: statistical, capabilities: [search], hosting: {country: fr}}",
        "country",
        "/technology/hosting/country",
        "fr}",
    ),
    (
        "technology",
        "technology: {type: statistical, capabilities: [search], hosting: {country: UK}}",
        "country",
        "/technology/hosting/country",
        "UK",
    ),
    # absent: at its own pointer, on the key of the nearest present parent
    ("people", "people: {interaction: none, impact: none}", "required-titled", "/people/minors", "people"),
    ("data", "data: {}", "required-titled", "/data/personal", "data"),
    ("data", "data: {personal: none, dpia: {date: 2026-01-01}}", "required-titled", "/data/dpia/status", "dpia"),
    (
        "transparency",
        "transparency: {disclosure: {text: {en: Hello}}}",
        "required-titled",
        "/transparency/disclosure/text/fr",
        "text",
    ),
    # types
    ("data", "data: none", "type", "/data", "none"),
    ("data", "data: [personal]", "type", "/data", "["),
    ("video", "video: {used: 1}", "type", "/video/used", "1"),
    ("video", "video: {used: maybe}", "type", "/video/used", "maybe"),
    ("purpose", "purpose: {goal: {text: x}, domain: other}", "type", "/purpose/goal", "{text"),
    ("purpose", "purpose: {goal: [x], domain: other}", "type", "/purpose/goal", "[x]"),
    (
        "people",
        "people: {interaction: none, minors: none, impact: none, decisions_per_year: many}",
        "type",
        "/people/decisions_per_year",
        "many",
    ),
    (
        "people",
        "people: {interaction: none, minors: none, impact: none, decisions_per_year: 1.5}",
        "type",
        "/people/decisions_per_year",
        "1.5",
    ),
    (
        "people",
        "people: {interaction: none, minors: none, impact: none, decisions_per_year: true}",
        "type",
        "/people/decisions_per_year",
        "true",
    ),
    ("project", "project: {id: essai, name: 12, summary: S, status: pilot}", "type.quote", "/project/name", "12"),
    (
        "project",
        "project: {id: essai, name: E, summary: S, status: pilot, version: 1.10}",
        "type.quote",
        "/project/version",
        "1.10",
    ),
    ("project", "project: {id: essai, name: true, summary: S, status: pilot}", "type.quote", "/project/name", "true"),
    ("ai_act", "ai_act: {risk: high_risk, annex_iii: [3]}", "type.quote", "/ai_act/annex_iii/0", "3"),
    ("policy", "policy: cmian@2025.1", "type.list", "/policy", "cmian"),
    ("technology", "technology: {type: statistical, capabilities: search}", "type.list", "/technology/capabilities", "search"),
    ("policy", "policy: {cmian: 2025.1}", "type", "/policy", "{"),
    # forms
    ("project", f"project: {{id: essai, name: {'é' * 101}, summary: S, status: pilot}}", "too-long", "/project/name", "é"),
    ("project", f"project: {{id: essai, name: E, summary: {'é' * 351}, status: pilot}}", "too-long", "/project/summary", "éé"),
    ("project", f"project: {{id: {'a' * 65}, name: E, summary: S, status: pilot}}", "too-long", "/project/id", "aaaa"),
    ("project", 'project: {id: essai, name: "", summary: S, status: pilot}', "form.text", "/project/name", '""'),
    ("project", 'project: {id: essai, name: "  \\t\\n", summary: S, status: pilot}', "form.text", "/project/name", '"  '),
    (
        "project",
        'project: {id: essai, name: "\\u200b\\u202e\\ufeff", summary: S, status: pilot}',
        "form.text",
        "/project/name",
        '"',
    ),
    (
        "project",
        'project: {id: essai, name: "\\u2800\\u3164\\u00a0", summary: S, status: pilot}',
        "form.text",
        "/project/name",
        '"',
    ),
    ("project", "project: {id: Mon-Essai, name: E, summary: S, status: pilot}", "form.slug", "/project/id", "Mon"),
    ("project", "project: {id: mon--essai, name: E, summary: S, status: pilot}", "form.slug", "/project/id", "mon"),
    ("project", 'project: {id: "essai\\n", name: E, summary: S, status: pilot}', "form.slug", "/project/id", '"essai'),
    *(
        ("review", f"review: {{next_review: {day}}}", "form.date", "/review/next_review", day)
        for day in (
            "2026-02-30",
            "2027-02-29",
            "2100-02-29",
            "2026-11",
            "2026-04-31",
            "2026-13-01",
            "0000-01-01",
            "23/11/2026",
            "2026-1-1",
        )
    ),
    ("review", 'review: {next_review: "2026-11-23\\n"}', "form.date", "/review/next_review", '"2026'),
    *(
        (
            "project",
            f"project: {{id: essai, name: E, summary: S, status: pilot, start_date: {day}}}",
            "form.month_or_date",
            "/project/start_date",
            day,
        )
        for day in ("2026-13", "2026-00", "2026-02-30", "11/2026", "2026-1")
    ),
    *(
        ("transparency", f"transparency: {{rules_url: {url}}}", "form.url", "/transparency/rules_url", url)
        for url in (
            "www.example.org",
            "ftp://example.org",
            "http://",
            '"javascript:alert(1)"',
            '" https://example.org"',
            "docs/rules.md",
        )
    ),
    ("transparency", 'transparency: {rules_url: "https://example.org/a b"}', "form.url", "/transparency/rules_url", '"'),
    *(
        ("owner", f"owner: {{organisation: other, department: D, contact: {contact}}}", "form.contact", "/owner/contact", contact)
        for contact in ("service", '"@example.org"', "a@b", '"a b@example.org"', "www.example.org")
    ),
    *(
        ("policy", f"policy: [{pin}]", "form.pin", "/policy/0", pin)
        for pin in ("cmian", '"cmian@"', '"@2025.1"', '"CMIAN@2025.1"')
    ),
    ("ai_act", 'ai_act: {risk: high_risk, annex_iii: ["9"]}', "form.annex_iii_point", "/ai_act/annex_iii/0", '"9"'),
    ("ai_act", "ai_act: {risk: high_risk, annex_iii: [3e]}", "form.annex_iii_point", "/ai_act/annex_iii/0", "3e"),
    (
        "cmian",
        f"cmian: {{opinion: {{ref: A, date: 2026-01-01, conclusion: favourable, scope_digest: {'A' * 64}}}}}",
        "form.sha256",
        "/cmian/opinion/scope_digest",
        "AAAA",
    ),
    # the rest
    ("technology", "technology: {type: statistical, capabilities: []}", "empty", "/technology/capabilities", "[]"),
    (
        "people",
        "people: {interaction: none, minors: none, impact: none, decisions_per_year: -1}",
        "minimum",
        "/people/decisions_per_year",
        "-1",
    ),
    (
        "technology",
        "technology: {type: statistical, capabilities: [search], energy: {kwh_per_year: -0.5}}",
        "minimum",
        "/technology/energy/kwh_per_year",
        "-0.5",
    ),
    (
        "technology",
        "technology: {type: statistical, capabilities: [search], performance: [{metric: M, value: [1]}]}",
        "type",
        "/technology/performance/0/value",
        "[1]",
    ),
    ("schema_version", 'schema_version: "0.9"', "const", "/schema_version", '"0.9"'),
]


@pytest.mark.parametrize(("section", "line", "key", "pointer", "at"), CASES, ids=[f"{case[2]}-{case[1][:60]}" for case in CASES])
def test_a_violation_has_its_message_and_its_place(section: str, line: str, key: str, pointer: str, at: str) -> None:
    problem = one(**{section: line})
    assert seen(problem) == (key, pointer)
    row = list({**LINES, section: line}).index(section) + 1
    assert place(problem) == (row, line.index(at) + 1)


def test_a_missing_section_stands_at_the_very_start() -> None:
    problem = one(video=None)
    assert seen(problem) == ("required-titled", "/video")
    assert place(problem) == (1, 1)


def test_a_missing_key_is_shown_on_the_whole_key_of_its_parent() -> None:
    span = one(people="people: {interaction: none, impact: none}").span
    assert (span.column, span.end_column) == (1, 7)


def test_a_missing_key_of_an_item_is_shown_on_the_item() -> None:
    line = "suppliers: [{name: A}, {role: x}]"
    problem = one(suppliers=line)
    assert seen(problem) == ("required-titled", "/suppliers/1/name")
    assert problem.span.column in {1, line.index("{role") + 1}


@pytest.mark.parametrize(
    ("changed", "fr", "en"),
    [
        ({"people": "people: {interaction: none, minors: incidentel, impact: none}"}, "incidental", "incidental"),
        ({"people": "people: {interaction: none, minor: none, minors: none, impact: none}"}, "minors", "minors"),
        ({"data": "data: {personal: none, domain: hr}"}, "purpose.domain", "purpose.domain"),
        ({"video": "video: {used: oui}"}, "true", "true"),
        ({"video": "video: {used: non}"}, "false", "false"),
        ({"people": "people: {interaction: none, impact: none}"}, "minors", "minors"),
        ({"people": "people: {interaction: none, impact: none}"}, "Mineurs", "Minors"),
        ({"project": f"project: {{id: essai, name: {'é' * 101}, summary: S, status: pilot}}"}, "101", "101"),
        ({"review": "review: {next_review: 2026-02-30}"}, "2026-02-30", "2026-02-30"),
        ({"purpose": "purpose: {goal: G, domain: voirie}"}, "housing_urbanism", "housing_urbanism"),
    ],
)
def test_a_message_says_how_to_mend_it_in_both_languages(changed: dict[str, str], fr: str, en: str) -> None:
    message = one(**changed).message
    assert fr in render(message, "fr")
    assert en in render(message, "en")
    assert render(message, "fr") != render(message, "en")


def test_every_violation_is_reported_in_one_pass_in_the_order_of_the_text() -> None:
    found = problems(
        project="project: {id: Essai, name: null, summary: S, status: pilote}",
        people="people: {interaction: none, impact: none, colour: red}",
        video="video: {used: oui}",
        review="review: {next_review: 2026-02-30}",
    )
    assert sorted(seen(problem) for problem in found) == [
        ("boolean-word", "/video/used"),
        ("enum-near", "/project/status"),
        ("form.date", "/review/next_review"),
        ("form.slug", "/project/id"),
        ("null", "/project/name"),
        ("required-titled", "/people/minors"),
        ("unknown-key", "/people/colour"),
    ]
    assert [place(problem) for problem in found] == sorted(place(problem) for problem in found)


def test_several_missing_and_unknown_keys_of_one_section_are_each_reported() -> None:
    found = problems(people="people: {colour: red, size: 3}")
    assert {seen(problem)[1] for problem in found} == {
        f"/people/{key}" for key in ("interaction", "minors", "impact", "colour", "size")
    }


def test_free_keys_are_free_and_dollar_schema_stands_at_the_top_alone() -> None:
    assert (
        problems(
            **{
                "x-note": "x-note: {a: [1, null]}",
                "data": "data: {personal: none, x-b: 1}",
                "$schema": "$schema: https://x.example",
            }
        )
        == ()
    )
    assert seen(one(data="data: {personal: none, $schema: https://x.example}"))[1] == "/data/$schema"


def test_a_newer_schema_version_says_to_update_and_nothing_else() -> None:
    problem = one(schema_version='schema_version: "1.1"', video="video: {used: oui}")
    assert problem.message.key == "manifest.newer-schema"
    assert problem.pointer == "/schema_version"
    assert "cmian-policy" in render(problem.message, "fr")


@pytest.mark.parametrize("version", ["1.0", "1"])
def test_a_schema_version_without_quotes_says_to_quote_it(version: str) -> None:
    found = problems(schema_version=f"schema_version: {version}")
    assert {problem.pointer for problem in found} == {"/schema_version"}
    assert any('"1.0"' in render(problem.message, "fr") or "guillemets" in render(problem.message, "fr") for problem in found)


@pytest.mark.parametrize("text", ["just text\n", "- a\n- b\n", "name: x\nversion: 2\n", "3\n", "{}\n"])
def test_a_file_that_is_something_else_has_one_problem_at_the_very_start(text: str) -> None:
    found = read_bytes(text.encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))
    assert found.syntax == ()
    assert [(problem.message.key, place(problem)) for problem in found.schema] == [("manifest.foreign", (1, 1))]


def test_a_very_long_wrong_value_is_not_repeated_whole() -> None:
    problem = one(purpose=f"purpose: {{goal: G, domain: {'x' * 5000}}}")
    assert len(render(problem.message, "fr")) < 1000


def test_a_hostile_value_is_put_in_as_it_is_not_read_as_a_template() -> None:
    problem = one(purpose='purpose: {goal: G, domain: "{near} {0} %s {value.__class__}"}')
    assert "{near} {0} %s {value.__class__}" in render(problem.message, "fr")


# Every place of the schema with values that hardly any place accepts: whatever is wrong can be explained and shown.

WRONG = [
    '""',
    "oui",
    "x y",
    "null",
    "-1",
    "1e3",
    "[]",
    "{}",
    "[[]]",
    "{a: 1}",
    "[1, x, {b: 2}]",
    "true",
    '"\\u200b"',
    "2026-02-30",
]
DEPTH = 6


def _wrong_at(rule: dict[str, Any], definitions: dict[str, Any], depth: int, value: str) -> str:
    """A YAML flow value that follows the shape of ``rule`` down to a depth, where it is ``value``."""
    resolved = {**definitions.get(str(rule.get("$ref", "")).removeprefix("#/$defs/"), {}), **rule}
    if depth == 0 or not ("properties" in resolved or "items" in resolved):
        return value
    if "items" in resolved:
        return f"[{_wrong_at(resolved['items'], definitions, depth - 1, value)}]"
    held = (f"{key}: {_wrong_at(declared, definitions, depth - 1, value)}" for key, declared in resolved["properties"].items())
    return f"{{{', '.join(held)}}}"


@pytest.mark.parametrize("value", WRONG)
def test_every_violation_anywhere_can_be_explained_in_both_languages(value: str) -> None:
    contract = schema("ai-manifest")
    for depth in range(1, DEPTH):
        lines = {
            key: f"{key}: {_wrong_at(rule, contract['$defs'], depth - 1, value)}"
            for key, rule in contract["properties"].items()
            if key != "schema_version"
        }
        found = problems(**lines)
        assert found
        for problem in found:
            assert problem.message.key not in {"manifest.disagreement", "schema.other"}
            assert re.fullmatch(r"(/[^/]*)*", problem.pointer)
