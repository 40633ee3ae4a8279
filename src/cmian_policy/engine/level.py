"""How much a finding weighs: default, schedule, status, ladder, scope, in this order (rules.md, "Level")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.finding import LevelChange
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cmian_policy.model.finding import Text
    from cmian_policy.model.pack import ScopeCap
    from cmian_policy.model.rule import LevelPolicy
    from cmian_policy.model.verdict import Level


class Weight(NamedTuple):
    """A level, what lowered or raised it from the declared one, and the levels still to come."""

    level: Level
    reason: Text | None = None
    changes: tuple[LevelChange, ...] = ()


class Circumstances(NamedTuple):
    """What changes the levels of a whole pack for one manifest: its status, the ladder and the caps of scope that hold."""

    status: str | None
    ladder: Mapping[str, Level | None]
    caps: Sequence[ScopeCap]


def weigh(policy: LevelPolicy, circumstances: Circumstances, on: date) -> Weight:
    """The level of a rule on a date, with its reason and what the schedule still holds."""
    level, reason = _level(policy, circumstances, on)
    changes = []
    latest = level
    for entry in policy.schedule:
        if entry.start > on:
            later, _ = _level(policy, circumstances, entry.start)
            if later is not latest:
                changes.append(LevelChange(entry.start, later))
                latest = later
    return Weight(level, reason, tuple(changes))


def _level(policy: LevelPolicy, circumstances: Circumstances, on: date) -> tuple[Level, Text | None]:
    level, reason = _by_status(policy, circumstances, on)
    for cap in circumstances.caps:
        capped = level.capped(cap.cap)
        if capped is not level:
            level, reason = capped, cap.reason
    return level, reason


def _by_status(policy: LevelPolicy, circumstances: Circumstances, on: date) -> tuple[Level, Text | None]:
    declared, status = policy.declared(on), circumstances.status
    if status is None:
        return declared, None
    own, rung = policy.by_status.get(status), circumstances.ladder.get(status)
    level = own if own is not None else declared if rung is None else declared.capped(rung)
    changed = level is not declared
    return level, message("level.status", status=message(f"status.{status}")) if changed else None
