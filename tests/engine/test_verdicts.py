"""One finding for each rule, with one of the six verdicts (rules.md, "A rule version" and "Verdicts")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cmian_policy.messages import render
from cmian_policy.model.verdict import Level, Outcome, Verdict
from tests.packs import Data, applies, command, facts, finding, judged, pointers, require, rule, write_manifest, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.report import Report

CONDITIONS: Data = {"cmian": {"opinion": {"ref": "A", "date": "2026-01-01", "conclusion": "favourable_with_conditions"}}}
EACH: Data = {"for_each": "/cmian/opinion/conditions", "at": "/status"}


def with_conditions(*statuses: str) -> Data:
    """A manifest whose opinion has conditions C0, C1 … of these statuses."""
    listed = [{"id": f"C{index}", "text": "t", "status": status} for index, status in enumerate(statuses)]
    return {"cmian": {"opinion": {**CONDITIONS["cmian"]["opinion"], "conditions": listed}}}


def shown(report: Report, rule_id: str = "TEST-A01") -> list[str]:
    """The French messages of a rule's observations."""
    return [render(observation.message, "fr") for observation in finding(report, rule_id).observations]


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (["true", "true"], Verdict.PASS),
        (["true", "false"], Verdict.FAIL),
        (["false", "true"], Verdict.FAIL),
        (["true", "review"], Verdict.REVIEW),
        (["false", "review"], Verdict.FAIL),
        (["review", "false"], Verdict.FAIL),
        (["1 / 0 == 1", "false"], Verdict.ERROR),
        (["false", "1 / 0 == 1"], Verdict.ERROR),
        (["review", "1 / 0 == 1"], Verdict.ERROR),
    ],
)
def test_a_rule_fails_if_any_require_fails_else_is_review_else_passes(
    tmp_path: Path, requires: list[str], expected: Verdict
) -> None:
    parts = [
        require("false", id=f"r{index}", otherwise="review") if cel == "review" else require(cel, id=f"r{index}")
        for index, cel in enumerate(requires)
    ]
    report = judged(tmp_path, [rule("TEST-A01", *parts)])
    assert finding(report).verdict is expected


def test_not_applicable_prints_the_rule_s_own_reason(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule(applies_when=applies("manifest.video.used", "no video here"), require=[require("false")])])
    found = finding(report)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.observations == ()
    assert found.reason is not None
    assert render(found.reason, "fr") == "no video here"


def test_each_failing_require_is_an_observation_and_passing_ones_are_none(tmp_path: Path) -> None:
    parts = [
        require("false", id="first", at="/people/impact"),
        require("true", id="second", at="/people/minors"),
        require("false", id="third", at="/data/personal"),
    ]
    report = judged(tmp_path, [rule("TEST-A01", *parts)])
    assert {(each.require, each.pointer) for each in finding(report).observations} == {
        ("first", "/people/impact"),
        ("third", "/data/personal"),
    }


def test_a_guard_concerns_its_own_require_alone(tmp_path: Path) -> None:
    parts = [
        require("false", id="guarded", when={"cel": "manifest.video.used"}),
        require("false", id="open", at="/people/impact"),
    ]
    assert pointers(judged(tmp_path, [rule("TEST-A01", *parts)])) == ["/people/impact"]


def test_a_guard_keeps_a_condition_from_being_evaluated(tmp_path: Path) -> None:
    part = require("manifest.transparency.rules_url != ''", when={"cel": "has(manifest.transparency)"})
    assert finding(judged(tmp_path, [rule("TEST-A01", part)])).verdict is Verdict.PASS


def test_a_finding_carries_what_its_rule_says_of_itself(tmp_path: Path) -> None:
    found = finding(judged(tmp_path, [rule()]))
    assert (found.pack, found.release, found.version, found.basis) == ("test", "2025.1", 1, "interpretation")
    assert found.source is not None
    assert found.source.paragraph == "1"


# for_each


def test_for_each_gives_one_observation_per_failing_item_at_its_own_pointer(tmp_path: Path) -> None:
    part = require("item.status != 'open'", **EACH)
    report = judged(tmp_path, [rule("TEST-A01", part)], with_conditions("open", "done", "open"))
    assert pointers(report) == ["/cmian/opinion/conditions/0/status", "/cmian/opinion/conditions/2/status"]


def test_for_each_with_an_empty_at_points_at_the_item(tmp_path: Path) -> None:
    part = require("item.status != 'open'", **{**EACH, "at": ""})
    assert pointers(judged(tmp_path, [rule("TEST-A01", part)], with_conditions("done", "open"))) == [
        "/cmian/opinion/conditions/1"
    ]


def test_for_each_over_scalars_binds_the_item(tmp_path: Path) -> None:
    part = require("item != 'chatbot'", for_each="/technology/capabilities", at="")
    data: Data = {"technology": {"capabilities": ["search", "chatbot"]}}
    assert pointers(judged(tmp_path, [rule("TEST-A01", part)], data)) == ["/technology/capabilities/1"]


@pytest.mark.parametrize("conditions", [None, []], ids=["absent", "empty"])
@pytest.mark.parametrize(("empty", "expected"), [(None, Verdict.FAIL), ("fail", Verdict.FAIL), ("pass", Verdict.PASS)])
def test_zero_items_fail_at_the_list_s_pointer_unless_the_rule_says_pass(
    tmp_path: Path, conditions: list[Data] | None, empty: str | None, expected: Verdict
) -> None:
    part = require("item.status != 'open'", **EACH, **({} if empty is None else {"empty": empty}))
    opinion = {**CONDITIONS["cmian"]["opinion"], **({} if conditions is None else {"conditions": conditions})}
    report = judged(tmp_path, [rule("TEST-A01", part)], {"cmian": {"opinion": opinion}})
    assert finding(report).verdict is expected
    assert pointers(report) == (["/cmian/opinion/conditions"] if expected is Verdict.FAIL else [])


def test_a_missing_section_is_an_empty_list_too(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule("TEST-A01", require("false", **EACH))])
    assert pointers(report) == ["/cmian/opinion/conditions"]


def test_zero_items_fail_even_where_a_false_condition_would_be_a_review(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule("TEST-A01", require("false", **EACH, otherwise="review"))])
    assert finding(report).verdict is Verdict.FAIL


def test_for_each_may_ask_for_review_of_each_item(tmp_path: Path) -> None:
    part = require("item.status != 'open'", **EACH, otherwise="review")
    report = judged(tmp_path, [rule("TEST-A01", part)], with_conditions("open", "open", "done"))
    assert finding(report).verdict is Verdict.REVIEW
    assert len(pointers(report)) == 2


def test_a_guard_of_a_for_each_sees_the_item(tmp_path: Path) -> None:
    part = require("false", **EACH, when={"cel": "item.status == 'planned'"})
    report = judged(tmp_path, [rule("TEST-A01", part)], with_conditions("open", "planned", "done"))
    assert pointers(report) == ["/cmian/opinion/conditions/1/status"]


def test_a_for_each_whose_guard_refuses_every_item_passes(tmp_path: Path) -> None:
    part = require("false", **EACH, when={"cel": "item.status == 'planned'"})
    assert finding(judged(tmp_path, [rule("TEST-A01", part)], with_conditions("open"))).verdict is Verdict.PASS


def test_one_item_that_errs_makes_the_rule_an_error_though_another_fails(tmp_path: Path) -> None:
    part = require("item.due > '2026'", **EACH)
    listed = [{"id": "A", "text": "t", "status": "open", "due": "2020-01-01"}, {"id": "B", "text": "t", "status": "open"}]
    data: Data = {"cmian": {"opinion": {**CONDITIONS["cmian"]["opinion"], "conditions": listed}}}
    assert finding(judged(tmp_path, [rule("TEST-A01", part)], data)).verdict is Verdict.ERROR


# placeholders


def test_placeholders_show_values_of_the_manifest(tmp_path: Path) -> None:
    text = {"fr": "statut {/project/status}, vidéo {/video/used}, {/technology/capabilities/0}", "en": "status {/project/status}"}
    report = judged(tmp_path, [rule("TEST-A01", require("false", message=text))])
    assert shown(report) == ["statut operational, vidéo false, forecasting"]
    assert render(finding(report).observations[0].message, "en") == "status operational"


def test_placeholders_of_a_for_each_are_relative_to_the_item(tmp_path: Path) -> None:
    part = require("item.status != 'open'", **EACH, message={"fr": "condition {/id}", "en": "condition {/id}"})
    assert shown(judged(tmp_path, [rule("TEST-A01", part)], with_conditions("open", "open"))) == ["condition C0", "condition C1"]


def test_the_empty_placeholder_of_a_for_each_is_the_item(tmp_path: Path) -> None:
    part = require("false", for_each="/technology/capabilities", at="", message={"fr": "capacité {}", "en": "capability {}"})
    assert shown(judged(tmp_path, [rule("TEST-A01", part)])) == ["capacité forecasting"]


def test_an_absent_value_never_shows_the_placeholder_itself(tmp_path: Path) -> None:
    text = {"fr": "page {/project/links/public_page}.", "en": "page {/project/links/public_page}."}
    (message,) = shown(judged(tmp_path, [rule("TEST-A01", require("false", message=text))]))
    assert "{" not in message
    assert message == "page absent."


@pytest.mark.parametrize(
    "hostile",
    ["{/project/id}", "{0}", "{self.__class__}", "{key", "}{", "%s %(x)s", "{{/project/id}}", "${PATH}", "{}", r"\1 \g<0>"],
)
def test_a_value_is_never_read_as_a_template(tmp_path: Path, hostile: str) -> None:
    text = {"fr": "nom {/project/name} !", "en": "name {/project/name}!"}
    report = judged(tmp_path, [rule("TEST-A01", require("false", message=text))], {"project": {"name": hostile}})
    assert shown(report) == [f"nom {hostile} !"]


def test_other_braces_of_a_message_are_plain_text(tmp_path: Path) -> None:
    text = {"fr": "écrivez {x} ou {0}, {/project/id}", "en": "write {x}"}
    assert shown(judged(tmp_path, [rule("TEST-A01", require("false", message=text))])) == ["écrivez {x} ou {0}, essai"]


# errors: never a pass, never a failure


ERRING = [
    "manifest.nothing == 'x'",
    "manifest.project.name > 3",
    "1 / 0 == 1",
    "date(manifest.project.name) < today",
    "date('2026-02-30') < today",
    "item.status == 'open'",
    "manifest.people.impact.size",
    "record.opinion.ref == 'A'",
    "facts.no_such_fact",
]
NOT_BOOLEAN = ["manifest.project.name", "manifest.technology.capabilities", "manifest.?cmian.?ref.orValue('')", "facts"]


def named(cels: list[str]) -> dict[str, str]:
    """A rule id for each expression."""
    return {f"TEST-E{index:02}": cel for index, cel in enumerate(cels)}


def test_an_expression_that_errs_or_is_no_boolean_is_an_error_of_its_rule_alone(tmp_path: Path) -> None:
    erring = named([*ERRING, *NOT_BOOLEAN])
    report = judged(tmp_path, [rule(), *(rule(name, require(cel)) for name, cel in erring.items())])
    assert {cel: finding(report, name).verdict for name, cel in erring.items()} == dict.fromkeys(erring.values(), Verdict.ERROR)
    assert all(finding(report, name).reason is not None and not finding(report, name).observations for name in erring)
    assert finding(report).verdict is Verdict.PASS
    assert [each.verdict for each in report.manifests] == [Outcome.ERROR]


def test_applicability_that_errs_is_an_error_not_a_rule_that_does_not_apply(tmp_path: Path) -> None:
    erring = named([*ERRING, *NOT_BOOLEAN])
    report = judged(tmp_path, [rule(name, applies_when=applies(cel)) for name, cel in erring.items()])
    assert {cel: finding(report, name).verdict for name, cel in erring.items()} == dict.fromkeys(erring.values(), Verdict.ERROR)


def test_a_guard_that_errs_is_an_error(tmp_path: Path) -> None:
    erring = named([*ERRING, *NOT_BOOLEAN])
    report = judged(tmp_path, [rule(name, require("true", when={"cel": cel})) for name, cel in erring.items()])
    assert {cel: finding(report, name).verdict for name, cel in erring.items()} == dict.fromkeys(erring.values(), Verdict.ERROR)


def test_an_error_whatever_its_level_keeps_a_manifest_from_being_compliant(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule(), rule("TEST-A02", require("1 / 0 == 1"), level={"default": "note"})])
    assert [each.verdict for each in report.manifests] == [Outcome.ERROR]


@pytest.mark.parametrize("cel", ["manifest.nothing == 'x'", "manifest.project.name"])
def test_a_fact_that_errs_makes_every_rule_of_the_pack_an_error(tmp_path: Path, cel: str) -> None:
    broken = facts(facts=[{"name": "broken", "cel": cel, "title": {"fr": "x", "en": "x"}}])
    report = judged(tmp_path, [rule(), rule("TEST-A02", require("false"))], facts_files=[broken])
    assert {finding(report, name).verdict for name in ("TEST-A01", "TEST-A02")} == {Verdict.ERROR}
    assert [each.verdict for each in report.manifests] == [Outcome.ERROR]


def test_a_scope_that_errs_makes_every_rule_of_the_pack_an_error(tmp_path: Path) -> None:
    scope = [{"cel": "manifest.nothing", "cap": "advisory", "reason": {"fr": "x", "en": "x"}}]
    assert finding(judged(tmp_path, [rule()], facts_files=[facts(scope=scope)])).verdict is Verdict.ERROR


def test_facts_build_on_the_facts_above_them_and_are_printed(tmp_path: Path) -> None:
    title = {"fr": "x", "en": "x"}
    chain = facts(
        facts=[
            {"name": "video", "cel": "manifest.video.used", "title": title},
            {"name": "no_video", "cel": "!facts.video", "title": title},
        ]
    )
    report = judged(tmp_path, [rule("TEST-A01", require("facts.no_video"))], facts_files=[chain])
    assert finding(report).verdict is Verdict.PASS
    assert [each.facts for each in report.manifests] == [{"test": {"video": False, "no_video": True}}]


@pytest.mark.parametrize("cel", ["manifest.nothing == 'x'", "manifest.project.name"])
def test_an_error_is_exit_4_with_a_valid_report_that_says_error(tmp_path: Path, cel: str) -> None:
    write_manifest(tmp_path)
    write_pack(tmp_path / "policies", [rule("TEST-A01", require(cel))])
    done = command("check", "ai-manifest.yaml", "--policy-dir", "policies", "-f", "json", "--as-of", "2026-11-23", cwd=tmp_path)
    assert done.code == 4
    report = done.report
    assert report["verdict"] == "error"
    assert report["manifests"][0]["verdict"] == "error"
    assert [note["kind"] for note in report["notes"]] == ["policy-unusable"]


# retired


def test_a_retired_project_is_not_applicable_by_default(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule("TEST-A01", require("false"))], {"project": {"status": "retired"}})
    assert finding(report).verdict is Verdict.NOT_APPLICABLE
    assert finding(report).reason is not None


@pytest.mark.parametrize(("cel", "expected"), [("false", Verdict.FAIL), ("true", Verdict.PASS)])
def test_a_rule_may_judge_retired_projects(tmp_path: Path, cel: str, expected: Verdict) -> None:
    report = judged(tmp_path, [rule("TEST-A01", require(cel), retired=True)], {"project": {"status": "retired"}})
    assert finding(report).verdict is expected
    assert finding(report).level is Level.BLOCKING


# built-in rules


def test_three_built_in_findings_always(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule()])
    assert {each.rule for each in report.findings()} == {"manifest-syntax", "manifest-schema", "policy-pin", "TEST-A01"}


def test_what_cannot_be_read_fails_syntax_and_nothing_else_is_evaluated(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "ai-manifest.yaml").write_text("a: [", encoding="utf-8")
    policies = write_pack(tmp_path / "policies", [rule(), rule("TEST-A02")])
    done = command("check", "project", "--policy-dir", policies, "-f", "json", "--as-of", "2026-11-23", cwd=tmp_path)
    found = {each["rule"]: each["verdict"] for each in done.report["manifests"][0]["findings"]}
    assert found == {
        "manifest-syntax": "fail",
        "manifest-schema": "error",
        "policy-pin": "error",
        "TEST-A01": "error",
        "TEST-A02": "error",
    }
    assert done.code == 1
    assert done.report["manifests"][0]["project"] is None
    assert done.report["manifests"][0]["facts"] == {}


def test_what_breaks_the_schema_fails_it_and_pack_rules_are_not_evaluated(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule()], {"people": {"minors": "aucun"}, "policy": ["test@2025.1"]})
    found = {each.rule: each.verdict for each in report.findings()}
    assert found == {
        "manifest-syntax": Verdict.PASS,
        "manifest-schema": Verdict.FAIL,
        "policy-pin": Verdict.PASS,
        "TEST-A01": Verdict.ERROR,
    }
    assert report.verdict is Outcome.NON_COMPLIANT


@pytest.mark.parametrize("status", ["planned", "retired"])
def test_built_in_rules_block_whatever_ladder_and_scope_say(tmp_path: Path, status: str) -> None:
    scope = [{"cel": "true", "cap": "note", "reason": {"fr": "x", "en": "x"}}]
    data: Data = {"project": {"status": status}, "people": {"minors": "aucun"}}
    report = judged(tmp_path, [rule()], data, facts_files=[facts(scope=scope)])
    assert finding(report, "manifest-schema").level is Level.BLOCKING
    assert report.verdict is Outcome.NON_COMPLIANT
