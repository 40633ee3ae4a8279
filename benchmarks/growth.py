"""Growth with the number of manifests: time, peak memory, and whether they grow in proportion."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from fit import Line, exponent, line, spread
from measure import Command, rounds, series
from results import Section, Target, number, shown, table
from session import OURS, Session, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measure import Round

TITLE = "Growth with the number of manifests"
TWO = f"{OURS}, two processes"
POINTS = {10: 9, 100: 7, 1_000: 5, 10_000: 2, 100_000: 1}  # manifests: rounds
QUICK = {10: 2, 100: 1, 1_000: 1}
MEMORY = 200.0  # MB
_READING = """\
Manifests of about 1 kB in folders of 1,000, in the same shares as above; the whole process, start-up included, the compiled
policy in the cache and no earlier result. Memory is the peak of the sum over all processes of the program.
"""


class Point(NamedTuple):
    """One size: how many manifests, and its rounds."""

    manifests: int
    measured: list[Round]

    def seconds(self, name: str) -> float:
        """The median."""
        return spread(series(self.measured, name)).median


def measure(session: Session) -> Section:
    """Times ``check`` on more and more manifests."""
    points = [_point(session, manifests, count) for manifests, count in (QUICK if session.quick else POINTS).items()]
    names = list(points[0].measured[0])
    tables = "\n".join(f"{name}:\n\n{_table(name, points)}\n{_fits(name, points)}" for name in names)
    return Section(TITLE, f"{_READING}\n{tables}", tuple(_target(name, points[-1]) for name in names))


def _point(session: Session, manifests: int, count: int) -> Point:
    say(f"growth: {manifests} manifests")
    folder = session.scratch("growth")
    session.made(folder, manifests, "--small")
    try:
        return Point(manifests, rounds(_commands(session, folder.name), count))
    finally:
        shutil.rmtree(folder)


def _commands(session: Session, name: str) -> list[Command]:
    folder = session.folder / name
    empty = session.warm_cache("results")
    one = session.ours(OURS, folder, *session.one_process(), cache="results", prepare=empty)
    two = session.ours(TWO, folder, "--jobs", "2", cache="results", prepare=empty)
    return [one, two] if session.jobs else [one]


def _table(name: str, points: Sequence[Point]) -> str:
    rows = []
    for point in points:
        seconds = spread(series(point.measured, name))
        memory = spread(series(point.measured, name, "memory"))
        each = number(1e3 * seconds.median / point.manifests)
        rows.append([f"{point.manifests:,}", str(len(point.measured)), shown(seconds), each, shown(memory)])
    return table(["manifests", "rounds", "seconds", "ms a manifest", "peak MiB"], rows)


def _fits(name: str, points: Sequence[Point]) -> str:
    xs = [float(point.manifests) for point in points]
    ys = [point.seconds(name) for point in points]
    fitted: Line = line(xs, ys)
    last = exponent(xs[-2:], ys[-2:])
    return (
        f"Least squares over the medians: {number(1e3 * fitted.slope)} ms a manifest, {number(1e3 * fitted.intercept)} ms at "
        f"none, R² {fitted.r2:.5f}. Exponent in logarithms: {exponent(xs, ys):.3f} over all points, which the start-up flattens; "
        f"{last:.3f} between the last two. 1 is proportional.\n"
    )


def _target(name: str, point: Point) -> Target:
    memory = spread(1.048576 * each for each in series(point.measured, name, "memory"))
    return Target(f"peak memory at {point.manifests:,} manifests, {name}", MEMORY, memory, " MB")
