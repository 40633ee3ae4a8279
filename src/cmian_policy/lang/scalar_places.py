"""From a character of a scalar's value to its place in the YAML text, whatever the scalar's style.

Folding only ever changes white space, and escapes only occur between quotes: value and text are walked side by side.
Source: YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block scalars).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.lang.yaml_source import Source
from cmian_policy.model.location import Span

if TYPE_CHECKING:
    from cmian_policy.model.document import LocatedDocument

_BLOCK_HEADER = re.compile(r"[|>][^\r\n]*(?:\r\n|\r|\n)?")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|[\s\S])")
_CONTINUED = re.compile(r"\\(?:\r\n|\r|\n)[ \t]*")


def place_in_scalar(document: LocatedDocument, pointer: str, offset: int) -> Span | None:
    """The place of the character at ``offset`` of the text that stands at ``pointer``; where that ends, its end.

    The start of the scalar where its characters cannot be followed (an alias); None where the document holds no text there.
    """
    span, value = document.value_span(pointer), _value(document, pointer)
    if span is None or value is None:
        return None
    source = Source(document.text)
    raw = source.cut(span)
    # Only an alias begins with *, and its name may begin like the text that it repeats.
    index = None if raw[:1] == "*" else _index(raw, value, min(offset, len(value)))
    if index is None:
        return Span(span.line, span.column, span.line, span.column)
    start = source.end_index(span) - len(raw) + index
    return source.span(start, start)


def _value(document: LocatedDocument, pointer: str) -> str | None:
    holder, _, last = pointer.rpartition("/")
    value = document.data
    for token in [*holder.split("/")[1:], last] if pointer else []:
        match value:
            case dict():
                value = value.get(token.replace("~1", "/").replace("~0", "~"))
            case list() if token.isdigit() and int(token) < len(value):
                value = value[int(token)]
            case _:
                return None
    return value if isinstance(value, str) else None


def _index(raw: str, value: str, offset: int) -> int | None:
    """The index in ``raw`` of the character that became ``value[offset]``."""
    header = _BLOCK_HEADER.match(raw)
    quote = raw[:1] if raw[:1] in "'\"" and len(raw) > 1 else ""
    index = header.end() if header else len(quote)
    for place, character in enumerate(value):
        if character.isspace():
            if place == offset:
                return index
            index = _behind_blank(raw, value, place, index)
            continue
        index = _skip(raw, index, quote)
        if place == offset:
            return index
        size = _size(raw, index, character, quote)
        if size is None:
            return None
        index += size
    return index


def _behind_blank(raw: str, value: str, place: int, index: int) -> int:
    """Behind the white space of ``value[place]``: what is left of a run is skipped before the next visible character."""
    following = value[place + 1 : place + 2]
    if raw[index : index + 1] == value[place] and following.isspace():
        return index + 1
    return index


def _skip(raw: str, index: int, quote: str) -> int:
    r"""Behind white space, its escapes (``\n``, ``\t``) and continued lines."""
    while index < len(raw):
        if raw[index].isspace():
            index += 1
        elif quote == '"' and (found := _CONTINUED.match(raw, index)):
            index = found.end()
        elif quote == '"' and raw[index : index + 2] in {"\\n", "\\t", "\\r", "\\ "}:
            index += 2
        else:
            break
    return index


def _size(raw: str, index: int, character: str, quote: str) -> int | None:
    """The length of the text that stands for a visible character; None where the text is not that character's."""
    if quote == "'" and raw.startswith("''", index):
        return 2
    if quote == '"' and (found := _ESCAPE.match(raw, index)):
        return len(found[0])
    return 1 if raw[index : index + 1] == character else None
