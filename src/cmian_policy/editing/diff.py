"""What an edit changes, as a unified diff that ``git apply`` and ``patch -p1`` take, and that is safe to look at."""

from __future__ import annotations

import re
from difflib import unified_diff

from cmian_policy.messages.neutral import visible
from cmian_policy.model.tuples import NamedTuple

# Where a line begins with ``::``, blanks aside, the runner of GitHub takes it for one of its commands.
_COMMAND = re.compile(r"^(\s+):(?=:)")
# Tabs, a carriage return at the end of a line, the byte order mark of the first one: kept, for they act on nothing here.
_HARMLESS = re.compile(r"(\t|\r\Z|(?<=\A.)\ufeff)")
_NO_LINE_END = "\n\\ No newline at end of file"


class Diff(NamedTuple):
    """A diff; not ``exact`` where a character that acts shows as its escape: it is then to be read, and cannot be applied."""

    text: str
    exact: bool


def diff(before: bytes, after: bytes, name: str) -> Diff:
    """The difference between two UTF-8 texts of the file ``name``; empty where there is none."""
    file = f"{visible(name)}\t" if " " in name else visible(name)
    lines = list(unified_diff(_lines(before), _lines(after), f"a/{file}", f"b/{file}"))
    exact = [line.removesuffix("\n") if line.endswith("\n") else line + _NO_LINE_END for line in lines]
    shown = ["\n".join(map(_neutral, line.split("\n"))) for line in exact]
    return Diff("".join(f"{line}\n" for line in shown), exact == shown)


def _lines(raw: bytes) -> list[str]:
    """Lines as ``patch`` knows them: they end with a line feed."""
    *whole, last = raw.decode().split("\n")
    return [*(f"{line}\n" for line in whole), *([last] if last else [])]


def _neutral(line: str) -> str:
    # Every second piece is one that the pattern found.
    pieces = (piece if place % 2 else visible(piece) for place, piece in enumerate(_HARMLESS.split(line)))
    return _COMMAND.sub(r"\1\\u003a", "".join(pieces))
