"""How much a finding weighs: default, schedule, by_status or ladder, scope (rules.md, "Level")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.messages import render
from cmian_policy.model.verdict import Level
from tests.packs import STATUSES, Data, both, facts, finding, judged, require, rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cmian_policy.model.finding import Finding

BLOCKING, ADVISORY, NOTE = Level.BLOCKING, Level.ADVISORY, Level.NOTE


def weighed(
    tmp_path: Path, level: Data, status: str = "operational", on: date = date(2026, 11, 23), scope: list[Data] | None = None
) -> Finding:
    """The failing finding of a rule of that level."""
    failing = rule("TEST-A01", require("false"), level=level)
    return finding(judged(tmp_path, [failing], {"project": {"status": status}}, on, facts_files=[facts(scope=scope or [])]))


def cap(level: str, cel: str = "true", reason: str = "out of scope") -> Data:
    """A cap of scope."""
    return {"cel": cel, "cap": level, "reason": both(reason)}


@pytest.mark.parametrize("level", list(Level))
def test_the_default_level_alone(tmp_path: Path, level: Level) -> None:
    found = weighed(tmp_path, {"default": level})
    assert (found.level, found.level_reason, found.level_changes) == (level, None, ())


LADDER: Mapping[str, Level] = {"planned": NOTE, "design": NOTE, "development": ADVISORY}


@pytest.mark.parametrize("declared", list(Level))
@pytest.mark.parametrize("status", [status for status in STATUSES if status != "retired"])
def test_the_ladder_caps_and_never_raises(tmp_path: Path, declared: Level, status: str) -> None:
    order = [NOTE, ADVISORY, BLOCKING]
    expected = min(declared, LADDER.get(status, BLOCKING), key=order.index)
    found = weighed(tmp_path, {"default": declared}, status)
    assert found.level is expected
    assert (found.level_reason is None) == (expected is declared)


def test_the_reason_of_a_lowered_level_names_the_status(tmp_path: Path) -> None:
    found = weighed(tmp_path, {"default": "blocking"}, "planned")
    assert found.level_reason is not None
    assert "prévu" in render(found.level_reason, "fr")
    assert "planned" in render(found.level_reason, "en")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pilot", ADVISORY), ("evaluation", ADVISORY), ("operational", BLOCKING), ("planned", NOTE), ("development", ADVISORY)],
)
def test_by_status_replaces_the_level_and_the_ladder_holds_for_the_others(tmp_path: Path, status: str, expected: Level) -> None:
    level: Data = {"default": "blocking", "by_status": {"pilot": "advisory", "evaluation": "advisory"}}
    assert weighed(tmp_path, level, status).level is expected


@pytest.mark.parametrize("status", ["planned", "design", "development"])
def test_by_status_stands_instead_of_the_ladder(tmp_path: Path, status: str) -> None:
    level: Data = {"default": "advisory", "by_status": dict.fromkeys(("planned", "design", "development"), "blocking")}
    assert weighed(tmp_path, level, status).level is BLOCKING


SCHEDULE: Data = {
    "default": "note",
    "schedule": [{"from": "2026-01-01", "level": "advisory"}, {"from": "2027-12-02", "level": "blocking"}],
}


@pytest.mark.parametrize(
    ("on", "expected", "to_come"),
    [
        (date(2025, 12, 31), NOTE, [(date(2026, 1, 1), ADVISORY), (date(2027, 12, 2), BLOCKING)]),
        (date(2026, 1, 1), ADVISORY, [(date(2027, 12, 2), BLOCKING)]),
        (date(2026, 1, 2), ADVISORY, [(date(2027, 12, 2), BLOCKING)]),
        (date(2027, 12, 1), ADVISORY, [(date(2027, 12, 2), BLOCKING)]),
        (date(2027, 12, 2), BLOCKING, []),
        (date(2030, 1, 1), BLOCKING, []),
    ],
)
def test_the_schedule_entry_in_force_decides_and_those_to_come_are_listed(
    tmp_path: Path, on: date, expected: Level, to_come: list[tuple[date, Level]]
) -> None:
    found = weighed(tmp_path, SCHEDULE, on=on)
    assert found.level is expected
    assert [(change.start, change.level) for change in found.level_changes] == to_come


def test_the_order_of_the_schedule_in_the_file_does_not_matter(tmp_path: Path) -> None:
    backwards = {**SCHEDULE, "schedule": SCHEDULE["schedule"][::-1]}
    found = weighed(tmp_path, backwards, on=date(2026, 6, 1))
    assert found.level is ADVISORY
    assert [change.start for change in found.level_changes] == [date(2027, 12, 2)]


def test_a_schedule_may_lower_a_level(tmp_path: Path) -> None:
    level: Data = {"default": "blocking", "schedule": [{"from": "2026-01-01", "level": "note"}]}
    assert weighed(tmp_path, level).level is NOTE


def test_the_ladder_caps_the_scheduled_level_too(tmp_path: Path) -> None:
    assert weighed(tmp_path, SCHEDULE, "planned", date(2028, 1, 1)).level is NOTE


def test_by_status_wins_over_the_schedule(tmp_path: Path) -> None:
    level = {**SCHEDULE, "by_status": {"pilot": "advisory"}}
    assert weighed(tmp_path, level, "pilot", date(2028, 1, 1)).level is ADVISORY


@pytest.mark.parametrize(("declared", "capped"), [("blocking", ADVISORY), ("advisory", ADVISORY), ("note", NOTE)])
def test_the_scope_only_lowers(tmp_path: Path, declared: str, capped: Level) -> None:
    assert weighed(tmp_path, {"default": declared}, scope=[cap("advisory")]).level is capped


def test_the_scope_caps_by_status_too_and_prints_its_reason(tmp_path: Path) -> None:
    level: Data = {"default": "advisory", "by_status": {"planned": "blocking"}}
    found = weighed(tmp_path, level, "planned", scope=[cap("advisory", reason="not of the City")])
    assert found.level is ADVISORY
    assert found.level_reason is not None
    assert render(found.level_reason, "fr") == "not of the City"


def test_a_scope_whose_condition_is_false_changes_nothing(tmp_path: Path) -> None:
    found = weighed(tmp_path, {"default": "blocking"}, scope=[cap("note", "manifest.video.used")])
    assert (found.level, found.level_reason) == (BLOCKING, None)


@pytest.mark.parametrize("caps", [["advisory", "note"], ["note", "advisory"]])
def test_several_caps_give_the_lowest(tmp_path: Path, caps: list[str]) -> None:
    assert weighed(tmp_path, {"default": "blocking"}, scope=[cap(each) for each in caps]).level is NOTE


def test_a_passing_finding_has_a_level_too(tmp_path: Path) -> None:
    report = judged(tmp_path, [rule(level={"default": "advisory"})])
    assert finding(report).level is ADVISORY
