"""How the bench's commands lay out what they print: tables, paragraphs, Markdown, JSON."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.changes import level_name
from cmian_policy.cli.options import OneOf, option
from cmian_policy.cli.terminal import say
from cmian_policy.messages.neutral import json_safe, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cmian_policy.model.rule import LevelPolicy
    from cmian_policy.model.text import Lang

_WIDTH = 100  # columns where no terminal says otherwise
_LEAST = 20  # columns of the last column of a table, however narrow the terminal
_GAP = "  "
_MARKUP = re.compile(r"([\\`*_\[\]|#~])")
_FENCE = re.compile(r"`{3,}")


def policies_argument() -> click.Argument:
    """``[POLICIES]``: the folder that a command works on."""
    return click.Argument(["policies"], required=False, metavar="[POLICIES]")


def format_option(lang: Lang, key: str, *more: str) -> click.Option:
    """``-f text|json`` and what else a command offers; ``key`` names its help and its environment variable."""
    return option(lang, "-f", "--format", key=key, type=OneOf(["text", "json", *more]), default="text")


def width() -> int:
    """The columns of the terminal."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns


def levels(level: LevelPolicy, lang: Lang) -> str:
    """The level, and those that follow it on later dates (``explain`` and JSON give the dates)."""
    return " → ".join(say(level_name(each), lang) for each in (level.default, *(entry.level for entry in level.schedule)))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under their headings, in columns; what does not fit in the last column goes on below."""
    columns = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head) - 1)]
    rest = max(width() - sum(columns) - len(_GAP) * len(columns), _LEAST)
    ruler = ["-" * size for size in [*columns, min(rest, max(len(row[-1]) for row in [head, *rows]))]]
    return [line for row in [head, ruler, *rows] for line in _row(row, columns, rest)]


def _row(row: Sequence[str], columns: Sequence[int], rest: int) -> list[str]:
    cells = _GAP.join(cell.ljust(size) for cell, size in zip(row[:-1], columns, strict=True))
    first, *others = textwrap.wrap(row[-1], rest, break_on_hyphens=False) or [""]
    return [f"{cells}{_GAP}{first}".rstrip(), *(f"{' ' * len(cells)}{_GAP}{line}" for line in others)]


def paragraph(text: str, margin: str = "", mark: str = "") -> list[str]:
    """A text on as many lines as it needs, the first one after ``mark``, all within the terminal."""
    rest = max(width() - len(margin) - len(mark), _LEAST)
    lines = textwrap.wrap(text, rest, break_on_hyphens=False) or [""]
    return [f"{margin}{mark if index == 0 else ' ' * len(mark)}{line}" for index, line in enumerate(lines)]


def markdown(text: str) -> str:
    """Words that Markdown shows as they are."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", visible(escaped))


def fenced(text: str, language: str) -> list[str]:
    """Lines as a block of code, inside a fence that none of them can close."""
    fence = "`" * max([3, *(len(found) + 1 for found in _FENCE.findall(text))])
    return [f"{fence}{language}", *(visible(line) for line in text.splitlines()), fence]


def as_json(document: dict[str, Any]) -> str:
    """A document of the bench: ``schema_version`` and what the command found."""
    return json_safe(json.dumps({"schema_version": "1.0", **document}, ensure_ascii=False, indent=2)) + "\n"


def as_text(lines: Iterable[str]) -> str:
    """Lines, each ended."""
    return "".join(f"{line}\n" for line in lines)
