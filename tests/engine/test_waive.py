"""What waivers change, and what is said of them (rules.md, "Waivers")."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.engine.waive import covers, ends_soon, holds
from cmian_policy.messages import render
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.model.waiver import Waiver
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import Options, check_paths
from tests.packs import TODAY, Data, applies, both, finding, release, require, rule, write_manifest, write_pack
from tests.register_folder import waiver, write_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cmian_policy.model.report import Report

BY_COMMITTEE = {"by": both("le comité"), "authority": "committee"}
NAME = require("false", id="name", at="/project/name")
VERSION = require("false", id="version", at="/project/version")
ASKS = require("false", id="asks", at="/people/impact", otherwise="review")


def made(pointer: str = "", **changes: Any) -> Waiver:  # noqa: ANN401 - any field
    """A waiver that holds on the date of the tests."""
    plain = Waiver("W", "essai", "TEST-A01", pointer, "r", "committee", None, date(2026, 3, 2), date(2027, 3, 1), "a")
    return plain._replace(**changes)


def entry(pointer: str = "", **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """The same, as the register holds it."""
    return waiver(pointer=pointer, **{"rule": "TEST-A01", **changes})


def waived(
    tmp_path: Path,
    rules: Sequence[Data],
    *waivers: Data,
    data: Mapping[str, Any] | None = None,
    on: date = TODAY,
    releases: Sequence[Data] | None = None,
    options: Options = Options(),  # noqa: B008 - immutable
) -> Report:
    """The report on one manifest, judged by a pack of these rules, with a register of these waivers."""
    policy = load_policy(write_pack(tmp_path / "policies", rules, releases=releases))
    register = load_register(write_register(tmp_path / "registre", waivers=waivers), policy)
    write_manifest(tmp_path / "project", data)
    return check_paths([tmp_path / "project"], policy, on, options._replace(register=register), here=tmp_path)


def failing(*requires: Data, **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A waivable rule that fails unless told otherwise."""
    return rule("TEST-A01", *(requires or (NAME,)), waivable=BY_COMMITTEE, **changes)


def notes(report: Report) -> list[tuple[str, str | None, str | None, str | None]]:
    """Kind, rule, project and date of what is said of waivers."""
    return [(note.kind, note.rule, note.project, note.date) for note in report.notes if note.kind.startswith("waiver")]


def said(kind: str, last: str = "2027-03-01") -> list[tuple[str, str | None, str | None, str | None]]:
    """The one note of that kind."""
    return [(kind, "TEST-A01", "essai", last)]


# the place


@pytest.mark.parametrize(
    ("own", "place", "covered"),
    [
        ("", "", True),
        ("", "/project/name", True),
        ("/project", "/project", True),
        ("/project", "/project/name", True),
        ("/project", "/projects", False),
        ("/project/name", "/project", False),
        ("/a/1", "/a/1/b", True),
        ("/a/1", "/a/10", False),
        ("/a/", "/a", False),
        ("/", "/a", False),
        ("/a~1b", "/a~1b/c", True),
        ("/a~1b", "/a/b", False),
        ("/a~0", "/a~0/x", True),
        ("/A", "/a", False),
    ],
)
def test_a_waiver_covers_its_place_and_what_is_under_it(own: str, place: str, *, covered: bool) -> None:
    assert covers(made(own), place) is covered


@pytest.mark.parametrize("places", [["/project"], [""], ["/project/name", "/project/version"], ["/project/version", ""]])
def test_a_failure_is_waived_when_every_failing_place_is_covered(tmp_path: Path, places: list[str]) -> None:
    waivers = [entry(place, ref=f"D{index}") for index, place in enumerate(places)]
    report = waived(tmp_path, [failing(NAME, VERSION)], *waivers)
    found = finding(report)
    assert (found.verdict, found.level) == (Verdict.WAIVED, Level.BLOCKING)
    assert [each.pointer for each in found.observations] == ["/project/name", "/project/version"]
    assert (report.verdict, report.summary().blocking, notes(report)) == (Outcome.COMPLIANT, 0, [])


@pytest.mark.parametrize("places", [["/project/name"], ["/purpose"], ["/project/name", "/project/versions"]])
def test_a_failure_stands_when_a_failing_place_is_left(tmp_path: Path, places: list[str]) -> None:
    waivers = [entry(place, ref=f"D{index}") for index, place in enumerate(places)]
    report = waived(tmp_path, [failing(NAME, VERSION)], *waivers)
    assert (finding(report).verdict, finding(report).waiver) == (Verdict.FAIL, None)
    assert report.verdict is Outcome.NON_COMPLIANT


def test_an_item_of_a_list_is_waived_by_its_place(tmp_path: Path) -> None:
    each = require("item.ok", for_each="/x-items", at="/ok")
    data = {"x-items": [{"ok": True}, {"ok": False}, {"ok": False}]}
    two, one = [entry(f"/x-items/{index}", ref=f"D{index}") for index in (1, 2)], [entry("/x-items/1")]
    assert finding(waived(tmp_path / "a", [failing(each)], *two, data=data)).verdict is Verdict.WAIVED
    assert finding(waived(tmp_path / "b", [failing(each)], *one, data=data)).verdict is Verdict.FAIL


# the acts


def test_the_finding_names_the_act(tmp_path: Path) -> None:
    found = finding(waived(tmp_path, [failing()], entry("/project")))
    assert found.waiver == made("/project", ref="DEROG-1", reason="Motif fictif", act="Décision fictive")


def test_one_act_that_covers_all_is_named_alone_and_the_last_to_expire(tmp_path: Path) -> None:
    waivers = [
        entry("/project/name", ref="A"),
        entry("/project/version", ref="B"),
        entry("/project", ref="C", expires="2027-01-31"),
        entry("", ref="D", expires="2027-02-28"),
    ]
    act = finding(waived(tmp_path, [failing(NAME, VERSION)], *waivers)).waiver
    assert act is not None
    assert (act.ref, act.expires.isoformat()) == ("D", "2027-02-28")


def test_acts_that_cover_together_are_all_named_and_hold_as_long_as_each(tmp_path: Path) -> None:
    waivers = [
        entry("/project/name", ref="B", act="Acte B", reason="Motif", granted="2026-05-01"),
        entry("/project/version", ref="A", act="Acte A", reason="Motif", expires="2027-01-31"),
        entry("/purpose", ref="C", act="Acte C"),
    ]
    act = finding(waived(tmp_path, [failing(NAME, VERSION)], *waivers)).waiver
    assert act is not None
    assert (act.ref, act.act, act.reason) == ("A / B", "Acte A / Acte B", "Motif")
    assert (act.granted.isoformat(), act.expires.isoformat()) == ("2026-05-01", "2027-01-31")


@pytest.mark.parametrize(
    ("granted", "expires", "on", "verdict"),
    [
        ("2026-11-23", "2026-11-23", TODAY, Verdict.WAIVED),
        ("2026-11-24", "2027-03-01", TODAY, Verdict.FAIL),
        ("2026-03-02", "2026-11-22", TODAY, Verdict.FAIL),
        ("2026-03-02", "2027-03-01", date(2026, 3, 1), Verdict.FAIL),
        ("2026-03-02", "2027-03-01", date(2026, 3, 2), Verdict.WAIVED),
        ("2026-03-02", "2027-03-01", date(2027, 3, 1), Verdict.WAIVED),
        ("2026-03-02", "2027-03-01", date(2027, 3, 2), Verdict.FAIL),
    ],
)
def test_both_days_are_included(tmp_path: Path, granted: str, expires: str, on: date, verdict: Verdict) -> None:
    assert finding(waived(tmp_path, [failing()], entry(granted=granted, expires=expires), on=on)).verdict is verdict


@pytest.mark.parametrize("changes", [{"project": "essai-2"}, {"project": "autre"}, {"rule": "TEST-A02"}])
def test_it_is_for_its_project_and_its_rule_alone(tmp_path: Path, changes: Data) -> None:
    other = rule("TEST-A02", waivable=BY_COMMITTEE)
    assert finding(waived(tmp_path, [failing(), other], entry(**changes))).verdict is Verdict.FAIL


# what is never waived


def test_a_review_is_never_waived(tmp_path: Path) -> None:
    report = waived(tmp_path, [failing(ASKS)], entry())
    assert (finding(report).verdict, finding(report).waiver) == (Verdict.REVIEW, None)
    assert notes(report) == said("waiver-unmatched")


def test_a_failure_that_also_asks_for_a_person_still_does_once_it_is_waived(tmp_path: Path) -> None:
    """Only what fails needs to be covered, and only that is excused."""
    report = waived(tmp_path, [failing(NAME, ASKS)], entry("/project"))
    found = finding(report)
    assert found.verdict is Verdict.REVIEW
    assert found.waiver is not None
    assert [(each.pointer, each.verdict) for each in found.observations] == [
        ("/people/impact", Verdict.REVIEW),
        ("/project/name", Verdict.FAIL),
    ]
    assert report.verdict is Outcome.REVIEW


def test_an_error_is_never_waived(tmp_path: Path) -> None:
    report = waived(tmp_path, [failing(require("manifest.nothing"))], entry())
    assert (finding(report).verdict, notes(report)) == (Verdict.ERROR, [])


@pytest.mark.parametrize("broken", ["manifest-schema", "policy-pin"])
def test_a_built_in_rule_is_never_waived(tmp_path: Path, broken: str) -> None:
    """No register can name one; the engine would not heed it either."""
    data = {"policy": ["test@1999.1"]} if broken == "policy-pin" else {"people": {"impact": "nul"}}
    report = waived(tmp_path, [failing()], entry(), data=data)
    assert finding(report, broken).verdict is Verdict.FAIL
    assert report.verdict is Outcome.NON_COMPLIANT


def test_two_manifests_that_share_a_project_share_no_waiver(tmp_path: Path) -> None:
    """Neither is judged: nobody can tell which of them the act is about."""
    write_manifest(tmp_path / "project" / "copy")
    report = waived(tmp_path, [failing()], entry())
    assert [manifest.verdict for manifest in report.manifests] == [Outcome.NON_COMPLIANT] * 2
    assert {each.verdict for each in report.findings() if each.rule == "TEST-A01"} == {Verdict.ERROR}


@pytest.mark.parametrize("first_admits", [True, False])
def test_it_holds_for_all_versions_that_admit_it(tmp_path: Path, *, first_admits: bool) -> None:
    versions = [rule("TEST-A01", NAME, version=number, waivable=False) for number in (1, 2)]
    versions[0 if first_admits else 1]["waivable"] = BY_COMMITTEE
    releases = [release("2025.1", [versions[0]]), release("2026.1", [versions[1]], in_force_from="2026-09-01")]
    dates = (date(2026, 8, 31), date(2026, 9, 1))
    reports = [waived(tmp_path / str(on), versions, entry(), on=on, releases=releases) for on in dates]
    expected = [Verdict.WAIVED, Verdict.FAIL] if first_admits else [Verdict.FAIL, Verdict.WAIVED]
    assert [finding(report).verdict for report in reports] == expected
    refused = reports[expected.index(Verdict.FAIL)]
    assert notes(refused) == said("waiver-unmatched")
    assert "n'admet" in render(refused.notes[0].message, "fr")


def test_a_waiver_holds_for_all_versions(tmp_path: Path) -> None:
    versions = [rule("TEST-A01", NAME, version=number, waivable=BY_COMMITTEE) for number in (1, 2)]
    releases = [release("2025.1", [versions[0]]), release("2026.1", [versions[1]], in_force_from="2026-09-01")]
    for on in (date(2026, 8, 31), date(2026, 9, 1)):
        assert finding(waived(tmp_path / str(on), versions, entry(), on=on, releases=releases)).verdict is Verdict.WAIVED


# what is said


@pytest.mark.parametrize(("days", "soon"), [(-1, False), (0, True), (30, True), (31, False)])
def test_soon_is_thirty_days(days: int, *, soon: bool) -> None:
    assert ends_soon(TODAY + timedelta(days=days), TODAY) is soon


def test_the_end_of_the_calendar_is_no_error() -> None:
    assert ends_soon(date.max, date.max - timedelta(days=12)) is True


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2026-11-23", "waiver-expiring"),
        ("2026-12-23", "waiver-expiring"),
        ("2026-12-24", None),
        ("2026-11-22", "waiver-expired"),
        ("2026-03-02", "waiver-expired"),
    ],
)
def test_the_date_is_told_before_and_after_it(tmp_path: Path, last: str, expected: str | None) -> None:
    report = waived(tmp_path, [failing()], entry(expires=last))
    assert notes(report) == (said(expected, last) if expected else [])
    assert all(last in render(note.message, lang) for note in report.notes for lang in ("fr", "en"))


@pytest.mark.parametrize("rules", [[failing(require("true"))], [failing(applies_when=applies("false"))]], ids=["pass", "n/a"])
def test_a_waiver_that_nothing_needs_is_stale(tmp_path: Path, rules: list[Data]) -> None:
    assert notes(waived(tmp_path / "a", rules, entry())) == said("waiver-stale")
    assert notes(waived(tmp_path / "b", rules, entry(expires="2026-12-01"))) == said("waiver-stale", "2026-12-01")


@pytest.mark.parametrize("changes", [{"expires": "2026-11-22"}, {"granted": "2026-11-24"}])
def test_nothing_is_said_of_a_waiver_that_is_over_or_to_come_and_not_needed(tmp_path: Path, changes: Data) -> None:
    assert notes(waived(tmp_path, [failing(require("true"))], entry(**changes))) == []


def test_a_waiver_of_another_place_matches_nothing(tmp_path: Path) -> None:
    report = waived(tmp_path, [failing()], entry("/purpose/goal"))
    assert notes(report) == said("waiver-unmatched")
    assert "/purpose/goal" in render(report.notes[0].message, "fr")


def test_an_expired_waiver_that_another_one_renews_is_not_mentioned(tmp_path: Path) -> None:
    report = waived(tmp_path, [failing()], entry(expires="2026-11-01"), entry(ref="DEROG-2", granted="2026-11-02"))
    assert (finding(report).verdict, notes(report)) == (Verdict.WAIVED, [])


def test_a_rule_that_is_not_in_force_matches_nothing_unless_the_operator_left_it_out(tmp_path: Path) -> None:
    one, two = failing(), rule("TEST-A02", waivable=BY_COMMITTEE)
    releases = [release("2025.1", [two]), release("2027.1", [one, two], in_force_from="2027-01-01")]
    report = waived(tmp_path / "a", [one, two], entry(), releases=releases)
    assert notes(report) == said("waiver-unmatched")
    for options in (Options(select=("TEST-A02",)), Options(policy=("test@2025.1",))):
        assert notes(waived(tmp_path / "a", [one, two], entry(), releases=releases, options=options)) == []


def test_projects_that_the_run_does_not_hold_are_not_mentioned(tmp_path: Path) -> None:
    assert notes(waived(tmp_path, [failing()], entry(project="autre", expires="2026-12-01"))) == []


def test_notes_come_in_the_order_of_manifests_and_references(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project" / "a", {"project": {"id": "a"}})
    waivers = [
        entry("/purpose", ref="D3", project="a"),
        entry("/people", ref="D2"),
        entry("/data", ref="D1"),
        entry("/data", ref="D0", project="a"),
    ]
    report = waived(tmp_path, [failing()], *waivers)
    refs = [dict(note.message.values)["ref"] for note in report.notes]
    assert [manifest.project for manifest in report.manifests] == ["a", "essai"]
    assert refs == ["D0", "D3", "D1", "D2"]


# the report


def test_the_report_names_the_register(tmp_path: Path) -> None:
    report = waived(tmp_path, [failing()], entry())
    assert (report.register.configured, report.register.id) == (True, "registre-essai")
    assert (report.register.source, report.register.commit, report.register.signed) == (
        (tmp_path / "registre").as_posix(),
        None,
        None,
    )
    assert len(report.register.sha256 or "") == 64


def test_a_day_is_within_a_waiver_or_not() -> None:
    first, last = made().granted, made().expires
    days = (first - timedelta(days=1), first, last, last + timedelta(days=1))
    assert [holds(made(), day) for day in days] == [False, True, True, False]
