"""What holds of every evaluation: counts, totality, the algebra of verdicts, independence of order."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.engine.outcome import manifest_outcome
from cmian_policy.lang import manifest_validator, yaml
from cmian_policy.messages import render
from cmian_policy.model.finding import Finding
from cmian_policy.model.text import LANGS, message
from cmian_policy.model.verdict import Level, Outcome, Verdict, worst
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_bytes, check_paths
from tests.packs import MINIMAL, ROOT, TODAY, merged, write_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cmian_policy.model.report import Report

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

POLICY = load_policy()
# How many rules judge from each day on (rules.md, "Catalogue"): cmian 2025.1 and 2026.1, fr-eu-law 2025.1, 2026.1 and 2026.2.
SIZES = {
    "cmian": [(date(2025, 1, 1), 15), (date(2026, 9, 1), 25)],
    "fr-eu-law": [(date(2025, 2, 2), 14), (date(2026, 8, 2), 18), (date(2026, 12, 2), 18)],
}
ENCODED_2025 = Options(policy=("cmian@2025.1",))
QUICK = settings(max_examples=150, deadline=None, derandomize=True)
FILES = sorted([*(ROOT / "examples").glob("*/ai-manifest.yaml"), *(ROOT / "policies").glob("*/bases/*.yaml")])


def full_manifests() -> list[dict[str, Any]]:
    """Every good manifest of the repository."""
    read = [yaml.read(file.read_bytes(), str(file)).data for file in FILES]
    return [MINIMAL, *(data for data in read if isinstance(data, dict) and manifest_validator.accepts(data))]


VALID = full_manifests()


def expected(on: date) -> int:
    """Three built-in rules and those of the releases in force."""
    return 3 + sum(next((size for start, size in reversed(sizes) if start <= on), 0) for sizes in SIZES.values())


def judge(data: object, on: date = TODAY, options: Options = Options()) -> Report:  # noqa: B008 - immutable
    """The report on one manifest."""
    return check_bytes(json.dumps(data).encode(), "p/ai-manifest.yaml", POLICY, on, options, here=ROOT / "tests")


def without(data: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any JSON
    """A copy without one node."""
    head, *rest = path
    if isinstance(data, dict):
        return {key: without(held, tuple(rest)) if key == head else held for key, held in data.items() if rest or key != head}
    return [without(held, tuple(rest)) if index == head else held for index, held in enumerate(data) if rest or index != head]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - any JSON
    """The path of every node below the top."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in items:
        yield (*path, key)
        yield from places(held, (*path, key))


def enumerations() -> dict[tuple[str, str], list[Any]]:
    """The values that each enumerated field of a required section may take."""
    schema = json.loads((ROOT / "schemas" / "ai-manifest" / "1.0.schema.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], list[Any]] = {}
    for section in ("project", "owner", "purpose", "people", "decision", "technology", "data", "video"):
        for key, declared in schema["properties"][section]["properties"].items():
            if "enum" in declared:
                found[section, key] = declared["enum"]
            elif "enum" in declared.get("items", {}):
                found[section, key] = [[word] for word in declared["items"]["enum"]]
            elif declared.get("type") == "boolean":
                found[section, key] = [True, False]
            elif declared.get("$ref") == "#/$defs/boolean_or_unknown":
                found[section, key] = [True, False, "unknown"]
    return found


FIELDS = enumerations()


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """A valid manifest: a full one with other answers in up to eight enumerated fields, and some optional nodes removed."""
    data: dict[str, Any] = draw(st.sampled_from(VALID))
    for section, key in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=8)):
        data = merged(data, {section: {key: draw(st.sampled_from(FIELDS[section, key]))}})
    for _ in range(draw(st.integers(min_value=0, max_value=4))):
        smaller = without(data, draw(st.sampled_from(list(places(data)))))
        data = smaller if manifest_validator.accepts(smaller) else data
    return data


DAYS = st.integers(min_value=0, max_value=4000).map(lambda days: date(2025, 1, 1) + timedelta(days=days))


@QUICK
@given(manifests(), DAYS)
def test_a_valid_manifest_gives_one_finding_a_rule_and_never_an_error(data: dict[str, Any], on: date) -> None:
    report = judge(data, on)
    (manifest,) = report.manifests
    found = manifest.findings
    assert len(found) == expected(on)
    assert len({each.rule for each in found}) == expected(on)
    assert [each.rule for each in found if each.verdict is Verdict.ERROR] == []
    assert sum(report.summary().counts.values()) == expected(on)
    for each in found:
        assert (each.verdict in {Verdict.FAIL, Verdict.REVIEW}) == bool(each.observations)
        assert (each.reason is not None) == (each.verdict is Verdict.NOT_APPLICABLE)


@QUICK
@given(manifests(), DAYS)
def test_every_message_of_a_report_can_be_said_in_both_languages(data: dict[str, Any], on: date) -> None:
    for each in judge(data, on).findings():
        for text in (each.title, each.remediation, each.reason, each.level_reason, *(seen.message for seen in each.observations)):
            for lang in LANGS:
                said = render(text, lang) if text is not None else "-"
                assert said.strip()
                assert "{/" not in said


@QUICK
@given(manifests(), DAYS)
def test_a_retired_project_is_never_non_compliant_by_the_rules_of_2025(data: dict[str, Any], on: date) -> None:
    report = judge(merged(data, {"project": {"status": "retired"}, "policy": None}), on, ENCODED_2025)
    assert report.verdict is Outcome.NOT_APPLICABLE


@QUICK
@given(manifests())
def test_a_planned_project_can_commit_its_manifest(data: dict[str, Any]) -> None:
    report = judge(merged(data, {"project": {"status": "planned"}, "policy": None}), TODAY, ENCODED_2025)
    assert report.verdict is Outcome.COMPLIANT
    assert report.summary().blocking == 0


@pytest.mark.parametrize("place", range(len(VALID)))
def test_removing_any_optional_node_never_gives_an_error(place: int) -> None:
    for path in places(VALID[place]):
        smaller = without(VALID[place], path)
        if manifest_validator.accepts(smaller):
            assert [each.rule for each in judge(smaller).findings() if each.verdict is Verdict.ERROR] == [], path


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"a: [", b"x: y", b"schema_version: '1.0'", b"- 1", b"\x00" * 100, b"&a [*a]"]
)
def test_what_is_no_good_manifest_gives_every_finding_too(raw: bytes) -> None:
    report = check_bytes(raw, "p/ai-manifest.yaml", POLICY, TODAY, here=ROOT / "tests")
    assert len([*report.findings()]) == expected(TODAY)
    assert report.verdict is Outcome.NON_COMPLIANT
    assert {each.verdict for each in report.findings() if each.pack} == {Verdict.ERROR}


# the algebra of verdicts


def made(rule: str, verdict: Verdict, level: Level, pack: str | None) -> Finding:
    """A finding of which only verdict, level and pack matter."""
    return Finding(
        rule,
        1,
        pack,
        "2025.1" if pack else None,
        None,
        verdict,
        level,
        None,
        (),
        message("x"),
        None,
        (),
        message("x"),
        None,
        (),
        "",
    )


FINDINGS = st.lists(
    st.builds(
        made,
        st.just("R"),
        st.sampled_from(Verdict),
        st.sampled_from(Level),
        st.sampled_from(["cmian", None]),
    ),
    max_size=8,
)


def expected_outcome(found: list[Finding]) -> Outcome:
    """rules.md, "Verdicts", sentence by sentence."""
    if any(each.verdict is Verdict.FAIL and each.level is Level.BLOCKING for each in found):
        return Outcome.NON_COMPLIANT
    if any(each.verdict is Verdict.ERROR for each in found):
        return Outcome.ERROR
    if any(each.verdict is Verdict.REVIEW and each.level is Level.BLOCKING for each in found):
        return Outcome.REVIEW
    if any(each.pack is not None and each.verdict is not Verdict.NOT_APPLICABLE for each in found):
        return Outcome.COMPLIANT
    return Outcome.NOT_APPLICABLE


@settings(max_examples=400, deadline=None, derandomize=True)
@given(FINDINGS, st.randoms(use_true_random=False))
def test_the_verdict_of_a_manifest_is_the_design_s_and_order_independent(found: list[Finding], chance: Any) -> None:  # noqa: ANN401 - random.Random
    assert manifest_outcome(found) is expected_outcome(found)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert manifest_outcome(shuffled) is manifest_outcome(found)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(FINDINGS)
def test_non_compliant_exactly_when_something_blocking_fails_and_compliant_needs_an_evaluated_pack_rule(
    found: list[Finding],
) -> None:
    outcome = manifest_outcome(found)
    assert (outcome is Outcome.NON_COMPLIANT) == any(
        each.verdict is Verdict.FAIL and each.level is Level.BLOCKING for each in found
    )
    if outcome is Outcome.COMPLIANT:
        assert any(each.pack and each.verdict is not Verdict.NOT_APPLICABLE for each in found)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(FINDINGS, FINDINGS)
def test_more_findings_never_turn_a_failure_into_something_better(found: list[Finding], more: list[Finding]) -> None:
    if manifest_outcome(found) is Outcome.NON_COMPLIANT:
        assert manifest_outcome([*found, *more]) is Outcome.NON_COMPLIANT


ORDER = [Outcome.NON_COMPLIANT, Outcome.ERROR, Outcome.REVIEW, Outcome.COMPLIANT, Outcome.NOT_APPLICABLE]


@QUICK
@given(st.lists(st.sampled_from(Outcome), min_size=1, max_size=6))
def test_the_worst_verdict_is_the_first_in_the_design_s_order_whatever_the_order_given(outcomes: list[Outcome]) -> None:
    assert worst(outcomes) is min(outcomes, key=ORDER.index)
    assert worst(outcomes[::-1]) is worst(outcomes)


# paths


def test_a_report_does_not_depend_on_the_order_or_spelling_of_paths(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        write_manifest(tmp_path / name, {"project": {"id": name}})
    orders: list[list[Path]] = [[tmp_path / name for name in order] for order in permutations("abc")]
    orders += [
        [tmp_path],
        [tmp_path, tmp_path / "a"],
        [tmp_path / "a" / ".." / "b", tmp_path / "c", tmp_path / "a" / "ai-manifest.yaml"],
    ]
    reports = [check_paths(order, POLICY, TODAY, here=tmp_path) for order in orders]
    found = [(report._replace(manifests=()), [*report.manifests]) for report in reports]
    assert all(each == found[0] for each in found)
    assert [manifest.path for manifest in reports[0].manifests] == [f"{name}/ai-manifest.yaml" for name in "abc"]
    assert len([*reports[0].findings()]) == 3 * expected(TODAY)


def test_a_manifest_is_judged_alike_alone_and_in_company(tmp_path: Path) -> None:
    files = [file for file in FILES if file.name == "ai-manifest.yaml"]
    together = check_paths(files, POLICY, TODAY, here=ROOT)
    assert len([*together.findings()]) == expected(TODAY) * len(files)
    for judged in together.manifests:
        alone = check_paths([ROOT / judged.path], POLICY, TODAY, here=ROOT)
        assert [*alone.manifests] == [judged]
