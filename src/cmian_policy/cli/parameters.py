"""The options of ``check``, declared as data: click makes its parameters of them, and a plain command line is read without it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from cmian_policy.engine.outcome import FAIL_ON
from cmian_policy.model.text import LANGS
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.reporters import formats

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS = 6  # no machine has a million processors


class Parameter(NamedTuple):
    """An option. Its help is the message ``help.<key>``, its environment variable ``CMIAN_<KEY>``.

    ``choices`` gives the words that a choice accepts; a repeatable option has a tuple of values, a flag is true or false.
    """

    names: tuple[str, ...]
    key: str
    kind: Literal["text", "choice", "date", "number", "flag"] = "text"
    choices: Callable[[], tuple[str, ...]] = tuple
    default: str | int | None = None
    repeatable: bool = False
    metavar: str | None = None

    @property
    def name(self) -> str:
        """What its value is called: the long name, as an identifier."""
        return self.names[-1].removeprefix("--").replace("-", "_")


COMMON = (
    Parameter(("--lang",), "lang", "choice", lambda: LANGS, "fr"),
    Parameter(("-q", "--quiet"), "quiet", "flag"),
    Parameter(("-v", "--verbose"), "verbose", "flag"),
    Parameter(("--color",), "color", "choice", lambda: ("auto", "always", "never"), "auto"),
    Parameter(("--config",), "config", metavar="FILE"),
    Parameter(("--no-config",), "no_config", "flag"),
)
CHECK = (
    Parameter(("-f", "--format"), "format", "choice", formats, "text"),
    Parameter(("-o", "--output"), "output", repeatable=True, metavar="NAME=FILE"),
    Parameter(("--as-of",), "as_of", "date", metavar="YYYY-MM-DD"),
    Parameter(("--policy",), "policy", repeatable=True, metavar="PACK@RELEASE"),
    Parameter(("--policy-dir",), "policy_dir", metavar="PATH"),
    Parameter(("--register",), "register", metavar="PATH"),
    Parameter(("--select",), "select", repeatable=True, metavar="RULE"),
    Parameter(("--since",), "since", metavar="REV"),
    Parameter(("--fail-on",), "fail_on", "choice", lambda: FAIL_ON, repeatable=True),
    Parameter(("--stdin-filename",), "stdin_filename", metavar="NAME"),
    Parameter(("--jobs",), "jobs", "number", default=1, metavar="N"),
    Parameter(("--no-cache",), "no_cache", "flag"),
    Parameter(("--offline",), "offline", "flag"),
)


def day_of(text: str) -> date | None:
    """A calendar date, ``YYYY-MM-DD``; None for anything else, 2026-02-30 and 2026-W01-1 included."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def number_of(text: str) -> int | None:
    """A whole number, 0 or more; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
