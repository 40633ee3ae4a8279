"""Where an observation stands, with the words that stand there (§3.29, §3.30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.location import START

if TYPE_CHECKING:
    from cmian_policy.lang.yaml_source import Source
    from cmian_policy.model.location import Span
    from cmian_policy.reporters._sarif_values import Json

_LONGEST = 1000  # characters of a snippet: what is longer is in the file


def physical_location(artifact: Json, span: Span, source: Source) -> Json:
    """A region of a manifest and, around it, its whole lines. 1:1 without a length means the manifest: it shows no words."""
    region: Json = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    location = {"artifactLocation": artifact, "region": region}
    if span == START or span.end_line > len(source.starts()):
        return location
    words, lines = source.cut(span), _lines(span, source)
    if 0 < len(words) <= _LONGEST:
        region["snippet"] = {"text": words}
    if len(words) < len(lines) <= _LONGEST:  # it must hold more than the region (§3.29.5)
        location["contextRegion"] = {"startLine": span.line, "endLine": span.end_line, "snippet": {"text": lines}}
    return location


def _lines(span: Span, source: Source) -> str:
    """The lines that a span touches, without the last line end."""
    first = source.starts()[span.line - 1]
    after = source.starts()[span.end_line :]
    return source.text[first : after[0] if after else len(source.text)].rstrip("\r\n")
