"""The line of a manifest that a finding points at, cut so that what is marked stays in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.messages.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmian_policy.model.location import Span

_BEFORE, _MARKED, _AFTER = 60, 60, 100  # characters kept of a very long line


def excerpt(lines: Mapping[int, str], span: Span) -> tuple[str, str, str] | None:
    """What stands before, in and after the first line of a span, neutralised; None where the text has no such line."""
    if span.line not in lines:
        return None
    line = lines[span.line].rstrip("\r\n")
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    before, marked, after = line[:start], line[start:end], line[end:]
    if len(before) > _BEFORE:
        before = f"…{before[-_BEFORE:]}"
    if len(marked) > _MARKED:
        marked, after = f"{marked[:_MARKED]}…", ""
    if len(after) > _AFTER:
        after = f"{after[:_AFTER]}…"
    return visible(before), visible(marked), visible(after)
