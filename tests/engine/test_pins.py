"""Which release judges, and what ``policy-pin`` says of the manifest's wish (rules.md, "Releases" and "Pins")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.pipeline.run import Options
from tests.packs import check, command, facts, finding, pointers, release, require, rule, write_manifest, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.report import Report

OLD = rule("TEST-OLD")
NEW = rule("TEST-NEW")
SUPERSEDED_FROM = date(2026, 9, 1)
# 90 days from the successor's first day, as rules.md says of cmian@2025.1: through 2026-11-29.
LAST_DAY_OF_GRACE = date(2026, 11, 29)


def two_releases(tmp_path: Path, grace_old: int = 5, grace_new: int = 90) -> Path:
    """2025.1, superseded by 2026.1 on 1 September 2026, and a draft 2027.1."""
    return write_pack(
        tmp_path / "policies",
        [OLD, NEW],
        releases=[
            release("2025.1", [OLD]),
            release("2026.1", [NEW], in_force_from="2026-09-01", supersedes="2025.1", facts={"version": 2}),
            release("2027.1", [NEW], in_force_from="2026-10-01", published=None),
        ],
        facts_files=[facts(grace_days=grace_old), facts(version=2, grace_days=grace_new)],
    )


def pinned(tmp_path: Path, on: date, *pins: str, policies: Path | None = None) -> Report:
    """The report on a manifest with these pins."""
    write_manifest(tmp_path / "project", {"policy": list(pins)} if pins else {})
    return check(tmp_path / "project", policies or two_releases(tmp_path), on)


def judges(report: Report) -> set[str]:
    """The pack rules that judged the manifest."""
    return {each.rule for each in report.findings() if each.pack is not None}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 1, 1), "TEST-OLD"),
        (date(2026, 8, 31), "TEST-OLD"),
        (SUPERSEDED_FROM, "TEST-NEW"),
        (date(2040, 1, 1), "TEST-NEW"),
    ],
)
def test_the_published_release_in_force_on_the_date_judges_and_a_draft_never(tmp_path: Path, on: date, expected: str) -> None:
    report = pinned(tmp_path, on)
    assert judges(report) == {expected}
    assert finding(report, "policy-pin").verdict is Verdict.NOT_APPLICABLE
    assert all(not used.draft for used in report.policy)


def test_the_date_of_publication_is_never_compared_with_the_date(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies", [OLD], releases=[release("2025.1", [OLD], published="2030-01-01")])
    assert judges(pinned(tmp_path, date(2025, 1, 1), policies=policies)) == {"TEST-OLD"}


def test_none_in_force_is_exit_3_with_the_pack_listed(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    two_releases(tmp_path)
    done = command("check", "ai-manifest.yaml", "--policy-dir", "policies", "--as-of", "2024-12-31", "-f", "json", cwd=tmp_path)
    assert done.code == 3
    report = done.report
    assert report["verdict"] == "error"
    assert [(used["pack"], used["release"]) for used in report["policy"]] == [("test", None)]
    assert {each["rule"] for each in report["manifests"][0]["findings"]} == {"manifest-syntax", "manifest-schema", "policy-pin"}
    assert {note["kind"] for note in report["notes"]} >= {"nothing-checked"}


def test_a_pack_without_release_in_force_beside_another_gives_no_finding(tmp_path: Path) -> None:
    late = rule("LATE-A01")
    write_pack(tmp_path / "policies", [late], pack="late", releases=[release("2030.1", [late], in_force_from="2030-01-01")])
    report = pinned(tmp_path, date(2026, 8, 31))
    assert judges(report) == {"TEST-OLD"}
    assert [(used.pack, used.release) for used in report.policy] == [("late", None), ("test", "2025.1")]
    assert [note.kind for note in report.notes] == ["no-release"]
    assert report.verdict is Outcome.COMPLIANT


def test_a_pin_of_the_release_in_force_passes(tmp_path: Path) -> None:
    report = pinned(tmp_path, SUPERSEDED_FROM, "test@2026.1")
    assert finding(report, "policy-pin").verdict is Verdict.PASS
    assert judges(report) == {"TEST-NEW"}


@pytest.mark.parametrize("on", [SUPERSEDED_FROM, LAST_DAY_OF_GRACE])
def test_in_grace_the_pinned_release_judges_and_the_pin_fails_as_a_note(tmp_path: Path, on: date) -> None:
    report = pinned(tmp_path, on, "test@2025.1")
    found = finding(report, "policy-pin")
    assert (found.verdict, found.level) == (Verdict.FAIL, Level.NOTE)
    assert pointers(report, "policy-pin") == ["/policy/0"]
    assert "2026-11-29" in render(found.observations[0].message, "fr")
    assert judges(report) == {"TEST-OLD"}
    assert report.verdict is Outcome.COMPLIANT


@pytest.mark.parametrize("on", [date(2026, 11, 30), date(2030, 1, 1)])
def test_after_grace_the_pin_blocks_and_the_pinned_release_still_judges(tmp_path: Path, on: date) -> None:
    report = pinned(tmp_path, on, "test@2025.1")
    found = finding(report, "policy-pin")
    assert (found.verdict, found.level) == (Verdict.FAIL, Level.BLOCKING)
    assert judges(report) == {"TEST-OLD"}
    assert report.verdict is Outcome.NON_COMPLIANT


def test_the_grace_is_the_successor_s(tmp_path: Path) -> None:
    policies = two_releases(tmp_path, grace_old=365, grace_new=0)
    report = pinned(tmp_path, SUPERSEDED_FROM, "test@2025.1", policies=policies)
    assert finding(report, "policy-pin").level is Level.BLOCKING


def test_a_grace_beyond_the_calendar_ends_with_it(tmp_path: Path) -> None:
    releases = [
        release("2025.1", [OLD]),
        release("2026.1", [NEW], in_force_from="9999-12-01", supersedes="2025.1"),
    ]
    policies = write_pack(tmp_path / "policies", [OLD, NEW], releases=releases)
    report = pinned(tmp_path, date(9999, 12, 2), "test@2025.1", policies=policies)
    assert finding(report, "policy-pin").level is Level.NOTE


def test_grace_counts_from_the_release_that_superseded_the_pinned_one(tmp_path: Path) -> None:
    third = rule("TEST-THIRD")
    policies = write_pack(
        tmp_path / "policies",
        [OLD, NEW, third],
        releases=[
            release("2025.1", [OLD]),
            release("2026.1", [NEW], in_force_from="2026-09-01", supersedes="2025.1"),
            release("2026.2", [third], in_force_from="2026-10-01", supersedes="2026.1"),
        ],
    )
    assert finding(pinned(tmp_path, LAST_DAY_OF_GRACE, "test@2025.1", policies=policies), "policy-pin").level is Level.NOTE
    expired = pinned(tmp_path, date(2026, 11, 30), "test@2025.1", policies=policies)
    assert finding(expired, "policy-pin").level is Level.BLOCKING


@pytest.mark.parametrize(
    ("on", "pin", "expected"),
    [
        (date(2026, 8, 31), "test@2026.1", "TEST-OLD"),  # not yet in force
        (date(2026, 11, 1), "test@2027.1", "TEST-NEW"),  # a draft
        (date(2026, 11, 1), "test@1999.1", "TEST-NEW"),  # names no release
        (date(2026, 11, 1), "other@2026.1", "TEST-NEW"),  # names no pack
        (date(2026, 11, 1), "test@2026", "TEST-NEW"),  # no abbreviation
    ],
)
def test_a_pin_that_cannot_be_blocks_and_the_release_in_force_judges(tmp_path: Path, on: date, pin: str, expected: str) -> None:
    report = pinned(tmp_path, on, pin)
    found = finding(report, "policy-pin")
    assert (found.verdict, found.level) == (Verdict.FAIL, Level.BLOCKING)
    assert pointers(report, "policy-pin") == ["/policy/0"]
    assert judges(report) == {expected}
    assert report.verdict is Outcome.NON_COMPLIANT


@pytest.mark.parametrize(
    "pins",
    [
        ("test@2025.1", "test@2026.1"),
        ("test@2026.1", "test@2025.1"),
        ("test@2026.1", "test@2026.1"),
        ("test@1999.1", "test@2025.1"),
    ],
)
def test_two_pins_of_one_pack_block_and_the_release_in_force_judges(tmp_path: Path, pins: tuple[str, ...]) -> None:
    report = pinned(tmp_path, date(2026, 11, 1), *pins)
    found = finding(report, "policy-pin")
    assert (found.verdict, found.level) == (Verdict.FAIL, Level.BLOCKING)
    assert judges(report) == {"TEST-NEW"}


def test_pins_of_two_packs_are_judged_apart_with_one_finding(tmp_path: Path) -> None:
    other = rule("OTHER-A01")
    write_pack(tmp_path / "policies", [other], pack="other", releases=[release("2025.1", [other])])
    report = pinned(tmp_path, date(2026, 11, 1), "other@2025.1", "test@2025.1")
    assert finding(report, "policy-pin").level is Level.NOTE
    assert pointers(report, "policy-pin") == ["/policy/1"]
    assert judges(report) == {"OTHER-A01", "TEST-OLD"}


def test_a_pin_cannot_switch_another_pack_off(tmp_path: Path) -> None:
    other = rule("OTHER-A01", require("false"))
    write_pack(tmp_path / "policies", [other], pack="other", releases=[release("2025.1", [other])])
    report = pinned(tmp_path, date(2026, 11, 1), "test@2026.1")
    assert judges(report) == {"OTHER-A01", "TEST-NEW"}
    assert report.verdict is Outcome.NON_COMPLIANT


def test_an_empty_list_of_pins_counts_as_absent(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project", {"policy": []})
    report = check(tmp_path / "project", two_releases(tmp_path), SUPERSEDED_FROM)
    assert finding(report, "policy-pin").verdict is Verdict.NOT_APPLICABLE


def test_a_pin_after_a_wrong_entry_is_shown_at_its_own_place(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project", {"policy": [3, "test@1999.1"]})
    report = check(tmp_path / "project", two_releases(tmp_path), SUPERSEDED_FROM)
    assert finding(report, "manifest-schema").verdict is Verdict.FAIL
    assert pointers(report, "policy-pin") == ["/policy/1"]


@pytest.mark.parametrize("pins", [(), ("test@2025.1",), ("test@1999.1",), ("test@2026.1", "test@2026.1")])
def test_the_operator_s_release_overrides_pins_and_is_not_judged(tmp_path: Path, pins: tuple[str, ...]) -> None:
    write_manifest(tmp_path / "project", {"policy": list(pins)} if pins else {})
    options = Options(policy=("test@2025.1",))
    report = check(tmp_path / "project", two_releases(tmp_path), date(2030, 1, 1), options)
    assert judges(report) == {"TEST-OLD"}
    assert finding(report, "policy-pin").verdict is Verdict.NOT_APPLICABLE
    assert report.verdict is Outcome.COMPLIANT


def test_the_operator_may_name_a_draft_or_a_future_release_and_the_report_says_draft(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project")
    policies = two_releases(tmp_path)
    report = check(tmp_path / "project", policies, date(2025, 6, 1), Options(policy=("test@2027.1",)))
    assert judges(report) == {"TEST-NEW"}
    assert [(used.release, used.draft) for used in report.policy] == [("2027.1", True)]
    assert [note.kind for note in report.notes] == ["draft-release"]
    future = check(tmp_path / "project", policies, date(2025, 6, 1), Options(policy=("test@2026.1",)))
    assert judges(future) == {"TEST-NEW"}


def test_the_operator_s_releases_and_no_others(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [rule("OTHER-A01")], pack="other")
    write_manifest(tmp_path / "project")
    report = check(tmp_path / "project", two_releases(tmp_path), SUPERSEDED_FROM, Options(policy=("test@2025.1",)))
    assert judges(report) == {"TEST-OLD"}
    assert [used.pack for used in report.policy] == ["test"]


@pytest.mark.parametrize("name", ["test@1999.1", "none@2025.1", "test", "@", "test@", ""])
def test_an_unknown_release_on_the_command_line_is_a_usage_error(tmp_path: Path, name: str) -> None:
    write_manifest(tmp_path / "project")
    with pytest.raises(UsageError):
        check(tmp_path / "project", two_releases(tmp_path), SUPERSEDED_FROM, Options(policy=(name,)))


def test_an_unknown_release_is_exit_2_with_nothing_on_standard_output(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    two_releases(tmp_path)
    done = command("check", ".", "--policy-dir", "policies", "--policy", "test@1999.1", "-f", "json", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "test@1999.1" in done.err


def test_a_manifest_that_breaks_the_schema_has_its_pins_judged(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project", {"policy": ["test@1999.1"], "video": {"used": "oui"}})
    report = check(tmp_path / "project", two_releases(tmp_path), SUPERSEDED_FROM)
    assert finding(report, "policy-pin").verdict is Verdict.FAIL
    assert finding(report, "TEST-NEW").verdict is Verdict.ERROR
