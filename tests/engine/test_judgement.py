"""What a finding says of itself: why a rule was not judged or erred, from where to where it was seen, at which level."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.compile import Compiler, compile_release
from cmian_policy.errors import CmianPolicyError, ExpressionError, PolicyError
from cmian_policy.messages import render
from cmian_policy.model.location import Location, Span
from cmian_policy.model.text import LANGS, Bilingual, Message, message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import Options, check_bytes, check_paths
from tests.packs import (
    TODAY,
    Data,
    applies,
    both,
    check,
    facts,
    finding,
    judged,
    manifest,
    release,
    require,
    rule,
    write_manifest,
    write_pack,
)  # fmt: skip
from tests.register_folder import opinion, write_register

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.finding import Finding, Text
    from cmian_policy.model.report import Report

BUILT_IN = ("manifest-syntax", "manifest-schema", "policy-pin")


def shown(text: Text | None) -> Text:
    """A text that is there and can be shown in both languages."""
    assert text is not None
    for lang in LANGS:
        said = render(text, lang)
        assert said
        assert said == said.strip()
        assert "None" not in said
    return text


def read(tmp_path: Path, text: str, *rules: Data) -> Report:
    """The report on one manifest of that text."""
    policies = write_pack(tmp_path / "policies", rules or [rule(level={"default": "advisory"})])
    return check_bytes(text.encode(), "ai-manifest.yaml", load_policy(policies), TODAY, here=tmp_path)


def essence(found: Finding) -> tuple[Verdict, Level, Text | None]:
    """Verdict, level and reason."""
    return found.verdict, found.level, found.reason


# a manifest that cannot be judged


def test_a_manifest_that_cannot_be_read_is_a_failure_of_syntax_and_the_rest_says_so(tmp_path: Path) -> None:
    report = read(tmp_path, "a: [")
    reason = shown(message("engine.not-evaluated", rule="manifest-syntax"))
    assert essence(finding(report, "manifest-syntax")) == (Verdict.FAIL, Level.BLOCKING, None)
    assert essence(finding(report, "manifest-schema")) == (Verdict.ERROR, Level.BLOCKING, reason)
    assert essence(finding(report, "policy-pin")) == (Verdict.ERROR, Level.BLOCKING, reason)
    assert essence(finding(report)) == (Verdict.ERROR, Level.ADVISORY, reason)


def test_a_manifest_that_breaks_its_schema_is_judged_by_no_rule_of_a_pack(tmp_path: Path) -> None:
    report = read(tmp_path, json.dumps(manifest({"people": {"impact": "nul"}})))
    assert essence(finding(report, "manifest-syntax")) == (Verdict.PASS, Level.BLOCKING, None)
    assert essence(finding(report, "manifest-schema")) == (Verdict.FAIL, Level.BLOCKING, None)
    assert finding(report, "policy-pin").verdict is Verdict.NOT_APPLICABLE
    reason = message("engine.not-evaluated", rule="manifest-schema")
    assert essence(finding(report)) == (Verdict.ERROR, Level.ADVISORY, shown(reason))


@pytest.mark.parametrize("text", ["a: [", json.dumps(manifest({"people": {"impact": "nul"}}))], ids=["syntax", "schema"])
def test_the_level_of_a_rule_that_was_not_judged_is_the_one_declared_on_that_date(tmp_path: Path, text: str) -> None:
    """Nothing is known of the project: neither status nor scope changes anything."""
    level: Data = {
        "default": "note",
        "schedule": [{"from": "2026-01-01", "level": "advisory"}, {"from": "2027-01-01", "level": "blocking"}],
    }
    found = finding(read(tmp_path, text, rule(level={**level, "by_status": {"operational": "note"}})))
    assert (found.level, found.level_reason) == (Level.ADVISORY, None)
    assert [(change.start, change.level) for change in found.level_changes] == [(date(2027, 1, 1), Level.BLOCKING)]


def test_a_rule_that_was_not_judged_still_says_what_it_is(tmp_path: Path) -> None:
    found, whole = (finding(read(tmp_path, text)) for text in ("a: [", json.dumps(manifest())))
    said = ("rule", "version", "pack", "release", "basis", "title", "remediation", "source", "references")
    assert [getattr(found, name) for name in said] == [getattr(whole, name) for name in said]
    assert (whole.title, whole.remediation) == (Bilingual(*["title of TEST-A01"] * 2), Bilingual(*["a remediation"] * 2))


def test_findings_on_what_cannot_be_judged_belong_to_the_project(tmp_path: Path) -> None:
    """Its id is known where only the schema is broken; else its path stands for it."""
    broken = [manifest({"project": {"id": name}, "people": {"impact": "nul"}}) for name in ("un", "deux")]
    prints = [each.fingerprint for data in broken for each in read(tmp_path, json.dumps(data)).findings()]
    assert len(set(prints)) == 8


@pytest.mark.parametrize("text", ["a: [", json.dumps(manifest({"people": {"impact": "nul"}})), json.dumps(manifest())])
def test_built_in_rules_have_a_title_and_a_remedy_and_nothing_of_a_pack(tmp_path: Path, text: str) -> None:
    report = read(tmp_path, text)
    for name in BUILT_IN:
        found = finding(report, name)
        assert (found.title, found.remediation) == (message(f"{name}.title"), message(f"{name}.remediation"))
        shown(found.title)
        shown(found.remediation)
        assert (found.version, found.pack, found.release, found.basis, found.source) == (1, None, None, None, None)
        assert (found.references, found.level_reason, found.level_changes, found.waiver) == ((), None, (), None)


def test_what_is_wrong_with_the_shape_is_shown_at_its_place_with_what_mends_it(tmp_path: Path) -> None:
    text = json.dumps(manifest(), indent=1).replace('"operational"', '"Operational"').replace('"used"', '"usedd"')
    found = finding(read(tmp_path, text), "manifest-schema")
    lines = text.split("\n")
    for each in found.observations:
        assert (each.require, each.verdict) == ("shape", Verdict.FAIL)
        shown(each.message)
    places = {each.pointer: lines[each.span.line - 1] for each in found.observations}
    assert set(places) == {"/project/status", "/video/used", "/video/usedd"}
    assert "Operational" in places["/project/status"]
    assert "usedd" in places["/video/usedd"]
    mended = {each.pointer: each.correction.new for each in found.observations if each.correction is not None}
    assert mended["/project/status"] == '"operational"'
    assert found.fixable


def test_a_finding_that_nothing_mends_is_not_fixable(tmp_path: Path) -> None:
    assert not finding(read(tmp_path, json.dumps(manifest({"people": {"impact": "zzz"}}))), "manifest-schema").fixable
    assert not finding(read(tmp_path, "a: ["), "manifest-syntax").fixable


# pins


@pytest.mark.parametrize(("pins", "key"), [([], "pin.none"), (["test@2025.1"], "pin.operator")])
def test_the_reason_why_a_pin_is_not_judged(tmp_path: Path, pins: list[str], key: str) -> None:
    policy = load_policy(write_pack(tmp_path / "policies"))
    write_manifest(tmp_path / "p", {"policy": pins} if pins else {})
    options = Options(policy=("test@2025.1",)) if pins else Options()
    found = finding(check_paths([tmp_path / "p"], policy, TODAY, options, here=tmp_path), "policy-pin")
    assert essence(found) == (Verdict.NOT_APPLICABLE, Level.BLOCKING, shown(message(key)))


def test_every_faulty_pin_is_shown_at_its_place_and_the_heaviest_gives_the_level(tmp_path: Path) -> None:
    releases = [release("2025.1", [rule()]), release("2026.1", [rule()], in_force_from="2026-09-01")]
    policy = load_policy(write_pack(tmp_path / "policies", [rule()], releases=releases))
    for name, pins, level in (("a", ["test@2025.1"], Level.NOTE), ("b", ["test@2025.1", "zzz@1.1"], Level.BLOCKING)):
        text = json.dumps(manifest({"policy": pins}))
        found = finding(check_bytes(text.encode(), name, policy, TODAY, here=tmp_path), "policy-pin")
        assert (found.verdict, found.level) == (Verdict.FAIL, level)
        assert [(each.require, each.pointer) for each in found.observations] == [
            ("pin", f"/policy/{n}") for n in range(len(pins))
        ]
        said = [shown(each.message) for each in found.observations]
        assert [each.key for each in said if isinstance(each, Message)] == ["pin.grace", "pin.unknown-pack"][: len(pins)]
        columns = [text.index(f'"{pin}"') + 1 for pin in pins]
        assert [each.span for each in found.observations] == [
            Span(1, column, 1, column + len(pin) + 2) for column, pin in zip(columns, pins, strict=True)
        ]


# reasons


def test_a_rule_that_errs_says_why(tmp_path: Path) -> None:
    found = finding(judged(tmp_path, [rule("TEST-A01", require("manifest.nothing == 'x'"))]))
    assert essence(found) == (
        Verdict.ERROR,
        Level.BLOCKING,
        message("engine.rule-error", cause=message("cel.absent", field="nothing")),
    )
    shown(found.reason)


@pytest.mark.parametrize("part", ["facts", "scope"])
def test_a_pack_whose_facts_or_scope_err_says_why_for_each_rule(tmp_path: Path, part: str) -> None:
    broken = {
        "facts": facts(facts=[{"name": "broken", "cel": "manifest.nothing == 'x'", "title": both("x")}]),
        "scope": facts(scope=[{"cel": "manifest.nothing == 'x'", "cap": "note", "reason": both("x")}]),
    }
    level: Data = {"default": "blocking"}
    rules = [rule("TEST-A01", level=level), rule("TEST-A02", applies_when=applies("false"), level=level)]
    report = judged(tmp_path, rules, {"project": {"status": "development"}}, facts_files=[broken[part]])
    reason = message("engine.fact-error", cause=message("cel.absent", field="nothing"))
    for name in ("TEST-A01", "TEST-A02"):
        found = finding(report, name)
        assert essence(found) == (Verdict.ERROR, Level.ADVISORY, reason)
        shown(found.reason)
        assert found.level_reason == message("level.status", status=message("status.development"))


@pytest.mark.parametrize(
    "chain",
    [
        {"a": "true", "b": "facts.a", "c": "facts.b", "d": "facts.c && facts.a"},
        {"a": "true", "b": "facts.a", "c": "facts.a", "d": "facts.b"},
        {"a": "true", "b": "!facts.a", "c": "!facts.b", "d": "facts.c && !facts.b && facts.a"},
        {"a": "true", "b": "facts.size() == 1", "c": "facts.size() == 2", "d": "'c' in facts && facts.exists(name, name == 'b')"},
        {
            "a": "true",
            "b": "facts.?a.orValue(false)",
            "c": "facts.?b.orValue(false)",
            "d": "facts['c'] && facts.all(n, facts[n])",
        },
        {"a": "facts.size() == 0", "b": "'facts' == 'facts'", "c": "facts.b && facts.a", "d": "{'x': facts}.x.c"},
        {"a": "true", "b": "facts.a", "c": "true", "d": "[facts].all(each, each.c && each.b)"},
        {"a": "true", "b": "facts.a", "c": "facts.?zzz.orValue(true)", "d": "cel.bind(f, facts, f.c && f.b)"},
    ],
)
def test_a_fact_knows_every_fact_above_it_however_it_asks(tmp_path: Path, chain: dict[str, str]) -> None:
    written = [{"name": name, "cel": cel, "title": both(name)} for name, cel in chain.items()]
    asks = rule("TEST-A01", require("facts.d && facts.size() == 4"))
    report = judged(tmp_path, [asks], facts_files=[facts(facts=written)])
    (derived,) = [each.facts["test"] for each in report.manifests]
    assert (list(derived), derived["d"]) == (["a", "b", "c", "d"], True)
    assert finding(report).verdict is Verdict.PASS


def test_what_was_derived_before_a_fact_erred_is_shown(tmp_path: Path) -> None:
    cels = {"first": "!manifest.video.used", "second": "manifest.nothing == 'x'", "third": "true"}
    broken = facts(facts=[{"name": name, "cel": cel, "title": both("x")} for name, cel in cels.items()])
    report = judged(tmp_path, [rule()], facts_files=[broken])
    assert [each.facts for each in report.manifests] == [{"test": {"first": True}}]


def test_the_scope_may_ask_for_facts(tmp_path: Path) -> None:
    capped = [
        {"cel": "facts.live", "cap": "note", "reason": both("live")},
        {"cel": "!facts.live", "cap": "advisory", "reason": both("not")},
    ]
    for status, level in (("operational", Level.NOTE), ("evaluation", Level.NOTE), ("development", Level.ADVISORY)):
        report = judged(
            tmp_path / status,
            [rule("TEST-A01", require("false"))],
            {"project": {"status": status}},
            facts_files=[facts(scope=capped)],
        )
        assert finding(report).level is level


@pytest.mark.parametrize(("otherwise", "verdict"), [("fail", Verdict.FAIL), ("review", Verdict.REVIEW)])
def test_each_observation_says_whether_it_fails_or_asks(tmp_path: Path, otherwise: str, verdict: Verdict) -> None:
    parts = [
        require("false", id="one", otherwise=otherwise),
        require("false", id="each", for_each="/technology/capabilities", at="", otherwise=otherwise),
    ]
    found = finding(judged(tmp_path, [rule("TEST-A01", *parts)]))
    assert found.verdict is verdict
    assert [each.verdict for each in found.observations] == [verdict, verdict]


def test_a_retired_project_is_said_to_be_retired(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule("TEST-A01", require("manifest.nothing"))], {"project": {"status": "retired"}})
    reason = message("level.not-judged", status=message("status.retired"))
    assert essence(finding(report)) == (Verdict.NOT_APPLICABLE, Level.BLOCKING, shown(reason))


def test_a_list_without_items_says_that_it_needs_one(tmp_path: Path) -> None:
    part = require("false", for_each="/technology/models", at="/name")
    (seen,) = finding(judged(tmp_path, [rule("TEST-A01", part)])).observations
    assert (seen.require, seen.pointer, seen.message, seen.verdict) == (
        "only",
        "/technology/models",
        message("engine.no-item"),
        Verdict.FAIL,
    )
    shown(seen.message)


def test_what_is_no_list_has_no_items(tmp_path: Path) -> None:
    """A text is not gone through letter by letter, nor a section key by key."""
    for place in ("/project/name", "/project"):
        part = require("false", for_each=place, at="")
        (seen,) = finding(judged(tmp_path / place[-4:], [rule("TEST-A01", part)])).observations
        assert (seen.pointer, seen.message) == (place, message("engine.no-item"))


# observations


def test_observations_stand_in_the_order_of_their_places_then_conditions(tmp_path: Path) -> None:
    parts = [
        require("false", id="a", at="/video/used"),
        require("false", id="c", at="/data/personal"),
        require("false", id="b", at="/data/personal", otherwise="review"),
    ]
    found = finding(judged(tmp_path, [rule("TEST-A01", *parts)]))
    assert [(each.pointer, each.require, each.verdict) for each in found.observations] == [
        ("/data/personal", "b", Verdict.REVIEW),
        ("/data/personal", "c", Verdict.FAIL),
        ("/video/used", "a", Verdict.FAIL),
    ]
    two = finding(judged(tmp_path / "two", [rule("TEST-A01", *parts[:2])]))
    assert [each.pointer for each in two.observations] == ["/data/personal", "/video/used"]


def test_an_observation_spans_the_value_that_is_judged(tmp_path: Path) -> None:
    text = json.dumps(manifest({"technology": {"capabilities": ["search", "chatbot"]}}))
    parts = [
        require("false", id="name", at="/project/name"),
        require("item == 'search'", id="item", for_each="/technology/capabilities", at=""),
    ]
    found = finding(read(tmp_path, text, rule("TEST-A01", *parts)))
    shown_at = {each.pointer: text[each.span.column - 1 : each.span.end_column - 1] for each in found.observations}
    assert shown_at == {"/project/name": '"Essai"', "/technology/capabilities/1": '"chatbot"'}


def test_rules_see_the_date_of_the_run_at_midnight_utc(tmp_path: Path) -> None:
    rules = [
        rule("TEST-A01", require("today == date('2026-11-23')")),
        rule("TEST-A02", require("today == timestamp('2026-11-23T00:00:00Z')")),
        rule("TEST-A03", require("today < date('2026-11-24') && today > date('2026-11-22')")),
    ]
    report = judged(tmp_path, rules)
    assert {finding(report, each["id"]).verdict for each in rules} == {Verdict.PASS}


def test_rules_see_what_the_register_holds_and_nothing_that_it_does_not(tmp_path: Path) -> None:
    """``record`` is ``{configured, scope_digest, opinion?, evaluation?, referral?}`` (rules.md, "A rule version")."""
    cels = [
        "record.configured",
        "record.opinion.ref == 'AVIS-1' && record.opinion.conclusion == 'favourable'",
        "!has(record.evaluation) && !has(record.referral)",
        "size(record) == 3 && size(record.scope_digest) == 64",
    ]
    rules = [rule(f"TEST-A{index}", require(cel)) for index, cel in enumerate(cels)]
    policy = load_policy(write_pack(tmp_path / "policies", rules))
    register = load_register(write_register(tmp_path / "registre", opinions=[opinion()]), policy)
    opinion_given = {"ref": "AVIS-1", "date": "2026-06-18", "conclusion": "favourable"}
    write_manifest(tmp_path / "p", {"cmian": {"opinion": opinion_given}})
    report = check_paths([tmp_path / "p"], policy, TODAY, Options(register=register), here=tmp_path)
    assert {each.rule: each.verdict for each in report.findings() if each.pack} == {each["id"]: Verdict.PASS for each in rules}


def test_only_selected_rules_give_findings_beside_the_built_in_ones(tmp_path: Path) -> None:
    policy = load_policy(write_pack(tmp_path / "policies", [rule("TEST-A01"), rule("TEST-A02")]))
    write_manifest(tmp_path / "p")
    for select, expected in (((), {"TEST-A01", "TEST-A02"}), (("TEST-A02",), {"TEST-A02"})):
        report = check_paths([tmp_path / "p"], policy, TODAY, Options(select=select), here=tmp_path)
        assert {each.rule for each in report.findings()} == {*BUILT_IN, *expected}


def test_rules_see_a_register_that_is_not_configured_as_that_and_nothing_more(tmp_path: Path) -> None:
    cels = ["!record.configured", "size(record) == 2", "record.scope_digest.size() == 64"]
    report = judged(tmp_path, [rule(f"TEST-A{index}", require(cel)) for index, cel in enumerate(cels)])
    assert {each.verdict for each in report.findings() if each.pack} == {Verdict.PASS}


# conditions that do not compile


def broken(tmp_path: Path, rules: list[Data], **changes: list[Data]) -> PolicyError:
    """The error of a pack that cannot be used."""
    write_manifest(tmp_path / "p")
    with pytest.raises(PolicyError) as caught:
        check(tmp_path / "p", write_pack(tmp_path / "policies", rules, facts_files=[facts(**changes)]))
    return caught.value


def place(tmp_path: Path, error: CmianPolicyError) -> tuple[str, str]:
    """The file of the pack that an error is shown in, and the text there."""
    assert error.location is not None
    assert error.location.span is not None
    name = error.location.path.rpartition("/test/")[2]
    span = error.location.span
    line = (tmp_path / "policies" / "test" / name).read_text(encoding="utf-8").split("\n")[span.line - 1]
    return name, line[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    "bad",
    [
        rule("TEST-A01", require("(("), require("true", id="two")),
        rule("TEST-A01", require("true"), require("((", id="two")),
        rule("TEST-A01", require("true", when={"cel": "(("})),
        rule("TEST-A01", applies_when=applies("((")),
    ],
)
def test_a_condition_that_does_not_compile_is_refused_at_its_place(tmp_path: Path, bad: Data) -> None:
    error = broken(tmp_path, [bad])
    assert place(tmp_path, error) == ("rules/TEST-A01/v1.yaml", '"(("')
    shown(error.message)
    assert error.also == ()


@pytest.mark.parametrize("part", ["facts", "scope"])
def test_a_fact_or_a_cap_that_does_not_compile_is_refused_at_its_place(tmp_path: Path, part: str) -> None:
    written: dict[str, list[Data]] = {
        "facts": [{"cel": cel, "name": f"f{index}", "title": both("x")} for index, cel in enumerate(("true", "(("))],
        "scope": [{"cel": cel, "cap": "note", "reason": both("x")} for cel in ("true", "((")],
    }
    assert place(tmp_path, broken(tmp_path, [rule()], **{part: written[part]})) == ("facts/v1.yaml", '"(("')


def test_every_condition_that_does_not_compile_is_told_facts_first(tmp_path: Path) -> None:
    fact: Data = {"cel": "))", "name": "f", "title": both("x")}
    rules = [rule("TEST-A01", require("(("), applies_when=applies("]]")), rule("TEST-A02", require("{{"))]
    error = broken(tmp_path, rules, facts=[fact])
    assert [place(tmp_path, each) for each in (error, *error.also)] == [
        ("facts/v1.yaml", '"))"'),
        ("rules/TEST-A01/v1.yaml", '"]]"'),
        ("rules/TEST-A01/v1.yaml", '"(("'),
        ("rules/TEST-A02/v1.yaml", '"{{"'),
    ]
    assert len({each.message for each in (error, *error.also)}) > 1


def test_a_condition_is_compiled_once_and_again_from_what_an_earlier_run_kept() -> None:
    compiler = Compiler()
    first = compiler.expression("manifest.a == 1")
    assert compiler.expression("manifest.a == 1") is first
    later = Compiler(compiler.compiled())
    assert set(compiler.compiled()) == {"manifest.a == 1"}
    for value, truth in ((1, True), (2, False)):
        for each in (compiler, later):
            context = each.context({"manifest": {"a": value}})
            assert each.expression("manifest.a == 1").holds(context) is truth
    assert set(later.compiled()) == {"manifest.a == 1"}
    with pytest.raises(ExpressionError):
        Compiler({"(": b"no expression"}).expression("((")


def test_a_kept_condition_stands_for_its_own_text_alone() -> None:
    kept = Compiler()
    kept.expression("false")
    swapped = Compiler({"true": kept.compiled()["false"]})
    context = swapped.context({})
    assert [swapped.expression(text).holds(context) for text in ("true", "false", "1 == 1")] == [False, False, True]


@pytest.mark.parametrize("known", [[], ["true"], ["true", "(("]])
def test_what_an_earlier_run_compiled_hides_no_fault_of_another_condition(tmp_path: Path, known: list[str]) -> None:
    """``((`` is known here only to show that such a condition waits until it is needed."""
    write_pack(tmp_path, [rule("TEST-A01", require("true"), require("1 == 1", id="two"))])
    policy = load_policy(tmp_path)
    source = policy.release(policy.packs[0], policy.packs[0].releases[0]).source
    first, second = source.rules[0].require
    changed = source.rules[0]._replace(require=(first, second._replace(cel="((")))
    kept = Compiler()
    kept.expression("true")
    compiler = Compiler(dict.fromkeys(known, kept.compiled()["true"]))
    asked: list[tuple[str, str]] = []

    def locate(path: str, pointer: str) -> Location:
        asked.append((path, pointer))
        return Location(path)

    if "((" in known:
        assert compile_release(source._replace(rules=(changed,)), compiler, locate).rules == (changed,)
    else:
        with pytest.raises(PolicyError):
            compile_release(source._replace(rules=(changed,)), compiler, locate)
    assert asked == ([] if "((" in known else [("test/rules/TEST-A01/v1.yaml", "/require/1/cel")])


def test_two_manifests_that_cannot_be_read_share_no_fingerprint(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies")
    for name in ("a", "b"):
        (tmp_path / "p" / name).mkdir(parents=True)
        (tmp_path / "p" / name / "ai-manifest.yaml").write_text("a: [", encoding="utf-8")
    prints = [each.fingerprint for each in check(tmp_path / "p", policies).findings()]
    assert len(set(prints)) == len(prints) == 8


def test_a_finding_carries_source_and_law_of_its_rule(tmp_path: Path) -> None:
    law = {
        "title": "Loi fictive",
        "article": "1",
        "url": "https://x.example",
        "applies_from": "2025-01-01",
        "checked_on": "2026-11-01",
    }
    found = finding(judged(tmp_path, [rule(references=[{**law, "certainty": "official"}])]))
    assert [each._asdict() for each in found.references] == [{**law, "certainty": "official"}]
    assert found.source is not None
    assert found.source._asdict() == {"act": "ACT", "paragraph": "1", "quote": "les usagers seront avisés"}
    assert (found.rule, found.version, found.pack, found.release) == ("TEST-A01", 1, "test", "2025.1")
    assert isinstance(found.title, Bilingual)
    assert not isinstance(found.remediation, Message)
