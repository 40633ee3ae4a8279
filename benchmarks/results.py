"""What was measured, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fit import Spread


class Target(NamedTuple):
    """Something that was to be reached: what, the bound, what was found; ``reached`` follows from the two."""

    what: str
    bound: float
    found: Spread
    unit: str = ""
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the median keeps to the bound."""
        return self.found.median >= self.bound if self.at_least else self.found.median <= self.bound

    def row(self) -> list[str]:
        """A row of the table of targets."""
        wanted = f"{'≥' if self.at_least else '≤'} {self.bound:g}{self.unit}"
        return [self.what, wanted, f"{shown(self.found)}{self.unit}", "reached" if self.reached else "**not reached**"]


class Section(NamedTuple):
    """A part of the results: its heading, its Markdown, its targets and what it could not measure."""

    title: str
    body: str
    targets: tuple[Target, ...] = ()
    skipped: tuple[str, ...] = ()


def shown(values: Spread, digits: int = 3) -> str:
    """The median and the range, with as many significant digits."""
    if values.low == values.high:
        return number(values.median, digits)
    return f"{number(values.median, digits)} ({number(values.low, digits)} to {number(values.high, digits)})"


def number(value: float, digits: int = 3) -> str:
    """A number with that many significant digits and no exponent."""
    if not value:
        return "0"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    if not whole:
        return f"{value:.{digits}g}" if abs(value) >= 0.0001 else f"{value:.1e}"  # noqa: PLR2004 - where g takes to exponents
    return f"{value:,.{max(0, digits - whole)}f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose other columns are numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines) + "\n"


def page(introduction: str, sections: Iterable[Section], unmeasured: Iterable[str] = ()) -> str:
    """The whole document."""
    held = list(sections)
    targets = [target.row() for section in held for target in section.targets]
    skipped = [*unmeasured, *(each for section in held for each in section.skipped)]
    parts = [
        introduction,
        "## Targets\n\nWorked out by the run from the medians below.\n\n"
        + (table(["what", "wanted", "found", ""], targets) if targets else "None was measured in this run.\n"),
        *(f"## {section.title}\n\n{section.body}" for section in held),
        "## Left out\n\n" + ("\n".join(f"- {each}" for each in skipped) if skipped else "Nothing.") + "\n",
    ]
    return "\n".join(parts)
