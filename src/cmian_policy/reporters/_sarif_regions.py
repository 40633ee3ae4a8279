"""Where an observation stands, with the words that stand there (§3.29, §3.30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.location import START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cmian_policy.model.location import Span
    from cmian_policy.reporters._sarif_values import Json

_LONGEST = 1000  # characters of a snippet: what is longer is in the file


def physical_location(artifact: Json, span: Span, source: Mapping[int, str]) -> Json:
    """A region of a manifest and, around it, its whole lines. 1:1 without a length means the manifest: it shows no words."""
    region: Json = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    location = {"artifactLocation": artifact, "region": region}
    numbers = range(span.line, span.end_line + 1)
    if span == START or not all(number in source for number in numbers):  # what is longer than any snippet is not held whole
        return location
    touched = [source[number] for number in numbers]
    words, lines = _cut(touched, span), "".join(touched).rstrip("\r\n")
    if 0 < len(words) <= _LONGEST:
        region["snippet"] = {"text": words}
    if len(words) < len(lines) <= _LONGEST:  # it must hold more than the region (§3.29.5)
        location["contextRegion"] = {"startLine": span.line, "endLine": span.end_line, "snippet": {"text": lines}}
    return location


def _cut(touched: Sequence[str], span: Span) -> str:
    """The words of a span in the lines that it touches."""
    text = "".join(touched)
    return text[span.column - 1 : len(text) - len(touched[-1]) + span.end_column - 1]
