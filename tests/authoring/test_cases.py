"""``rules test``: what makes the cases of a rule fail to prove it (rules.md, "Cases")."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.authoring import prove as proofs
from cmian_policy.authoring.cases import CasesReport, merge_patch
from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.model.text import LANGS
from cmian_policy.pipeline.policy import load_policy
from tests.packs import BUNDLED, MINIMAL, Data, applies, command, release, require, rule, write, write_pack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cmian_policy.pipeline.policy import Policy

RULE = rule(
    "TEST-A01",
    require("manifest.people.impact != 'unknown'", at="/people/impact"),
    applies_when=applies("manifest.project.status != 'planned'"),
)
REVIEWED = rule("TEST-A01", require("manifest.people.impact != 'unknown'", at="/people/impact", otherwise="review"))
PASS: Data = {"name": "good", "expect": "pass"}
FAIL: Data = {
    "name": "bad",
    "patch": {"people": {"impact": "unknown"}},
    "expect": "fail",
    "at": ["/people/impact"],
}
NOT_APPLICABLE: Data = {"name": "planned", "patch": {"project": {"status": "planned"}}, "expect": "not_applicable"}
ALL = [PASS, FAIL, NOT_APPLICABLE]
BASE = "base.yaml"


def cases_of(policy: Policy, only: Sequence[str] = ()) -> CasesReport:
    """What ``rules test --no-mutation`` says of a folder, or of the rules named."""
    return proofs.prove(policy, only, mutation=False).cases


def prove(folder: Path, cases: list[Data] | None, the_rule: Data = RULE, **changes: Any) -> CasesReport:  # noqa: ANN401 - any JSON
    """The outcome of these cases of one rule."""
    write_pack(folder, [the_rule])
    write(folder / "test" / "bases" / BASE, MINIMAL)
    if cases is not None:
        file = {"base": BASE, "as_of": "2026-11-23", "cases": cases, **changes}
        write(folder / "test" / "rules" / the_rule["id"] / "v1.cases.yaml", file)
    report = cases_of(load_policy(folder, with_cases=True))
    for fault in report.failures:
        for lang in LANGS:
            assert render(fault, lang).strip()
    return report


def failures(report: CasesReport) -> list[str]:
    """The keys of what failed, without their prefix."""
    return [fault.key.removeprefix("rules.") for fault in report.failures]


def test_a_passing_a_failing_and_a_not_applicable_case_prove_a_rule(tmp_path: Path) -> None:
    report = prove(tmp_path, ALL)
    assert report.failures == ()
    assert (report.rules, report.passed) == (1, 3)


@pytest.mark.parametrize("missing", ALL, ids=["pass", "fail", "not_applicable"])
def test_a_missing_kind_of_case_fails(tmp_path: Path, missing: Data) -> None:
    report = prove(tmp_path, [case for case in ALL if case is not missing])
    assert failures(report) == ["missing-kind"]
    assert missing["expect"] in render(report.failures[0], "en")


def test_a_rule_that_always_applies_needs_no_not_applicable_case(tmp_path: Path) -> None:
    assert prove(tmp_path, [PASS, FAIL], {**RULE, "applies_when": "always"}).failures == ()


def test_a_review_case_proves_a_rule_that_asks_for_review_and_its_absence_fails(tmp_path: Path) -> None:
    both_kinds = {
        **REVIEWED,
        "require": [*REVIEWED["require"], require("manifest.people.minors != 'unknown'", id="minors", at="/people/minors")],
    }
    fails = {"name": "bad", "patch": {"people": {"minors": "unknown"}}, "expect": "fail", "at": ["/people/minors"]}
    review = {**FAIL, "name": "to review", "expect": "review"}
    assert prove(tmp_path / "a", [PASS, fails, review], both_kinds).failures == ()
    assert failures(prove(tmp_path / "b", [PASS, fails], both_kinds)) == ["missing-kind"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({**PASS, "expect": "fail", "at": ["/people/impact"]}, "verdict"),
        ({**PASS, "expect": "not_applicable"}, "verdict"),
        ({**PASS, "expect": "review", "at": ["/people/impact"]}, "verdict"),
        ({**FAIL, "expect": "pass"}, "verdict"),
        ({**NOT_APPLICABLE, "expect": "pass"}, "verdict"),
        ({**FAIL, "at": ["/people/minors"]}, "pointers"),
        ({**FAIL, "at": ["/people/impact", "/people/minors"]}, "pointers"),
        ({**FAIL, "at": []}, "no-pointer"),
        ({key: value for key, value in FAIL.items() if key != "at"}, "no-pointer"),
        ({**FAIL, "level": "advisory"}, "level"),
        ({**PASS, "level": "note"}, "level"),
        ({**PASS, "base": "nowhere.yaml"}, "no-base"),
        ({**PASS, "patch": {"people": {"minors": "aucun"}}}, "invalid-manifest"),
        ({**PASS, "patch": {"people": None}}, "invalid-manifest"),
        ({**PASS, "patch": {"peeple": {"minors": "none"}}}, "invalid-manifest"),
    ],
)
def test_a_wrong_case_fails_by_its_name(tmp_path: Path, case: Data, expected: str) -> None:
    report = prove(tmp_path, [*ALL, {**case, "name": "the wrong one"}])
    assert failures(report) == [expected]
    assert "the wrong one" in render(report.failures[0], "fr")
    assert "v1.cases.yaml" in render(report.failures[0], "fr")


def test_a_level_that_is_right_passes(tmp_path: Path) -> None:
    cases = [PASS, {**FAIL, "level": "blocking"}, NOT_APPLICABLE]
    planned: Data = {
        "name": "design",
        "patch": {"project": {"status": "design"}, "people": {"impact": "unknown"}},
        "level": "note",
    }
    assert prove(tmp_path, [*cases, {**planned, "expect": "fail", "at": ["/people/impact"]}]).failures == ()


def test_pointers_are_compared_in_any_order(tmp_path: Path) -> None:
    two = {**RULE, "require": [*RULE["require"], require("manifest.data.personal != 'unknown'", id="data", at="/data/personal")]}
    case: Data = {"name": "two", "patch": {"people": {"impact": "unknown"}, "data": {"personal": "unknown"}}, "expect": "fail"}
    for name, at in (("a", ["/people/impact", "/data/personal"]), ("b", ["/data/personal", "/people/impact"])):
        assert prove(tmp_path / name, [*ALL, {**case, "at": at}], two).failures == ()


def test_one_pointer_of_two_is_not_enough(tmp_path: Path) -> None:
    two = {**RULE, "require": [*RULE["require"], require("manifest.data.personal != 'unknown'", id="data", at="/data/personal")]}
    case = {**FAIL, "patch": {"people": {"impact": "unknown"}, "data": {"personal": "unknown"}}}
    assert failures(prove(tmp_path, [*ALL, case], two)) == ["pointers"]


def test_a_rule_without_cases_fails_and_so_does_a_run_without_any(tmp_path: Path) -> None:
    assert set(failures(prove(tmp_path, None))) == {"no-case-file", "no-case"}


def test_a_rule_without_cases_fails_beside_one_that_has_some(tmp_path: Path) -> None:
    prove(tmp_path, ALL)
    write_pack(tmp_path, [RULE, rule("TEST-A02")])
    report = cases_of(load_policy(tmp_path, with_cases=True))
    assert failures(report) == ["no-case-file"]


def test_a_second_version_needs_cases_of_its_own(tmp_path: Path) -> None:
    prove(tmp_path, ALL)
    second = {**RULE, "version": 2}
    drafted = release("2026.1", [second], in_force_from="2026-09-01", published=None)
    write_pack(tmp_path, [RULE, second], releases=[release(rules=[RULE]), drafted])
    assert failures(cases_of(load_policy(tmp_path, with_cases=True))) == ["no-case-file"]


def test_a_rule_that_errs_is_caught(tmp_path: Path) -> None:
    erring = {**RULE, "require": [require("manifest.transparency.rules_url != ''", at="/people/impact")]}
    assert set(failures(prove(tmp_path, ALL, erring))) == {"verdict"}


def test_a_rule_that_errs_when_an_optional_node_is_left_out_is_caught(tmp_path: Path) -> None:
    fragile = {**RULE, "require": [*RULE["require"], require("manifest.people.decisions_per_year < 10", id="few", at="/people")]}
    with_it: Data = {"people": {"decisions_per_year": 3}}
    cases = [
        {**PASS, "patch": with_it},
        {**FAIL, "patch": {"people": {"impact": "unknown", "decisions_per_year": 3}}},
        {**NOT_APPLICABLE, "patch": {"project": {"status": "planned"}}},
    ]
    report = prove(tmp_path, cases, fragile)
    assert set(failures(report)) == {"optional-error"}
    assert "/people/decisions_per_year" in render(report.failures[0], "fr")


def test_dates_of_cases_are_their_own(tmp_path: Path) -> None:
    dated = rule("TEST-A01", require("today < date('2027-01-01')", at="/people/impact"))
    cases = [PASS, {"name": "later", "as_of": "2027-01-01", "expect": "fail", "at": ["/people/impact"]}]
    assert prove(tmp_path, cases, dated).failures == ()


def test_the_register_of_a_case_is_seen_by_the_rule_and_is_not_configured_by_default(tmp_path: Path) -> None:
    recorded = rule("TEST-A01", require("!record.configured || record.?opinion.?ref.orValue('') == 'A'", at="/people/impact"))
    opinion = {"ref": "A", "project": "essai", "date": "2026-01-01", "conclusion": "favourable", "domains": ["other"]}
    cases: list[Data] = [
        PASS,
        {"name": "held", "record": {"configured": True, "opinion": opinion}, "expect": "pass"},
        {"name": "not held", "record": {"configured": True}, "expect": "fail", "at": ["/people/impact"]},
    ]
    assert prove(tmp_path, cases, recorded).failures == ()


def test_a_misspelt_key_of_a_case_s_register_is_refused_and_is_no_bug_of_the_tool(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [RULE])
    write(tmp_path / "policies" / "test" / "bases" / BASE, MINIMAL)
    file = {
        "base": BASE,
        "as_of": "2026-11-23",
        "cases": [*ALL, {**PASS, "record": {"configured": True, "opinoin": {"ref": "A"}}}],
    }
    write(tmp_path / "policies" / "test" / "rules" / "TEST-A01" / "v1.cases.yaml", file)
    done = command("rules", "test", "policies", cwd=tmp_path)
    assert done.code in {1, 4}, done.err
    assert "v1.cases.yaml" in done.out + done.err


@pytest.mark.parametrize(
    ("changes", "case"),
    [
        ({"base": 3}, PASS),
        ({"caes": []}, PASS),
        ({}, {**PASS, "expect": "error"}),
        ({}, {**PASS, "patched": {}}),
        ({"as_of": "2026-02-30"}, PASS),
    ],
)
def test_a_case_file_that_breaks_its_contract_is_exit_4(tmp_path: Path, changes: Data, case: Data) -> None:
    write_pack(tmp_path / "policies", [RULE])
    write(tmp_path / "policies" / "test" / "bases" / BASE, MINIMAL)
    path = tmp_path / "policies" / "test" / "rules" / "TEST-A01" / "v1.cases.yaml"
    write(path, {"base": BASE, "as_of": "2026-11-23", "cases": [case], **changes})
    done = command("rules", "test", "policies", cwd=tmp_path)
    assert done.code == 4
    assert "v1.cases.yaml" in done.err


def test_rule_names_the_rules_to_try_and_an_unknown_one_is_an_error(tmp_path: Path) -> None:
    prove(tmp_path, ALL)
    write_pack(tmp_path, [RULE, rule("TEST-A02")])
    policy = load_policy(tmp_path, with_cases=True)
    assert cases_of(policy, ["TEST-A01"]).failures == ()
    assert failures(cases_of(policy, ["TEST-A02"])) == ["no-case-file", "no-case"]
    for wanted in (["TEST-A09"], ["TEST-A01", "TEST-A09"], ["test-a01"]):
        with pytest.raises(UsageError):
            cases_of(policy, wanted)


# the command


def bundled_rules() -> list[str]:
    """The ids of the rules of the bundled pack."""
    return sorted(folder.name for folder in (BUNDLED / "cmian" / "rules").iterdir())


@pytest.fixture(scope="module")
def bundled() -> Policy:
    """The bundled pack with its cases."""
    return load_policy(with_cases=True)


@pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time
@pytest.mark.parametrize("rule_id", bundled_rules())
def test_the_bundled_cases_prove_their_rule(bundled: Policy, rule_id: str) -> None:
    report = cases_of(bundled, [rule_id])
    assert [render(fault, "en") for fault in report.failures] == []
    versions = [path for path in (BUNDLED / "cmian" / "rules" / rule_id).glob("v*.yaml") if not path.name.endswith(".cases.yaml")]
    assert (report.rules, report.passed) == (len(versions), len(report.cases))


def test_the_command_says_what_it_ran(tmp_path: Path) -> None:
    done = command("rules", "test", "--rule", "CMIAN-F09", "-f", "json", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    done = command("rules", "test", "--rule", "CMIAN-A05", "--rule", "CMIAN-I01", "-f", "json", cwd=tmp_path)
    assert done.code == 0, done.out
    assert done.report["failures"] == []
    assert done.report["rules"] == 2
    assert done.report["passed"] == len(done.report["cases"]) >= 6


def test_a_failing_case_is_exit_1_and_an_unknown_rule_exit_2(tmp_path: Path) -> None:
    prove(tmp_path / "policies", [PASS, {**FAIL, "at": ["/data"]}, NOT_APPLICABLE])
    done = command("rules", "test", "policies", cwd=tmp_path)
    assert done.code == 1
    assert "/data" in done.out
    unknown = command("rules", "test", "policies", "--rule", "TEST-A09", cwd=tmp_path)
    assert (unknown.code, unknown.out) == (2, "")


# A rule of the committee broken on purpose. In each file the first text is replaced by the second.
BREAKS = {
    "T01 negated": (
        "CMIAN-T01",
        "cel: manifest.?transparency.?disclosure.?places.hasValue()",
        "cel: '!manifest.?transparency.?disclosure.?places.hasValue()'",
    ),
    "E02 weaker": ("CMIAN-E02", "level: {default: blocking}", "level: {default: advisory}"),
    "E01 never": ("CMIAN-E01", "cel: facts.education", 'cel: "false"'),
    "A01 dropped": ("CMIAN-A01", "<= today", "<= today || true"),
    "A04 any": ("CMIAN-A04", "item.status != 'open'", "true"),
    "A04 empty": ("CMIAN-A04", "empty: fail", "empty: pass"),
    "A05 elsewhere": ("CMIAN-A05", "at: /cmian/opinion/follow_up", "at: /cmian/opinion"),
    "G02 less": ("CMIAN-G02", "manifest.people.minors != 'unknown'", "manifest.people.minors != 'unknowm'"),
    "I01 sooner": ("CMIAN-I01", "manifest.project.status == 'operational'", "facts.live"),
    "V01 none": ("CMIAN-V01", "manifest.video.analysis != 'none'", "manifest.video.analysis == 'none'"),
    "R01 months": ("CMIAN-R01", "plus_months(today, -12)", "plus_months(today, -24)"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_bundled_rule_broken_on_purpose_is_caught(tmp_path: Path, name: str) -> None:
    rule_id, old, new = BREAKS[name]
    others = [folder.name for folder in (BUNDLED / "cmian" / "rules").iterdir() if folder.name != rule_id]
    later = ("fr-eu-law", "2026.*.yaml", "v2.*", "SHA256SUMS")
    shutil.copytree(BUNDLED, tmp_path / "policies", ignore=shutil.ignore_patterns(*others, *later))
    alone = release(rules=[{"id": rule_id, "version": 1}], sources=[{"act": "V2024-420"}])
    write(tmp_path / "policies" / "cmian" / "releases" / "2025.1.yaml", alone)
    path = tmp_path / "policies" / "cmian" / "rules" / rule_id / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    report = cases_of(load_policy(tmp_path / "policies", with_cases=True), [rule_id])
    assert report.failures


# JSON Merge Patch, the examples of RFC 7396, appendix A


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_rfc_7396_says(target: Any, patch: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON
    before = json.dumps(target)
    assert merge_patch(target, patch) == expected
    assert json.dumps(target) == before
