"""Growth with the number of rules: a fictional policy of more and more rules, judged on one manifest and on many."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING, NamedTuple

from fit import exponent, line, spread
from measure import Command, rounds, series
from policy_folder import write_policy
from results import Section, number, shown, table
from session import Session, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from measure import Round

TITLE = "Growth with the number of rules"
ONE, MANY, COLD = "one manifest", "many manifests", "one manifest, policy not in the cache"
POINTS = (10, 30, 100, 300, 1_000)  # rules
QUICK = (10, 30)
_READING = """\
A fictional policy whose rules all differ, each with a condition for applying and one to meet. Judged on one manifest with the
policy compiled in the cache, on one without, and on {many} manifests of about 1 kB without earlier results; one process, start-up
included. {count} rounds.
"""


class Point(NamedTuple):
    """One size of policy, and its rounds."""

    rules: int
    measured: list[Round]


def measure(session: Session) -> Section:
    """Times ``check`` with more and more rules."""
    many, count = (20, 1) if session.quick else (200, 5)
    folder = session.scratch("manifests")
    session.made(folder, many, "--small")
    points = [_point(session, folder, rules, count) for rules in (QUICK if session.quick else POINTS)]
    body = _READING.format(many=many, count=count) + f"\n{_table(points)}\n{_fits(points)}"
    return Section(TITLE, body)


def _point(session: Session, manifests: Path, rules: int, count: int) -> Point:
    say(f"rules: {rules}")
    policy = session.folder / f"policy-{rules}"
    write_policy(policy, rules)
    return Point(rules, rounds(_commands(session, manifests, policy), count))


def _commands(session: Session, manifests: Path, policy: Path) -> list[Command]:
    chosen: tuple[str | Path, ...] = ("--policy-dir", policy, *session.one_process())
    warm, cold = policy.name.replace("policy", "cache"), session.folder / "cold"
    empty = session.warm_cache(warm, *chosen)
    one = min(manifests.rglob("ai-manifest.yaml"))
    return [
        session.ours(ONE, one, *chosen, cache=warm, prepare=empty),
        session.ours(COLD, one, *chosen, cache=cold.name, prepare=lambda: rmtree(cold, ignore_errors=True)),
        session.ours(MANY, manifests, *chosen, cache=warm, prepare=empty),
    ]


def _table(points: Sequence[Point]) -> str:
    rows = [
        [f"{point.rules:,}", *(shown(spread(1e3 * each for each in series(point.measured, name))) for name in (ONE, COLD, MANY))]
        for point in points
    ]
    return table(["rules", *(f"{name}, ms" for name in (ONE, COLD, MANY))], rows)


def _fits(points: Sequence[Point]) -> str:
    xs = [float(point.rules) for point in points]
    lines = []
    for name in (ONE, COLD, MANY):
        ys = [spread(series(point.measured, name)).median for point in points]
        fitted = line(xs, ys)
        lines.append(
            f"- {name}: {number(1e3 * fitted.slope)} ms a rule, {number(1e3 * fitted.intercept)} ms at none, R² {fitted.r2:.4f}; "
            f"exponent in logarithms {exponent(xs, ys):.3f}"
        )
    return "Least squares over the medians:\n\n" + "\n".join(lines) + "\n"
