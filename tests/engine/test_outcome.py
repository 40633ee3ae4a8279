"""What findings come to: manifest, run, exit code (rules.md, "Verdicts"; cli.md, "Exit codes" and ``--fail-on``)."""

from __future__ import annotations

import json
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.outcome import exit_code
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_paths
from tests.packs import ROOT, TODAY, Data, applies, command, judged, require, rule, write, write_manifest, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.report import Report
    from cmian_policy.pipeline.policy import Policy

NC, ERROR, REVIEW, COMPLIANT, NA = Outcome

# One pack whose rules look at project.version: each manifest chooses its own fate.
FATES = {
    "blocking-fail": require("manifest.project.version != 'blocking-fail'", at="/project/version"),
    "blocking-review": require("manifest.project.version != 'blocking-review'", otherwise="review"),
    "error": require("manifest.project.version != 'error' || manifest.nothing"),
}
RULES = [
    *(
        rule(f"TEST-{name.upper()}", part, applies_when=applies("manifest.project.version != 'nothing'"))
        for name, part in FATES.items()
    ),
    rule(
        "TEST-ADVISORY-FAIL",
        require("manifest.project.version != 'advisory-fail'"),
        applies_when=applies("manifest.project.version != 'nothing'"),
        level={"default": "advisory"},
    ),
    rule(
        "TEST-ADVISORY-REVIEW",
        require("manifest.project.version != 'advisory-review'", otherwise="review"),
        applies_when=applies("manifest.project.version != 'nothing'"),
        level={"default": "advisory"},
    ),
    rule(
        "TEST-NOTE-FAIL",
        require("manifest.project.version != 'note-fail'"),
        applies_when=applies("manifest.project.version != 'nothing'"),
        level={"default": "note"},
    ),
]
OUTCOMES = {
    "good": COMPLIANT,
    "blocking-fail": NC,
    "advisory-fail": COMPLIANT,
    "note-fail": COMPLIANT,
    "blocking-review": REVIEW,
    "advisory-review": COMPLIANT,
    "error": ERROR,
    "nothing": NA,
    "retired": NA,
}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The pack of this module."""
    return load_policy(write_pack(tmp_path_factory.mktemp("fates"), RULES))


def run(folder: Path, policy: Policy, *fates: str, options: Options | None = None) -> Report:
    """The report on one manifest for each fate."""
    folder.mkdir(exist_ok=True)
    for index, fate in enumerate(fates):
        status = "retired" if fate == "retired" else "operational"
        write_manifest(folder / f"p{index}", {"project": {"id": f"p{index}", "version": fate, "status": status}})
    return check_paths([folder], policy, TODAY, options or Options(), here=folder)


@pytest.mark.parametrize(("fate", "expected"), OUTCOMES.items())
def test_the_verdict_of_a_manifest(tmp_path: Path, policy: Policy, fate: str, expected: Outcome) -> None:
    assert [each.verdict for each in run(tmp_path, policy, fate).manifests] == [expected]


def test_a_blocking_failure_outweighs_an_error_and_a_review(tmp_path: Path) -> None:
    rules = [
        rule("TEST-A01", require("false")),
        rule("TEST-A02", require("1 / 0 == 1")),
        rule("TEST-A03", require("false", otherwise="review")),
    ]
    assert judged(tmp_path / "all", rules).verdict is NC
    assert judged(tmp_path / "without-failure", rules[1:]).verdict is ERROR
    assert judged(tmp_path / "review", rules[2:]).verdict is REVIEW


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        (("good", "blocking-fail", "error", "blocking-review", "nothing"), NC),
        (("good", "error", "blocking-review"), ERROR),
        (("good", "blocking-review", "retired"), REVIEW),
        (("good", "retired"), COMPLIANT),
        (("retired", "retired"), NA),
        (("good", "nothing"), ERROR),
    ],
)
def test_the_verdict_of_a_run_is_the_worst_and_error_where_something_was_not_checked(
    tmp_path: Path, policy: Policy, fates: tuple[str, ...], expected: Outcome
) -> None:
    assert run(tmp_path, policy, *fates).verdict is expected


# Exit codes by fates and --fail-on, read off cli.md by hand.
ADVISORY, REVIEWS, NEVER, DEFAULT = ("advisory",), ("review",), ("never",), ("blocking",)
EVERY = [DEFAULT, ADVISORY, REVIEWS, ("advisory", "review"), ("blocking", "review")]
CODES: list[tuple[tuple[str, ...], tuple[str, ...], int]] = [
    *((("good",), asked, 0) for asked in [*EVERY, NEVER]),
    *((("note-fail",), asked, 0) for asked in [*EVERY, NEVER]),
    *((("advisory-review",), asked, 0) for asked in [*EVERY, NEVER]),
    *((("retired",), asked, 0) for asked in [*EVERY, NEVER]),
    *((("blocking-fail",), asked, 1) for asked in EVERY),
    (("blocking-fail",), NEVER, 0),
    *((("advisory-fail",), asked, int("advisory" in asked)) for asked in [*EVERY, NEVER]),
    *((("blocking-review",), asked, int("review" in asked)) for asked in [*EVERY, NEVER]),
    *((("error",), asked, 4) for asked in [*EVERY, NEVER]),
    *((("error", "advisory-fail", "blocking-review"), asked, 4) for asked in [*EVERY, NEVER]),
    *((("error", "blocking-fail"), asked, 1) for asked in EVERY),
    (("error", "blocking-fail"), NEVER, 4),
    *((("nothing",), asked, 3) for asked in [*EVERY, NEVER]),
    *((("nothing", "good"), asked, 3) for asked in [*EVERY, NEVER]),
    *((("nothing", "blocking-review", "advisory-fail"), asked, 3) for asked in [*EVERY, NEVER]),
    *((("nothing", "error"), asked, 4) for asked in [*EVERY, NEVER]),
    *((("nothing", "blocking-fail"), asked, 1) for asked in EVERY),
    *((("good", "retired"), asked, 0) for asked in [*EVERY, NEVER]),
]


def test_exit_codes_for_every_combination_of_fail_on(tmp_path: Path, policy: Policy) -> None:
    reports = {fates: run(tmp_path / "-".join(fates), policy, *fates) for fates in {fates for fates, _, _ in CODES}}
    given = [(fates, asked, exit_code(reports[fates], asked)) for fates, asked, _ in CODES]
    assert given == CODES


def test_fail_on_never_changes_the_verdict(tmp_path: Path, policy: Policy) -> None:
    report = run(tmp_path, policy, "blocking-fail")
    for count in (1, 2, 3, 4):
        for asked in combinations(("blocking", "advisory", "review", "never"), count):
            exit_code(report, asked)
            assert report.verdict is NC


def test_the_order_of_fail_on_does_not_matter(tmp_path: Path, policy: Policy) -> None:
    reports = [run(tmp_path / fate, policy, fate) for fate in OUTCOMES]
    for asked in permutations(("advisory", "review", "blocking")):
        assert [exit_code(report, asked) for report in reports] == [
            exit_code(report, ("advisory", "review")) for report in reports
        ]


def test_a_folder_without_manifest_is_exit_3_with_a_report(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command("check", "empty", "-f", "json", "--as-of", "2026-11-23", cwd=tmp_path)
    assert done.code == 3
    assert done.report["verdict"] == "error"
    assert [note["kind"] for note in done.report["notes"]] == ["nothing-checked"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "advisory", "--fail-on", "review"], 1),
        (["--fail-on", "always"], 2),
    ],
)
def test_fail_on_on_the_command_line(tmp_path: Path, arguments: list[str], code: int) -> None:
    example = ROOT / "examples" / "chatbot-sans-mention"
    done = command("check", example, "--as-of", "2026-11-23", "-f", "json", *arguments, cwd=tmp_path)
    assert done.code == code
    if code == 2:
        assert done.out == ""
    else:
        assert done.report["verdict"] == "non_compliant"


def test_the_exit_code_is_the_same_in_every_format(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", RULES)
    for fate, code in (("good", 0), ("blocking-fail", 1), ("nothing", 3), ("error", 4)):
        write_manifest(tmp_path / fate, {"project": {"version": fate}})
        for name in ("text", "json"):
            done = command("check", fate, "--policy-dir", "policies", "-f", name, "--as-of", "2026-11-23", cwd=tmp_path)
            assert (fate, name, done.code) == (fate, name, code)


def test_select_runs_those_rules_and_the_built_in_ones_and_says_partial(tmp_path: Path, policy: Policy) -> None:
    report = run(tmp_path, policy, "blocking-fail", options=Options(select=("TEST-NOTE-FAIL",)))
    assert {each.rule for each in report.findings()} == {"manifest-syntax", "manifest-schema", "policy-pin", "TEST-NOTE-FAIL"}
    assert report.partial
    assert report.verdict is COMPLIANT


def test_selecting_a_rule_of_no_release_used_is_exit_2(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    done = command("check", "ai-manifest.yaml", "--select", "CMIAN-T99", "--as-of", "2026-11-23", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")


def test_the_summary_counts_every_finding_built_in_rules_included(tmp_path: Path, policy: Policy) -> None:
    report = run(tmp_path, policy, "blocking-fail", "advisory-fail", "error", "good")
    summary = report.summary()
    assert sum(summary.counts.values()) == len([*report.findings()]) == 4 * (3 + len(RULES))
    assert summary.blocking == 1
    assert summary.manifests == 4


def test_the_tally_counts_manifests_and_findings_and_a_report_without_one_counts_itself(tmp_path: Path, policy: Policy) -> None:
    report = run(tmp_path, policy, "blocking-fail", "error", "nothing", "retired", "good")
    tally = report.tally()
    assert tally.outcomes() == {NC: 1, ERROR: 1, REVIEW: 0, COMPLIANT: 1, NA: 2}
    assert tally.unchecked == 1
    assert tally.verdicts()[Verdict.FAIL] == {Level.BLOCKING: 1, Level.ADVISORY: 0, Level.NOTE: 0}
    assert sum(tally.findings.values()) == 5 * (3 + len(RULES))
    uncounted = report._replace(counted=None)
    assert (uncounted.tally(), uncounted.summary()) == (tally, report.summary())
    assert exit_code(uncounted) == exit_code(report) == 1


def test_two_manifests_with_one_project_fail_the_schema_naming_each_other(tmp_path: Path, policy: Policy) -> None:
    for name in ("a", "b"):
        write_manifest(tmp_path / name, {"project": {"version": "good"}})
    report = check_paths([tmp_path], policy, TODAY, here=tmp_path)
    assert [each.verdict for each in report.manifests] == [NC, NC]
    text = json.dumps([repr(each.observations) for each in report.findings() if each.rule == "manifest-schema"])
    assert "a/ai-manifest.yaml" in text
    assert "b/ai-manifest.yaml" in text


def test_both_file_names_side_by_side_fail_each(tmp_path: Path, policy: Policy) -> None:
    one = write_manifest(tmp_path, {"project": {"version": "good"}})
    write(tmp_path / "ai-manifest.yml", json.loads(one.read_text(encoding="utf-8")))
    report = check_paths([tmp_path], policy, TODAY, here=tmp_path)
    assert [each.verdict for each in report.manifests] == [NC, NC]


def test_findings_are_ordered_by_pointer_then_rule_and_manifests_by_path(tmp_path: Path, policy: Policy) -> None:
    report = run(tmp_path, policy, "blocking-fail", "good", "error")
    assert [each.path for each in report.manifests] == sorted(each.path for each in report.manifests)
    for each in report.manifests:
        places = [(found.observations[0].pointer if found.observations else "", found.rule) for found in each.findings]
        assert places == sorted(places)


def no_data(report: Report) -> Data:
    """What identifies the policy of a report."""
    return {used.pack: used.sha256 for used in report.policy}


def test_the_digest_of_a_release_depends_on_its_own_files_alone(tmp_path: Path) -> None:
    before = judged(tmp_path / "a", [rule()])
    other = judged(tmp_path / "b", [rule()], releases=None)
    changed = judged(tmp_path / "c", [rule(title={"fr": "autre", "en": "other"})])
    assert no_data(before) == no_data(other)
    assert no_data(before) != no_data(changed)
