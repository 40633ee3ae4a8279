"""One module a format: ``render(report, style)``, in pieces. A module here is a format; there is no other list of them.

Reporters are pure: the verdict and the exit code are settled before, and none of them reads a file or writes one.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.report import Report


class Style(NamedTuple):
    """How much a format for people shows (-1 quiet, 0, 1 verbose) and whether it may use colour."""

    verbosity: int = 0
    colour: bool = False


class Reporter(Protocol):
    """What a module of this package offers."""

    def render(self, report: Report, style: Style) -> Iterator[str]:
        """The report in this format, ending in a line feed, in pieces: a report of any size is never whole in memory."""


def formats() -> tuple[str, ...]:
    """The names of the formats, sorted."""
    names = (name.removesuffix(".py") for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py"))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def render(name: str, report: Report, style: Style) -> Iterator[str]:
    """A report in one format, in pieces. Raises ``ModuleNotFoundError`` for a name that is not in ``formats()``."""
    return cast("Reporter", import_module(f"{__name__}.{name}")).render(report, style)


def rendered(name: str, report: Report, style: Style) -> str:
    """A report in one format as one text. Raises as ``render`` does."""
    return "".join(render(name, report, style))
