"""Arithmetic of the measures: ratios round by round, their median and range, and straight lines through points."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Spread(NamedTuple):
    """What several rounds gave: the median, the smallest and the largest."""

    median: float
    low: float
    high: float


class Line(NamedTuple):
    """``y = slope * x + intercept``, and the share of the variance of y that it explains (1 for points on a line)."""

    slope: float
    intercept: float
    r2: float


def spread(values: Iterable[float]) -> Spread:
    """The median and the range of some values. Raises ``StatisticsError`` for none."""
    held = list(values)
    return Spread(statistics.median(held), min(held), max(held))


def ratios(above: Iterable[float], below: Iterable[float]) -> Spread:
    """The ratios of two series, round by round. Raises ``ValueError`` for series of different lengths."""
    return spread(one / other for one, other in zip(above, below, strict=True))


def line(xs: Sequence[float], ys: Sequence[float]) -> Line:
    """The straight line of least squares. Raises ``StatisticsError`` for fewer than two points, or all at one x."""
    slope, intercept = statistics.linear_regression(xs, ys)
    mean = statistics.fmean(ys)
    total = sum((y - mean) ** 2 for y in ys)
    left = sum((y - slope * x - intercept) ** 2 for x, y in zip(xs, ys, strict=True))
    return Line(slope, intercept, 1 - left / total if total else 1.0)


def exponent(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The power of x that y grows with: the slope in logarithms. 1 is proportional, 2 quadratic. All values are above zero."""
    return line([math.log(x) for x in xs], [math.log(y) for y in ys]).slope
