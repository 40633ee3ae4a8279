"""The level of a rule as a function: which of default, schedule, status, ladder and scope decides (rules.md, "Level")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.level import Circumstances, Weight, weigh
from cmian_policy.messages import render
from cmian_policy.model.finding import LevelChange
from cmian_policy.model.pack import ScopeCap
from cmian_policy.model.rule import LevelPolicy, ScheduledLevel
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTE, ADVISORY, BLOCKING = Level
LADDER = {"planned": NOTE, "design": NOTE, "development": ADVISORY, "retired": None}
FIRST, SECOND = date(2026, 1, 1), date(2027, 12, 2)
BEFORE, BETWEEN, AFTER = date(2025, 12, 31), date(2026, 11, 23), date(2027, 12, 2)
RISING = LevelPolicy(NOTE, {}, (ScheduledLevel(FIRST, ADVISORY), ScheduledLevel(SECOND, BLOCKING)))
REASON, OTHER = Bilingual("hors de la Ville", "not of the City"), Bilingual("sans IA", "no AI")


def status(name: str) -> object:
    """What is said where a project's status changed a level."""
    return message("level.status", status=message(f"status.{name}"))


def weight(policy: LevelPolicy, own: str | None = "operational", on: date = BETWEEN, caps: Sequence[ScopeCap] = ()) -> Weight:
    """The weight of a rule for a project of that status."""
    return weigh(policy, Circumstances(own, LADDER, caps), on)


def plain(level: Level, **by_status: Level) -> LevelPolicy:
    """A level without a schedule."""
    return LevelPolicy(level, by_status, ())


@pytest.mark.parametrize(
    ("policy", "own", "level", "reason"),
    [
        (plain(BLOCKING), "operational", BLOCKING, None),
        (plain(BLOCKING), "planned", NOTE, status("planned")),
        (plain(BLOCKING), "development", ADVISORY, status("development")),
        (plain(ADVISORY), "development", ADVISORY, None),
        (plain(NOTE), "development", NOTE, None),
        (plain(BLOCKING), "retired", BLOCKING, None),
        (plain(BLOCKING), None, BLOCKING, None),
        (plain(BLOCKING, pilot=ADVISORY), "pilot", ADVISORY, status("pilot")),
        (plain(BLOCKING, pilot=ADVISORY), "planned", NOTE, status("planned")),
        (plain(ADVISORY, planned=BLOCKING), "planned", BLOCKING, status("planned")),
        (plain(BLOCKING, planned=BLOCKING), "planned", BLOCKING, None),
        (plain(BLOCKING, pilot=ADVISORY), None, BLOCKING, None),
    ],
)
def test_the_status_decides_and_is_named_where_it_changed_something(
    policy: LevelPolicy, own: str | None, level: Level, reason: object
) -> None:
    found = weight(policy, own)
    assert found == Weight(level, found.reason, ())
    assert found.reason == reason


@pytest.mark.parametrize("own", ["planned", "design", "development", "pilot", "evaluation"])
def test_the_reason_can_be_shown_in_both_languages(own: str) -> None:
    found = weight(plain(BLOCKING, pilot=NOTE, evaluation=NOTE), own)
    assert found.reason is not None
    assert own in render(found.reason, "en").split()
    assert render(found.reason, "fr").startswith("le projet est ")


@pytest.mark.parametrize(
    ("caps", "level", "reason"),
    [
        ([], BLOCKING, None),
        ([(BLOCKING, REASON)], BLOCKING, None),
        ([(ADVISORY, REASON)], ADVISORY, REASON),
        ([(ADVISORY, REASON), (NOTE, OTHER)], NOTE, OTHER),
        ([(NOTE, OTHER), (ADVISORY, REASON)], NOTE, OTHER),
        ([(ADVISORY, REASON), (ADVISORY, OTHER)], ADVISORY, REASON),
    ],
)
def test_the_cap_of_scope_that_lowered_the_level_gives_its_reason(
    caps: list[tuple[Level, Bilingual]], level: Level, reason: Bilingual | None
) -> None:
    held = [ScopeCap("true", cap, why) for cap, why in caps]
    assert weight(plain(BLOCKING), caps=held) == Weight(level, reason, ())


def test_a_cap_that_lowers_nothing_leaves_the_reason_of_the_status() -> None:
    held = [ScopeCap("true", ADVISORY, REASON)]
    assert weight(plain(BLOCKING), "planned", caps=held) == Weight(NOTE, status("planned"), ())  # type: ignore[arg-type] # a message


@pytest.mark.parametrize(
    ("on", "level", "changes"),
    [
        (BEFORE, NOTE, [(FIRST, ADVISORY), (SECOND, BLOCKING)]),
        (FIRST, ADVISORY, [(SECOND, BLOCKING)]),
        (BETWEEN, ADVISORY, [(SECOND, BLOCKING)]),
        (AFTER, BLOCKING, []),
    ],
)
def test_what_is_to_come_is_what_the_schedule_still_holds(on: date, level: Level, changes: list[tuple[date, Level]]) -> None:
    assert weight(RISING, on=on) == Weight(level, None, tuple(LevelChange(start, to) for start, to in changes))


def test_only_changes_of_this_project_s_level_are_to_come() -> None:
    """A cap hides what the schedule does above it."""
    assert weight(RISING, "planned", BEFORE).changes == ()
    assert weight(RISING, "development", BEFORE).changes == (LevelChange(FIRST, ADVISORY),)
    held = [ScopeCap("true", ADVISORY, REASON)]
    assert weight(RISING, on=BEFORE, caps=held).changes == (LevelChange(FIRST, ADVISORY),)


def test_a_level_that_goes_up_and_down_again_is_told_step_by_step() -> None:
    steps = (ScheduledLevel(FIRST, BLOCKING), ScheduledLevel(date(2026, 6, 1), BLOCKING), ScheduledLevel(SECOND, NOTE))
    found = weight(LevelPolicy(NOTE, {}, steps), on=BEFORE)
    assert found.changes == (LevelChange(FIRST, BLOCKING), LevelChange(SECOND, NOTE))
