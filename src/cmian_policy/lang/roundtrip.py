"""Small additions to a YAML file, every other byte of which stays as it is: comments, order, quotes, line ends.

Values are put in at the spans that :mod:`cmian_policy.lang.yaml` gave. The result is read again and must hold exactly what was
there and what was added, so that a layout that was not foreseen is refused and never damaged.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import DocumentError, PolicyError
from cmian_policy.lang import yaml
from cmian_policy.lang.yaml_source import Source
from cmian_policy.model.location import Location, child, parent, tokens
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.location import Span

_BOM = b"\xef\xbb\xbf"
_APPEND = "-"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9a-f]{64}")
_LOOKS_OTHERWISE = re.compile(r"[0-9.e+-]+|true|false|null|y|n|yes|no|on|off", re.IGNORECASE)
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Addition(NamedTuple):
    """A key to add after its sibling ``after`` (replaced where it exists), or, where the last token is ``-``, a last item.

    As in JSON Patch (RFC 6902); ``value`` is a scalar, or a mapping of scalars for an item.
    """

    pointer: str
    value: Plain
    after: str = ""


class _Edit(NamedTuple):
    """Characters ``start`` to ``end`` of the text, and what takes their place."""

    start: int
    end: int
    text: str


def add(raw: bytes, path: str, additions: Sequence[Addition]) -> bytes:
    """The bytes of a YAML file with the additions in it; ``path`` only names it.

    Raises ``PolicyError`` when the file is laid out in a way that cannot be added to, and ``DocumentError`` when it is not YAML.
    """
    document = yaml.read(raw, path)
    layout = _Layout(document)
    text = document.text
    for edit in sorted((layout.edit(addition) for addition in additions), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    written = (_BOM if raw.startswith(_BOM) else b"") + text.encode()
    if _data(written, path) != _expected(document.data, additions):
        raise PolicyError(message("policy.cannot-edit", pointers=", ".join(each.pointer for each in additions)), Location(path))
    return written


def _data(raw: bytes, path: str) -> Plain:
    """What the new text holds; nothing for text that is no longer YAML, which is then refused."""
    try:
        return yaml.read(raw, path).data
    except DocumentError:
        return None


def _expected(data: Plain, additions: Sequence[Addition]) -> Plain:
    expected: Any = deepcopy(data)
    for addition in additions:
        holder = expected
        for token in tokens(parent(addition.pointer)):
            holder = holder[int(token) if isinstance(holder, list) else token]
        key = tokens(addition.pointer)[-1]
        if isinstance(holder, list):
            holder.append(addition.value)
        else:
            holder[key] = addition.value
    return cast("Plain", expected)


class _Layout:
    """Where in the text of a document something can be added, and in which style."""

    def __init__(self, document: LocatedDocument) -> None:
        self._document = document
        self._source = Source(document.text)

    def edit(self, addition: Addition) -> _Edit:
        """One addition as an edit of the text."""
        holder, key = parent(addition.pointer), tokens(addition.pointer)[-1]
        present = self._document.value_span(addition.pointer) if key != _APPEND else None
        if present is not None:
            return _Edit(self._start(present), self._end(present), _scalar(addition.value, self._quoted(addition.pointer)))
        if key == _APPEND:
            return self._item(holder, cast("dict[str, Plain]", addition.value))
        return self._key(holder, key, addition)

    def _key(self, holder: str, key: str, addition: Addition) -> _Edit:
        sibling = child(holder, addition.after)
        quoted = self._quoted(sibling)
        text = f"{_scalar(key, quoted)}: {_scalar(addition.value, quoted)}"
        after, name = self._span(sibling), self._document.key_span(sibling)
        if self._flow(holder) or name is None:
            return self._insert(self._end(after), f", {text}")
        return self._below(after, " " * (name.column - 1) + text)

    def _item(self, holder: str, value: dict[str, Plain]) -> _Edit:
        """An item after the last one, in the style of that one."""
        last = child(holder, len(cast("list[Plain]", self._at(holder))) - 1)
        quoted = self._quoted(last, '{"')
        text = "{" + ", ".join(f"{_scalar(key, quoted)}: {_scalar(each, quoted)}" for key, each in value.items()) + "}"
        span = self._span(last)
        if self._flow(holder):
            return self._insert(self._end(span), f", {text}")
        dash = self._document.text[self._start(span) - span.column + 1 : self._start(span)]
        ends = [self._span(child(last, key)) for key in cast("dict[str, Plain]", self._at(last))]
        return self._below(span if self._flow(last) else max(ends, key=lambda end: (end.end_line, end.end_column)), dash + text)

    def _at(self, pointer: str) -> Plain:
        value: Any = self._document.data
        for token in tokens(pointer):
            value = value[int(token) if isinstance(value, list) else token]
        return cast("Plain", value)

    def _span(self, pointer: str) -> Span:
        span = self._document.value_span(pointer)
        if span is None:
            raise PolicyError(message("policy.cannot-edit", pointers=pointer), Location(self._document.path))
        return span

    def _start(self, span: Span) -> int:
        return self._source.starts()[span.line - 1] + span.column - 1

    def _end(self, span: Span) -> int:
        return self._source.end_index(span)

    def _flow(self, pointer: str) -> bool:
        return self._document.text[self._start(self._span(pointer))] in "{["

    def _quoted(self, pointer: str, mark: str = '"') -> bool:
        """Whether keys are in quotes here, as in JSON, which is YAML too."""
        span = self._document.key_span(pointer) or self._span(pointer)
        return self._document.text.startswith(mark, self._start(span))

    def _insert(self, place: int, text: str) -> _Edit:
        return _Edit(place, place, text)

    def _below(self, span: Span, text: str) -> _Edit:
        """A line of its own below the one where ``span`` ends, any comment at the end of that line included."""
        line_end = _REST_OF_LINE.match(self._document.text, self._end(span))
        place = line_end.end() if line_end is not None else self._end(span)
        line_feed = "\r\n" if "\r\n" in self._document.text else "\n"
        return self._insert(place, f"{line_feed}{text}")


def _scalar(value: Plain, quoted: bool) -> str:  # noqa: FBT001 - a private pair with _Layout._quoted
    """A scalar in YAML that any reader understands alike; a date is bare, as authors write it."""
    if not isinstance(value, str) or quoted:
        return json.dumps(value, ensure_ascii=False)
    bare = _DATE.fullmatch(value) or (_PLAIN.fullmatch(value) and not _LOOKS_OTHERWISE.fullmatch(value))
    return value if bare else json.dumps(value, ensure_ascii=False)
