"""Mutation: what is changed, what kills it, and what is listed as equivalent (rules.md, "Cases")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.authoring.mutate import mutants
from cmian_policy.authoring.prove import Proof, prove
from cmian_policy.loading.pack import load_rule
from cmian_policy.messages import render
from cmian_policy.model.pack import RuleVersion
from cmian_policy.model.text import LANGS
from cmian_policy.pipeline.policy import load_policy
from tests.packs import BUNDLED, MINIMAL, Data, applies, require, rule, write, write_pack

if TYPE_CHECKING:
    from pathlib import Path

AT = "/project/status"


def case(expect: str, patch: Data | None = None, **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A case; a failing one fails at the place of every require unless told otherwise."""
    at = {"at": [AT]} if expect in {"fail", "review"} else {}
    return {"name": f"{expect} {patch} {changes}", "expect": expect, "patch": patch or {}, **at, **changes}


def write_rule(folder: Path, the_rule: Data, cases: list[Data], *equivalent: str) -> Path:
    """A pack of one rule with its cases, and the mutants that no case can kill."""
    write_pack(folder, [the_rule])
    write(folder / "test" / "bases" / "base.yaml", MINIMAL)
    listed = [{"mutant": name, "reason": "no manifest shows it"} for name in equivalent]
    file = {"base": "base.yaml", "as_of": "2026-11-23", "cases": cases, **({"equivalent": listed} if listed else {})}
    write(folder / "test" / "rules" / the_rule["id"] / "v1.cases.yaml", file)
    return folder


def proved(folder: Path, the_rule: Data, cases: list[Data], *equivalent: str) -> Proof:
    """The proof of one rule by these cases, all of which pass."""
    proof = prove(load_policy(write_rule(folder, the_rule, cases, *equivalent), with_cases=True))
    assert [each for each in proof.cases.cases if each.faults] == []
    return proof


def survivors(proof: Proof) -> set[str]:
    """The names of the mutants that survived."""
    return {each.mutant for each in proof.survivors}


# the mutants of a rule


def test_each_part_of_a_rule_is_changed(tmp_path: Path) -> None:
    parts = [
        require("manifest.video.used", id="first", when={"cel": "facts.live"}),
        require("item.x", id="each", for_each="/suppliers", at="", when={"cel": "true"}, otherwise="review", empty="pass"),
    ]
    write_rule(tmp_path, rule("TEST-A01", *parts, applies_when=applies("facts.live")), [case("pass")])
    found = list(mutants(load_rule(load_policy(tmp_path).documents, "test", RuleVersion("TEST-A01", 1))))
    assert [each.name for each in found] == [
        "applies_when: true",
        "applies_when: false",
        "first: dropped",
        "first: !(manifest.video.used)",
        "first.when: true",
        "first.otherwise: review",
        "each: dropped",
        "each: !(item.x)",
        "each.when: false",
        "each.otherwise: fail",
        "each.empty: fail",
    ]
    assert found[4].pointer == "/require/0/when/cel"
    assert len(found[2].rule.require) == 1


# a weak set of cases lets a mutant live, one more case kills it

STATUS = "manifest.project.status"
ON_IMPACT = "manifest.people.impact != 'unknown'"
BAD_IMPACT: Data = {"people": {"impact": "unknown"}}
BAD_MINORS: Data = {"people": {"minors": "unknown"}}
GROUPS = "manifest.people.?affected_groups.orValue([])"
SUPPLIERS: Data = {"for_each": "/suppliers", "at": "/name", "empty": "pass"}
NAMED = "item.name != 'nobody'"

KINDS: dict[str, tuple[Data, list[Data], Data, set[str]]] = {
    "require dropped": (
        rule("TEST-A01", require(ON_IMPACT), require("manifest.data.personal != 'unknown'", id="data", at="/data/personal")),
        [case("pass"), case("fail", BAD_IMPACT)],
        case("fail", {"data": {"personal": "unknown"}}, at=["/data/personal"]),
        {"data: dropped", "data: manifest.data.personal != ''", "data.otherwise: review"},
    ),
    "require negated": (
        rule("TEST-A01", require("manifest.video.used")),
        [case("not_applicable", {"project": {"status": "retired"}})],
        case("pass", {"video": {"used": True}}),
        {"only: !(manifest.video.used)"},
    ),
    "applies_when true": (
        rule("TEST-A01", require(ON_IMPACT), applies_when=applies("manifest.video.used")),
        [case("pass", {"video": {"used": True}}), case("fail", {**BAD_IMPACT, "video": {"used": True}})],
        case("not_applicable"),
        {"applies_when: true"},
    ),
    "applies_when false": (
        rule("TEST-A01", require(ON_IMPACT), applies_when=applies("manifest.video.used")),
        [case("not_applicable")],
        case("pass", {"video": {"used": True}}),
        {"applies_when: false"},
    ),
    "guard": (
        rule("TEST-A01", require(ON_IMPACT, when={"cel": "manifest.video.used"})),
        [case("pass"), case("fail", {**BAD_IMPACT, "video": {"used": True}})],
        case("pass", BAD_IMPACT),
        {"only.when: true"},
    ),
    "guard of an item": (
        rule("TEST-A01", require(NAMED, when={"cel": "has(item.role)"}, **SUPPLIERS)),
        [case("pass"), case("pass", {"suppliers": [{"name": "nobody"}]})],
        case("fail", {"suppliers": [{"name": "a", "role": "r"}, {"name": "nobody", "role": "r"}]}, at=["/suppliers/1/name"]),
        {"only.when: false"},
    ),
    "and": (
        rule("TEST-A01", require(f"{ON_IMPACT} && manifest.people.minors != 'unknown'")),
        [case("pass"), case("fail", {"people": {"impact": "unknown", "minors": "unknown"}})],
        case("fail", BAD_IMPACT),
        {f"only: {ON_IMPACT} || manifest.people.minors != 'unknown'"},
    ),
    "bound": (
        rule("TEST-A01", require("manifest.people.?decisions_per_year.orValue(0) < 10")),
        [case("pass"), case("fail", {"people": {"decisions_per_year": 99}})],
        case("fail", {"people": {"decisions_per_year": 10}}),
        {"only: manifest.people.?decisions_per_year.orValue(0) <= 10"},
    ),
    "not": (
        rule("TEST-A01", require(f"{ON_IMPACT} || !manifest.video.used")),
        [case("pass"), case("fail", {**BAD_IMPACT, "video": {"used": True}})],
        case("pass", BAD_IMPACT),
        {f"only: {ON_IMPACT} && !manifest.video.used"},
    ),
    "in": (
        rule("TEST-A01", require(f"{ON_IMPACT} || {STATUS} in ['pilot']")),
        [case("pass"), case("pass", {**BAD_IMPACT, "project": {"status": "pilot"}})],
        case("fail", BAD_IMPACT),
        {"only: dropped", f"only: manifest.people.impact != '' || {STATUS} in ['pilot']", "only.otherwise: review"},
    ),
    "any": (
        rule("TEST-A01", require(f"{GROUPS}.exists(g, g == 'pupils')")),
        [case("fail", {"people": {"affected_groups": ["families"]}}), case("pass", {"people": {"affected_groups": ["pupils"]}})],
        case("pass", {"people": {"affected_groups": ["pupils", "families"]}}),
        {"only: " + f"{GROUPS}.all(g, g == 'pupils')"},
    ),
    "text": (
        rule("TEST-A01", require("manifest.people.interaction != 'direct' || manifest.people.impact == 'none'")),
        [case("pass"), case("fail", {"people": {"interaction": "direct", "impact": "low"}})],
        case("pass", {"people": {"interaction": "direct"}}),
        {"only: manifest.people.interaction != 'direct' || manifest.people.impact == ''"},
    ),
    "number": (
        rule("TEST-A01", require("manifest.people.?decisions_per_year.orValue(0) > 10")),
        [case("fail"), case("pass", {"people": {"decisions_per_year": 12}})],
        case("fail", {"people": {"decisions_per_year": 10}}),
        {"only: manifest.people.?decisions_per_year.orValue(0) > 9"},
    ),
    "boolean": (
        rule("TEST-A01", require("manifest.owner.?serves_city.orValue(true) && !manifest.video.used")),
        [case("fail", {"video": {"used": True}}), case("pass", {"owner": {"serves_city": True}})],
        case("pass"),
        {"only: manifest.owner.?serves_city.orValue(false) && !manifest.video.used"},
    ),
    "date": (
        rule("TEST-A01", require("today >= date('2026-11-01')")),
        [case("pass"), case("fail", as_of="2026-10-31")],
        case("pass", as_of="2026-11-01"),
        {"only: today >= date('2026-11-02')", "only: today > date('2026-11-01')"},
    ),
    "list": (
        rule("TEST-A01", require(f"{STATUS} in ['operational', 'pilot']")),
        [case("pass"), case("fail", {"project": {"status": "evaluation"}})],
        case("pass", {"project": {"status": "pilot"}}),
        {f"only: {STATUS} in ['operational']"},
    ),
    "otherwise": (
        rule("TEST-A01", require(ON_IMPACT, otherwise="review"), require("manifest.people.minors != 'unknown'", id="minors")),
        [case("pass"), case("fail", BAD_MINORS), case("fail", {"people": {"impact": "unknown", "minors": "unknown"}})],
        case("review", BAD_IMPACT),
        {"only: dropped", "only: manifest.people.impact != ''", "only.otherwise: fail"},
    ),
    "empty": (
        rule("TEST-A01", require(NAMED, **SUPPLIERS)),
        [
            case("pass", {"suppliers": [{"name": "a"}]}),
            case("fail", {"suppliers": [{"name": "nobody"}]}, at=["/suppliers/0/name"]),
        ],
        case("pass"),
        {"only.empty: fail"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_weak_cases_let_mutants_live_and_one_more_case_kills_them(tmp_path: Path, kind: str) -> None:
    the_rule, weak, killer, expected = KINDS[kind]
    alive = survivors(proved(tmp_path / "weak", the_rule, weak))
    assert expected <= alive
    assert not expected & survivors(proved(tmp_path / "strong", the_rule, [*weak, killer]))


def test_a_level_can_kill_nothing_but_pointers_can(tmp_path: Path) -> None:
    """Both requires fail in the one failing case: only the pointers tell that one was dropped."""
    two = rule(
        "TEST-A01",
        require("manifest.people.impact == 'none'"),
        require("manifest.people.impact != 'high'", id="high", at="/people/impact"),
    )
    fails = case("fail", {"people": {"impact": "high"}}, at=[AT, "/people/impact"])
    proof = proved(tmp_path, two, [case("pass"), fails])
    assert "high: dropped" not in survivors(proof)
    assert "only: dropped" not in survivors(proof)


def test_a_change_that_does_not_compile_is_no_mutant(tmp_path: Path) -> None:
    cel = "size('a' + 'b') == 2 && !manifest.video.used"  # a text less a text is refused by the engine
    proof = proved(tmp_path, rule("TEST-A01", require(cel)), [case("pass"), case("fail", {"video": {"used": True}})])
    names = {each.name for each in mutants(load_rule(load_policy(tmp_path).documents, "test", RuleVersion("TEST-A01", 1)))}
    assert "only: size('a' - 'b') == 2 && !manifest.video.used" in names
    assert proof.killed + len(proof.survivors) == len(names) - 1


def test_a_mutant_that_errs_is_killed(tmp_path: Path) -> None:
    cel = "!has(manifest.transparency) || has(manifest.transparency.register_url)"
    the_rule = rule("TEST-A01", require(cel))
    fails = case("fail", {"transparency": {"rules_url": "https://example.org/r"}})
    passes = case("pass", {"transparency": {"register_url": "https://example.org/f"}})
    assert survivors(proved(tmp_path, the_rule, [case("pass"), fails, passes])) == set()


def test_no_mutant_is_tried_while_a_case_fails_nor_when_none_is_asked_for(tmp_path: Path) -> None:
    the_rule = rule("TEST-A01", require(ON_IMPACT))
    failing = load_policy(write_rule(tmp_path / "a", the_rule, [case("pass"), case("fail")]), with_cases=True)
    assert [each.mutation for each in prove(failing).versions] == [None]
    weak = load_policy(write_rule(tmp_path / "b", the_rule, [case("pass"), case("fail", BAD_IMPACT)]), with_cases=True)
    quick = prove(weak, mutation=False)
    assert (quick.killed, quick.survivors, quick.sound) == (0, (), True)
    assert prove(weak).killed > 0


def test_progress_is_told_before_each_version(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule("TEST-A01"), rule("TEST-A02")])
    told: list[tuple[str, int, int]] = []
    prove(load_policy(tmp_path, with_cases=True), progress=lambda version, done, total: told.append((version.id, done, total)))
    assert told == [("TEST-A01", 0, 2), ("TEST-A02", 1, 2)]


# equivalent

GUARDED = rule("TEST-A01", require(ON_IMPACT, when={"cel": "manifest.video.used"}))
WEAK = [case("pass"), case("fail", {**BAD_IMPACT, "video": {"used": True}})]


def faults(proof: Proof) -> list[str]:
    """The keys of what failed; each can be said in both languages."""
    for fault in proof.cases.failures:
        for lang in LANGS:
            assert "v1.cases.yaml" in render(fault, lang)
    return [fault.key for fault in proof.cases.failures]


def test_an_equivalent_mutant_is_no_survivor_and_keeps_its_reason(tmp_path: Path) -> None:
    before = proved(tmp_path / "a", GUARDED, WEAK)
    assert survivors(before) == {"only.when: true"}
    assert not before.sound
    after = proved(tmp_path / "b", GUARDED, WEAK, "only.when:\n  true")
    assert after.sound
    assert [(each.mutant, each.reason) for each in after.equivalents] == [("only.when: true", "no manifest shows it")]
    assert after.killed == before.killed


def test_an_equivalent_that_is_killed_is_refused(tmp_path: Path) -> None:
    proof = proved(tmp_path, GUARDED, [*WEAK, case("pass", BAD_IMPACT, name="the killer")], "only.when: true")
    assert faults(proof) == ["rules.equivalent-killed"]
    assert "the killer" in render(proof.cases.failures[0], "fr")
    assert not proof.sound


@pytest.mark.parametrize("name", ["only.when: false", "manifest.video.used", "only: manifest.people.impact != 'autre'"])
def test_an_equivalent_that_names_no_mutant_is_refused(tmp_path: Path, name: str) -> None:
    proof = proved(tmp_path, GUARDED, WEAK, "only.when: true", name)
    assert faults(proof) == ["rules.equivalent-unknown"]
    assert name in render(proof.cases.failures[0], "en")


# where a mutant stands

FOLDED = """\
  - id: folded
    cel: >-
      manifest.people.impact != 'unknown'
      && manifest.people.minors
      != 'targeted'
    at: /project/status
    message: {fr: non, en: "no"}
  - id: quoted
    cel: "manifest.people.impact
      != 'high'"
    at: /project/status
    message: {fr: non, en: "no"}
  - id: escaped
    cel: "manifest.people.impact\\n != 'x'
      || true"
    at: /project/status
    message: {fr: non, en: "no"}
"""


def test_a_survivor_is_shown_on_the_line_of_its_change(tmp_path: Path) -> None:
    write_rule(tmp_path, rule("TEST-A01"), [case("pass")])
    path = tmp_path / "test" / "rules" / "TEST-A01" / "v1.yaml"
    top = "".join(f"{key}: {json.dumps(value)}\n" for key, value in rule("TEST-A01").items() if key != "require")
    path.write_text(f"{top}require:\n{FOLDED}", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").split("\n")
    proof = prove(load_policy(tmp_path, with_cases=True))
    shown = {each.mutant: lines[each.place.span.line - 1].strip() for each in proof.survivors if each.place.span is not None}
    folded = "manifest.people.impact != 'unknown' && manifest.people.minors != 'targeted'"
    assert shown[f"folded: {folded.replace('unknown', '')}"] == "manifest.people.impact != 'unknown'"
    assert shown[f"folded: {folded.replace('&&', '||')}"] == "&& manifest.people.minors"
    assert shown[f"folded: {folded.replace('targeted', '')}"] == "!= 'targeted'"
    assert shown["folded: dropped"] == "- id: folded"
    assert shown["quoted: manifest.people.impact != ''"] == "!= 'high'\""
    # A scalar with escapes is shown where it begins.
    assert shown["escaped: manifest.people.impact != 'x' || false"] == "cel: \"manifest.people.impact\\n != 'x'"


def test_a_list_left_without_items_counts_as_absent(tmp_path: Path) -> None:
    cel = "!has(manifest.suppliers) || manifest.suppliers[0].name != 'nobody'"
    cases = [case("pass", {"suppliers": [{"name": "a"}]}), case("fail", {"suppliers": [{"name": "nobody"}]})]
    assert proved(tmp_path, rule("TEST-A01", require(cel)), cases).cases.failures == ()


# the committee's own rules


@pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time
def test_the_bundled_packs_leave_no_survivor() -> None:
    proof = prove(load_policy(BUNDLED, with_cases=True))
    assert proof.cases.failures == ()
    assert [f"{each.place}: {each.mutant}" for each in proof.survivors] == []
    assert proof.killed > 20 * proof.cases.rules
