"""What several targets assert: errors that can be said, places inside the text, output in which nothing acts."""

from __future__ import annotations

import atexit
import re
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cmian_policy.messages import render
from cmian_policy.model.text import LANGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.errors import CmianPolicyError
    from cmian_policy.model.finding import Text
    from cmian_policy.model.location import Span
    from cmian_policy.model.problem import Problem

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_NO_SHOW = re.compile(r"[^\x20-\x7e\xa0-\xac\xae-\u02ff]")  # everything that is not plainly a visible character


@cache
def folder(name: str) -> Path:
    """A folder of this process for one target, gone with the process."""
    made = TemporaryDirectory(prefix=f"fuzz-{name}-")
    atexit.register(made.cleanup)
    return Path(made.name)


def said(text: Text) -> None:
    """Assert that a text can be said in both languages, without a hole."""
    for lang in LANGS:
        assert render(text, lang).strip(), text


def inside(spans: Iterable[Span], text: str) -> None:
    """Assert that spans lie within a text, each ending no earlier than it begins."""
    lines = [len(line) for line in _LINE_END.split(text)]
    for line, column, end_line, end_column in spans:
        assert 1 <= line <= end_line <= len(lines), (line, end_line, len(lines))
        assert (line, column) <= (end_line, end_column), (line, column, end_line, end_column)
        assert 1 <= column <= lines[line - 1] + 1, (line, column)
        assert 1 <= end_column <= lines[end_line - 1] + 1, (end_line, end_column)


def told(problems: Iterable[Problem], text: str) -> None:
    """Assert that problems can be said and stand inside a text."""
    for problem in problems:
        said(problem.message)
        inside([problem.span], text)


def explained(error: CmianPolicyError, raw: bytes, *paths: str) -> None:
    """Assert that an error and those beside it can be said, and stand in one of the files; ``raw`` is what the first holds."""
    for each in (error, *error.also):
        said(each.message)
        if each.location is not None:
            assert each.location.path in paths, each.location
            if each.location.span is not None and each.location.path == paths[0]:
                inside([each.location.span], raw.decode("utf-8-sig", errors="replace"))


def quiet(output: str, *allowed: str) -> None:
    """Assert that no character of an output acts instead of showing, ``allowed`` aside."""
    bad = {char for char in set(_NO_SHOW.findall(output)) if unicodedata.category(char) in ACTING} - set(allowed)
    assert not bad, sorted(map(hex, map(ord, bad)))
