"""docs/mutation.md: written from the counts of a run, and read back so that one group can be tried without the others."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HUNDRED = 100
_HEAD = """\
# Mutation testing of the engine

Written by `make mutation` (`tools/mutation.py`); not by hand. The decision behind it is [ADR 0017](adr/0017-mutation-testing.md).

A mutant is the source with one piece changed: a condition turned round, an argument left out, a text altered. It is *killed* when
a test fails, *timed out* when the tests no longer end, which is noticed as well. A survivor passes every test of its group. Each
was looked at: an *equivalent* one cannot be told from the original, for the reason in `tools/mutation.toml`; an *open* one can,
and no test does. Score: how many of those that could be noticed were. Share: of the mutants, drawn at random with that seed;
where none is given, all were tried.

| Module | Tried | Killed | Timed out | Equivalent | Open | Score | Share | Date | mutmut |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |
"""
_COUNTS = r" \| ".join(rf"(?P<{name}>\d+)" for name in ("tried", "killed", "timeouts", "equivalent", "open"))
_ROW = re.compile(
    rf"\| `(?P<module>[\w/.]+)` \| {_COUNTS} \| [\d.]+ % \| (?P<share>[^|]*) \| (?P<date>[\d-]+) \| (?P<version>[\w.]+) \|"
)


class Score(NamedTuple):
    """The mutants of one module: how many were tried, and what became of them. ``share`` says which, where not all of them."""

    tried: int
    killed: int
    timeouts: int
    equivalent: int
    open: int
    share: str
    date: str
    version: str

    @property
    def rate(self) -> float:
        """How many in a hundred of the mutants that could be noticed were."""
        could = self.tried - self.equivalent
        return HUNDRED * (self.killed + self.timeouts) / could if could else HUNDRED


def today() -> str:
    """The date, UTC."""
    return datetime.now(UTC).date().isoformat()


def generate(scores: Mapping[str, Score], order: Iterable[str], untried: Iterable[str] = ()) -> str:
    """The page."""
    held = [(module, scores[module]) for module in order if module in scores]
    rows = [*(_row(f"`{module}`", score) for module, score in held), _row("all", _sum([score for _, score in held]))]
    waiting = ", ".join(f"`{module}`" for module in untried)
    return _HEAD + "".join(rows) + (f"\nNot tried yet: {waiting}.\n" if waiting else "")


def read(text: str) -> dict[str, Score]:
    """The counts of a page, by module."""
    return {row["module"]: _score(row) for row in _ROW.finditer(text)}


def _score(row: re.Match[str]) -> Score:
    return Score(
        tried=int(row["tried"]),
        killed=int(row["killed"]),
        timeouts=int(row["timeouts"]),
        equivalent=int(row["equivalent"]),
        open=int(row["open"]),
        share=row["share"],
        date=row["date"],
        version=row["version"],
    )


def _row(name: str, score: Score) -> str:
    counts = " | ".join(map(str, (score.tried, score.killed, score.timeouts, score.equivalent, score.open)))
    return f"| {name} | {counts} | {score.rate:.1f} % | {score.share} | {score.date} | {score.version} |\n"


def _sum(scores: Sequence[Score]) -> Score:
    return Score(
        tried=sum(score.tried for score in scores),
        killed=sum(score.killed for score in scores),
        timeouts=sum(score.timeouts for score in scores),
        equivalent=sum(score.equivalent for score in scores),
        open=sum(score.open for score in scores),
        share="",
        date="",
        version="",
    )
