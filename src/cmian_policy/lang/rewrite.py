"""Words of a YAML text put in the place of others, every other character of which stays: comments, layout, line ends.

Only what a span tells whole is ever replaced: a scalar on one line, without anchor, tag or alias on it or around it. The result
is read again and must hold what was there and what was corrected, so that a layout that was not foreseen is refused.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from cmian_policy.errors import DocumentError
from cmian_policy.lang import yaml
from cmian_policy.lang.yaml_source import Source
from cmian_policy.model.location import parent, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.model.document import LocatedDocument, Node, Plain
    from cmian_policy.model.location import Span
    from cmian_policy.model.problem import Correction

_DASH = re.compile(r"[ \t]?-")
# Where a scalar is more, or less, than the text that its value comes from.
_NOT_BARE = frozenset("|>*&!?")


def rewrite(document: LocatedDocument, corrections: Iterable[Correction]) -> str | None:
    """The text of a document with corrections made in it.

    None where it would not hold, read again, exactly what it held and what was corrected.
    """
    wanted = sorted(set(corrections))
    source = Source(document.text)
    parts, done = [], 0
    for correction in wanted:
        end = source.end_index(correction.span)
        parts += [document.text[done : end - len(correction.old)], correction.new]
        done = end
    text = "".join([*parts, document.text[done:]])
    return text if holds(text, _expected(document.data, wanted), document.path) else None


def holds(text: str, data: Plain, path: str) -> bool:
    """Whether a YAML text means exactly these data, numbers of the same kind included; the order of keys is no meaning."""
    try:
        found = yaml.read(text.encode(), path).data
    except DocumentError:
        return False
    return json.dumps(found, sort_keys=True) == json.dumps(data, sort_keys=True)


def _expected(data: Plain, corrections: Iterable[Correction]) -> Plain:
    # Whatever is reached through an alias shares its objects, and is never corrected.
    expected: Any = deepcopy(data)
    for correction in corrections:
        holder = held(expected, parent(correction.pointer))
        key = tokens(correction.pointer)[-1]
        if correction.on_key:
            holder[correction.value] = holder.pop(key)
        else:
            holder[int(key) if isinstance(holder, list) else key] = correction.value
    return expected  # type: ignore[no-any-return] # plain data


def held(data: Plain, pointer: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands at a pointer, which must be there."""
    value: Any = data
    for token in tokens(pointer):
        value = value[int(token) if isinstance(value, list) else token]
    return value


class Layout:
    """Where in the text of a document a key or a scalar can be replaced."""

    def __init__(self, document: LocatedDocument) -> None:
        self._document = document
        self._source = Source(document.text)

    def cut(self, span: Span) -> str:
        """The text of a span."""
        return self._source.cut(span)

    def scalar(self, pointer: str) -> Span | None:
        """The span of the value at a pointer where it is a scalar that can be replaced; None for any other."""
        node = self._document.node(pointer)
        if node is None or node.children is not None or not self._alone(pointer):
            return None
        return self._replaceable(node.span)

    def key(self, pointer: str) -> Span | None:
        """The span of the key whose value is at a pointer where it can be replaced; None for any other."""
        span = self._document.key_span(pointer)
        if span is None or not self._alone(parent(pointer)):
            return None
        return self._replaceable(span) if self._begins(span) else None

    def _begins(self, key: Span) -> bool:
        """Whether a key is the first of its line, or of a list item, or stands right behind what opens or parts a mapping."""
        text, start = self._document.text, self._start(key)
        line = start - key.column + 1
        while start > line and text[start - 1] in " \t":
            start -= 1
        return start == line or text[start - 1] in "{,[" or _DASH.fullmatch(text, max(line, start - 2), start) is not None

    def _replaceable(self, span: Span) -> Span | None:
        one_line = span.line == span.end_line and span.column < span.end_column
        return span if one_line and self._document.text[self._start(span)] not in _NOT_BARE else None

    def _alone(self, pointer: str) -> bool:
        """Whether nothing but this place is at this place: no anchor, tag or alias, neither on it nor around it."""
        around = self._document.root
        for token in tokens(pointer):
            node = around.step(token)
            if node is None or not self._bare(node, self._behind_previous(around, token)):
                return False
            around = node
        return True

    def _bare(self, node: Node, behind: int) -> bool:
        """Whether one indicator alone, and blanks or comments, stand between a value and what comes before it."""
        start = self._start(node.span)
        return self._source.skip(self._source.skip(behind) + 1) == start and self._document.text[start : start + 1] != "*"

    def _behind_previous(self, around: Node, token: str) -> int:
        """Where the key of a value ends, or the item before it; for a first item, where its list begins."""
        if around.keys is not None:
            return self._source.end_index(around.keys[token])
        items = around.children if isinstance(around.children, list) else []
        before = items[: int(token)]
        return self._source.end_index(before[-1].span) if before else self._start(around.span)

    def _start(self, span: Span) -> int:
        return self._source.starts()[span.line - 1] + span.column - 1
