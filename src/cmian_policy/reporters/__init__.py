"""One module a format: ``render(report, style) -> str``. A module here is a format; there is no other list of them.

Reporters are pure: the verdict and the exit code are settled before, and none of them reads a file or writes one.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from cmian_policy.model.report import Report


class Style(NamedTuple):
    """How much a format for people shows (-1 quiet, 0, 1 verbose) and whether it may use colour."""

    verbosity: int = 0
    colour: bool = False


class Reporter(Protocol):
    """What a module of this package offers."""

    def render(self, report: Report, style: Style) -> str:
        """The report in this format, ending in a line feed."""


def formats() -> tuple[str, ...]:
    """The names of the formats, sorted."""
    names = (name.removesuffix(".py") for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py"))  # noqa: PTH120, PTH208 - pathlib costs more than this
    return tuple(sorted(name for name in names if not name.startswith("_")))


def render(name: str, report: Report, style: Style) -> str:
    """A report in one format. Raises ``ModuleNotFoundError`` for a name that is not in ``formats()``."""
    return cast("Reporter", import_module(f"{__name__}.{name}")).render(report, style)
